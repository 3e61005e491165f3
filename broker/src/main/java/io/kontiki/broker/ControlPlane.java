package io.kontiki.broker;

import io.grpc.BindableService;
import io.kontiki.controller.Now;
import io.kontiki.metadata.LocalMetadata;
import io.kontiki.proto.internal.v1.RegisterBroker;
import io.kontiki.proto.v1.ErrorReason;
import io.kontiki.quorum.ControllerHost;
import io.kontiki.quorum.FaultHandler;
import io.kontiki.quorum.MetadataLog;
import io.kontiki.quorum.Proposer;
import io.kontiki.quorum.TcpBrokerProbe;
import io.kontiki.quorum.ratis.RatisMetadataLog;
import io.kontiki.replication.Lease;
import io.kontiki.service.quorum.HeartbeatSession;
import io.kontiki.service.quorum.HeldReplicas;
import io.kontiki.service.quorum.ImageFeed;
import io.kontiki.service.quorum.ImageWatcher;
import io.kontiki.service.quorum.QuorumClient;
import io.kontiki.service.quorum.QuorumGrpcService;
import io.kontiki.service.quorum.SessionListener;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.LongFunction;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * This broker's part in the control plane. A voter holds the metadata log, and the controller while it leads that log; a
 * broker outside the quorum follows a voter's image instead. Both keep a session with the controller.
 *
 * <p>Order of calls: the constructor, which starts nothing; {@link #services}; {@link #start}; {@link #leave};
 * {@link #close}. One thread, but {@link #withdraw} and {@link #lease} by any.
 */
final class ControlPlane implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ControlPlane.class);
    private static final long LEAVE_CHECK_MILLIS = 100;

    /** A voter's parts. */
    private record Voting(QuorumSettings settings, MetadataLog log, ControllerHost host, ImageFeed feed) {}

    private final BrokerConfig config;
    private final Identity identity;
    private final LocalMetadata metadata;
    private final FaultHandler faults;
    private final ScheduledExecutorService scheduler =
            Executors.newSingleThreadScheduledExecutor(DaemonThreads.named("kontiki-session"));
    private final ScheduledExecutorService feeding =
            Executors.newSingleThreadScheduledExecutor(DaemonThreads.named("kontiki-image-feed"));
    private final ExecutorService probes = Executors.newCachedThreadPool(DaemonThreads.named("kontiki-probe"));
    private final BrokerChannels channels;
    private final Optional<Voting> voting;
    private final Optional<ImageWatcher> watcher;
    private final QuorumClient client;
    private volatile Optional<HeartbeatSession> session = Optional.empty();

    /** @param faults told when this run of the broker must end */
    ControlPlane(BrokerConfig config, DataDirectories directories, LocalMetadata metadata, FaultHandler faults) {
        this.config = config;
        this.identity = directories.identity();
        this.metadata = metadata;
        this.faults = faults;
        channels = new BrokerChannels(config.requestMaxBytes());
        metadata.addPublisher(channels);
        voting = config.outsideQuorum() ? Optional.empty() : Optional.of(voting(directories));
        client = new QuorumClient(
                identity.brokerId(),
                identity.clusterId(),
                voting.map(Voting::host),
                config.metadataBootstrapServers(),
                channels::to,
                scheduler);
        watcher = voting.isPresent()
                ? Optional.empty()
                : Optional.of(new ImageWatcher(
                        identity.brokerId(),
                        identity.clusterId(),
                        config.metadataBootstrapServers(),
                        metadata,
                        channels::to,
                        config.sessionTimeout().toMillis(),
                        scheduler));
    }

    private Voting voting(DataDirectories directories) {
        var settings = QuorumSettings.of(config, directories);
        var log = new RatisMetadataLog(settings.quorum(), metadata, faults);
        var host = new ControllerHost(
                log,
                metadata,
                settings.controller(),
                new TcpBrokerProbe(probes),
                () -> new Now(System.currentTimeMillis(), System.nanoTime()),
                new SplittableRandom(),
                faults);
        var feed = new ImageFeed(metadata, () -> log.status().leaderId().isPresent(), feeding);
        return new Voting(settings, log, host, feed);
    }

    /** What this broker offers to others. */
    List<BindableService> services() {
        return voting.map(parts -> {
                    var service = new QuorumGrpcService(identity.clusterId(), parts.host, parts.feed);
                    parts.host.addListener(service);
                    return List.<BindableService>of(service);
                })
                .orElse(List.of());
    }

    Proposer proposer() {
        return client;
    }

    /** Until when this broker may count on not being fenced (rule L16). Any thread. */
    Lease lease() {
        return session.map(HeartbeatSession::lease).orElseGet(() -> new Lease(System.nanoTime()));
    }

    /** Ids of the voters; unknown to a broker outside the quorum. */
    List<Integer> voters() {
        return voting.map(parts -> parts.settings.voterIds()).orElse(List.of());
    }

    /** The leader of the metadata log, as far as this broker knows. */
    OptionalInt controllerId() {
        return voting.map(parts -> parts.host.leaderId()).orElse(OptionalInt.empty());
    }

    /**
     * Opens the metadata log and registers, for as long as it takes to find a controller.
     *
     * @param held tells the controller what this broker holds, if it asks
     * @param onRegistered called with the broker epoch; the controller may unfence this broker when the result completes
     */
    void start(RegisterBroker registration, HeldReplicas held, LongFunction<CompletableFuture<Void>> onRegistered) {
        var opened = new HeartbeatSession(
                registration,
                config.heartbeatInterval().toMillis(),
                config.sessionTimeout().toMillis(),
                client,
                metadata,
                new Rejection(),
                held,
                leader -> voting.ifPresent(parts -> parts.log.suspectLeader(leader)),
                scheduler);
        session = Optional.of(opened);
        voting.ifPresent(parts -> {
            LOG.info("{}", parts.settings);
            parts.host.addListener(opened.asListener());
            parts.log.start(parts.host);
        });
        watcher.ifPresent(ImageWatcher::start);
        opened.register()
                .thenCompose(onRegistered::apply)
                .thenRun(opened::ready)
                .exceptionally(failure -> {
                    faults.onFault("this broker cannot take part in the cluster", failure);
                    return null;
                });
    }

    /** The other states of a session are seen in the image. */
    private final class Rejection implements SessionListener {
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
     */
    void leave(Duration longest) {
        if (session.isEmpty() || longest.isZero()) {
            return;
        }
        var grant = session.get().shutDown();
        long deadline = System.nanoTime() + longest.toNanos();
        try {
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
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException e) {
            LOG.warn("Leaving the cluster failed; stopping without", e);
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
        watcher.ifPresent(ImageWatcher::close);
        // It stops leading and voting first, and then waits for the disk.
        voting.ifPresent(parts -> DaemonThreads.named("kontiki-withdraw")
                .newThread(parts.log::close)
                .start());
        channels.close();
    }

    @Override
    public void close() {
        session.ifPresent(HeartbeatSession::close);
        watcher.ifPresent(ImageWatcher::close);
        voting.ifPresent(parts -> {
            parts.feed.close();
            parts.host.close();
            parts.log.close();
        });
        channels.close();
        scheduler.shutdownNow();
        feeding.shutdownNow();
        probes.shutdownNow();
    }
}
