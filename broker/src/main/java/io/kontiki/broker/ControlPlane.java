package io.kontiki.broker;

import io.grpc.BindableService;
import io.kontiki.controller.Now;
import io.kontiki.metadata.Endpoint;
import io.kontiki.metadata.LocalMetadata;
import io.kontiki.metadata.tree.QuorumFacts;
import io.kontiki.partition.HeldReplicas;
import io.kontiki.proto.internal.v1.RegisterBroker;
import io.kontiki.proto.v1.ErrorReason;
import io.kontiki.quorum.ControllerHost;
import io.kontiki.quorum.FaultHandler;
import io.kontiki.quorum.Proposer;
import io.kontiki.quorum.QuorumStatus;
import io.kontiki.quorum.TcpBrokerProbe;
import io.kontiki.quorum.ratis.RatisMetadataLog;
import io.kontiki.replication.Lease;
import io.kontiki.service.quorum.HeartbeatSession;
import io.kontiki.service.quorum.ImageFeed;
import io.kontiki.service.quorum.ImageWatcher;
import io.kontiki.service.quorum.MemberCalls;
import io.kontiki.service.quorum.MemberGrpcService;
import io.kontiki.service.quorum.Membership;
import io.kontiki.service.quorum.QuorumClient;
import io.kontiki.service.quorum.QuorumGrpcService;
import io.kontiki.service.quorum.QuorumView;
import io.kontiki.service.quorum.SessionListener;
import io.kontiki.service.quorum.VoterGrpcService;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.function.LongFunction;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * This broker's part in the control plane. It has all parts, and the quorum decides which of them work: while this broker
 * votes, it holds the metadata log, and the controller while it leads that log; else it follows a voter's image. Either
 * way it keeps a session with the controller.
 *
 * <p>Order of calls: the constructor, which starts nothing; {@link #services}; {@link #start}; {@link #leave};
 * {@link #close}. One thread, but {@link #withdraw} and {@link #lease} by any.
 */
final class ControlPlane implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ControlPlane.class);
    /** Largest answer: what became of each of 10,000 partitions, with a message. The image comes in parts. */
    private static final int ANSWER_BYTES_MAX = 16 << 20;

    private static final long LEAVE_CHECK_MILLIS = 100;
    private static final long HAND_OVER_MILLIS_MAX = 4_000;

    private final BrokerConfig config;
    private final Identity identity;
    private final LocalMetadata metadata;
    private final FaultHandler faults;
    private final ScheduledExecutorService scheduler =
            Executors.newSingleThreadScheduledExecutor(DaemonThreads.named("kontiki-session"));
    private final ScheduledExecutorService feeding =
            Executors.newSingleThreadScheduledExecutor(DaemonThreads.named("kontiki-image-feed"));
    private final ExecutorService memberThread =
            Executors.newSingleThreadExecutor(DaemonThreads.named("kontiki-membership"));
    private final ExecutorService probes = Executors.newCachedThreadPool(DaemonThreads.named("kontiki-probe"));
    private final BrokerChannels channels;
    private final QuorumSettings settings;
    private final RatisMetadataLog log;
    private final QuorumView view;
    private final ControllerHost host;
    private final ImageFeed feed;
    private final ImageWatcher watcher;
    private final MemberCalls calls;
    private final QuorumClient client;
    private final Membership membership;
    private volatile Optional<Endpoint> endpoint = Optional.empty();
    private volatile Optional<HeartbeatSession> session = Optional.empty();

    /** @param faults told when this run of the broker must end */
    ControlPlane(BrokerConfig config, DataDirectories directories, LocalMetadata metadata, FaultHandler faults) {
        this.config = config;
        this.identity = directories.identity();
        this.metadata = metadata;
        this.faults = faults;
        channels = new BrokerChannels(ANSWER_BYTES_MAX);
        metadata.addPublisher(channels);
        settings = QuorumSettings.of(config, directories);
        log = new RatisMetadataLog(settings.quorum(), metadata, () -> endpoint.orElseThrow(), faults);
        metadata.addPublisher(new Restarts(broker -> log.reconnect(broker.id())));
        view = new QuorumView(log, log, metadata, config.metadataBootstrapServers());
        host = new ControllerHost(
                log,
                metadata,
                settings.controller(),
                new TcpBrokerProbe(probes),
                () -> new Now(System.currentTimeMillis(), System.nanoTime()),
                new SplittableRandom(),
                faults);
        feed = new ImageFeed(metadata, view, feeding);
        calls = new MemberCalls(identity.clusterId(), channels::to);
        client = new QuorumClient(identity.brokerId(), identity.clusterId(), host, view, channels::to, scheduler);
        watcher = new ImageWatcher(
                identity.brokerId(),
                identity.clusterId(),
                view,
                metadata,
                channels::to,
                config.sessionTimeout().toMillis(),
                scheduler,
                () -> view.leaderId().ifPresent(host::onLeaderKnown));
        membership = new Membership(identity.brokerId(), log, view, metadata, calls, watcher, faults, memberThread);
        log.listen(membership);
    }

    /** What this broker offers to others. */
    List<BindableService> services() {
        var quorum = new QuorumGrpcService(identity.clusterId(), view, host, feed);
        host.addListener(quorum);
        var member = new MemberGrpcService(
                identity.brokerId(), identity.clusterId(), view, log, membership, host, metadata, calls);
        return List.of(
                quorum,
                member,
                new VoterGrpcService(
                        identity.brokerId(), identity.clusterId(), view, member, metadata, calls, scheduler));
    }

    Proposer proposer() {
        return client;
    }

    /** Until when this broker may count on not being fenced (rule L16). Any thread. */
    Lease lease() {
        return session.map(HeartbeatSession::lease).orElseGet(() -> new Lease(System.nanoTime()));
    }

    /** Ids of the voters, as far as this broker knows. */
    List<Integer> voters() {
        return view.voterIds();
    }

    /** This broker's member of the quorum; empty while it has no vote. Any thread. */
    Optional<QuorumStatus> member() {
        return view.votes() ? Optional.of(log.status()) : Optional.empty();
    }

    /**
     * The controller: this broker if it is, else the leader of the metadata log as far as this broker knows: none while the voters elect
     * one, or cannot.
     */
    OptionalInt controllerId() {
        return host.isController() ? OptionalInt.of(identity.brokerId()) : view.leaderId();
    }

    /** What this broker knows of the quorum, to be looked at. Any thread. */
    QuorumFacts quorumFacts() {
        return view.facts();
    }

    /**
     * Opens the metadata log, if this broker votes, and registers, for as long as it takes to find a controller.
     *
     * @param held tells the controller what this broker holds, if it asks
     * @param leases told of each lease of this broker, behind the metadata that it speaks of (rule L16)
     * @param onQuorum called with the quorum's id before {@code onRegistered}; throws if this is not the right one
     * @param onRegistered called with the broker epoch; the controller may unfence this broker when the result completes
     */
    void start(
            RegisterBroker registration,
            HeldReplicas held,
            Consumer<Lease> leases,
            Consumer<UUID> onQuorum,
            LongFunction<CompletableFuture<Void>> onRegistered) {
        endpoint = Optional.of(new Endpoint(registration.getHost(), registration.getPort()));
        var opened = new HeartbeatSession(
                registration,
                config.heartbeatInterval().toMillis(),
                client,
                metadata,
                new Standing(leases),
                held,
                log::suspectLeader,
                scheduler);
        session = Optional.of(opened);
        LOG.info("{}", settings);
        host.addListener(opened.asListener());
        log.start(host);
        if (config.outsideQuorum() && !log.votes()) {
            watcher.start();
        }
        opened.register()
                .thenApply(epoch -> {
                    // Voters tell it before their image, which holds the registration by now.
                    onQuorum.accept(view.quorumId().orElseThrow());
                    return epoch;
                })
                .thenCompose(onRegistered::apply)
                .thenRun(opened::ready)
                .exceptionally(failure -> {
                    faults.onFault("this broker cannot take part in the cluster", failure);
                    return null;
                });
    }

    /** How the cluster sees this broker; what else there is to it is seen in the image. */
    private final class Standing implements SessionListener {
        private final Consumer<Lease> leases;

        Standing(Consumer<Lease> leases) {
            this.leases = leases;
        }

        @Override
        public void onLease(Lease lease) {
            leases.accept(lease);
        }

        @Override
        public void onUnfenced() {}

        @Override
        public void onFenced() {}

        @Override
        public void onRejected(ErrorReason reason, String message) {
            faults.onFault("the controller ended this run of the broker", new IllegalStateException(message));
        }
    }

    /**
     * Has leaderships moved away. Returns when the controller grants the stop, or is not heard of any more: without a
     * quorum nobody could move anything. Waits for {@code longest} at most.
     *
     * <p>The metadata quorum's leadership goes first. While it moves, for a moment nothing is decided, and that costs least
     * while every partition has a leader with a lease; those that take over partitions need a controller that stays. The
     * leases outlast it: this broker takes calls still, so each heartbeat that comes here is sent on at once, and the next
     * controller gives everybody a full session (Q7).
     */
    void leave(Duration longest) {
        if (session.isEmpty() || longest.isZero()) {
            return;
        }
        long deadline = System.nanoTime() + longest.toNanos();
        try {
            handOver(deadline);
            var grant = session.get().shutDown();
            while (!granted(grant)) {
                if (!lease().holds(System.nanoTime())) {
                    LOG.warn("No controller is heard of; stopping without its leave");
                    return;
                }
                if (System.nanoTime() - deadline >= 0) {
                    LOG.warn("The controller did not grant the stop in {} ms; stopping without", longest.toMillis());
                    return;
                }
            }
            // Usually it leads no more. But nobody may have taken it before, or it was elected again.
            handOver(deadline);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException e) {
            LOG.warn("Leaving the cluster failed; stopping without", e);
        }
    }

    /** The others would notice the end of the leader only by an election time-out. */
    private void handOver(long deadlineNanos) throws InterruptedException, ExecutionException {
        if (!log.status().leading() || log.voters().size() < 2) {
            return;
        }
        long leftMillis = TimeUnit.NANOSECONDS.toMillis(deadlineNanos - System.nanoTime());
        long longestMillis = Math.min(HAND_OVER_MILLIS_MAX, leftMillis);
        try {
            var reply = log.handOver().get(longestMillis, TimeUnit.MILLISECONDS);
            if (reply.getReason() != ErrorReason.ERROR_REASON_UNSPECIFIED) {
                LOG.warn("This broker stops as the leader of the metadata quorum: {}", reply.getMessage());
            }
        } catch (TimeoutException e) {
            LOG.warn("No other voter took the lead of the metadata quorum in {} ms", longestMillis);
        }
    }

    private static boolean granted(Future<Void> grant) throws InterruptedException, ExecutionException {
        try {
            grant.get(LEAVE_CHECK_MILLIS, TimeUnit.MILLISECONDS);
            return true;
        } catch (TimeoutException e) {
            return false;
        }
    }

    /**
     * Has this broker vanish for the quorum, in a fault: no heartbeat, no vote, no leadership of the metadata log. Waits for
     * no disk. {@link #close} is still to come.
     */
    void withdraw() {
        session.ifPresent(HeartbeatSession::close);
        watcher.close();
        // It stops leading and voting first, and then waits for the disk.
        DaemonThreads.named("kontiki-withdraw").newThread(log::close).start();
        channels.close();
    }

    @Override
    public void close() {
        session.ifPresent(HeartbeatSession::close);
        watcher.close();
        feed.close();
        host.close();
        log.close();
        channels.close();
        scheduler.shutdownNow();
        feeding.shutdownNow();
        memberThread.shutdownNow();
        probes.shutdownNow();
    }
}
