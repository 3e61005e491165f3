package io.kontiki.service.quorum;

import io.kontiki.metadata.LocalMetadata;
import io.kontiki.metadata.MetadataDelta;
import io.kontiki.metadata.MetadataImage;
import io.kontiki.partition.HeldReplicas;
import io.kontiki.partition.LeaseGrants;
import io.kontiki.partition.WantedReports;
import io.kontiki.proto.internal.v1.CommandReply;
import io.kontiki.proto.internal.v1.HeartbeatRequest;
import io.kontiki.proto.internal.v1.HeartbeatResponse;
import io.kontiki.proto.internal.v1.ProposeRequest;
import io.kontiki.proto.internal.v1.ProposeResponse;
import io.kontiki.proto.internal.v1.RegisterBroker;
import io.kontiki.proto.v1.ErrorReason;
import io.kontiki.quorum.LeadershipListener;
import io.kontiki.replication.Lease;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.IntConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * This run of the broker towards the quorum: registers it, keeps its heartbeats going to whoever is the controller, and
 * leads it out when it stops.
 *
 * <pre>
 * new -- register() --> registering -- applied --> beating -- shutDown() --> leaving -- granted --> may stop
 *                            |                        |
 *                            +------- refused --------+--> rejected
 * </pre>
 *
 * <p>All of it runs on the scheduler's one thread; public methods hand over and return. What a caller chains to a future
 * of this class runs there too.
 */
public final class HeartbeatSession implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(HeartbeatSession.class);
    /** While it waits to be unfenced or to stop, each answer brings the next step nearer. */
    private static final long HASTY_MILLIS = 50;

    private static final long REGISTER_AGAIN_MILLIS = 200;

    private final RegisterBroker registration;
    private final long heartbeatMillis;
    private final QuorumClient client;
    private final LocalMetadata metadata;
    private final SessionListener listener;
    private final ScheduledExecutorService scheduler;
    private final HeartbeatLink link;
    private final LeaseGrants leases;
    private final WantedReports reports;
    private final CompletableFuture<Long> registered = new CompletableFuture<>();
    private final CompletableFuture<Void> mayStop = new CompletableFuture<>();
    // Owned by the scheduler's thread.
    /** Epoch of the registration that this run replaces; 0 for none, until the quorum tells. */
    private long replacedEpoch;

    private ScheduledFuture<?> beats;
    private boolean ready;
    private boolean leaving;
    private boolean rejected;
    private boolean hurrying;

    private volatile boolean closed;
    private volatile long brokerEpoch = -1;
    private volatile boolean fenced = true;
    private volatile Lease lease = new Lease(System.nanoTime());

    /**
     * @param registration what the broker says of itself, whole; the same incarnation gets the same epoch again
     * @param heartbeatMillis from one heartbeat to the next, at least 1
     * @param held asked what this broker holds, when the controller wants to know
     * @param suspectLeader told the id of a voter that was the controller when its connection broke; a voter passes it
     *     on to {@link io.kontiki.quorum.MetadataLog#suspectLeader}, others ignore it
     * @param scheduler of one thread
     */
    public HeartbeatSession(
            RegisterBroker registration,
            long heartbeatMillis,
            QuorumClient client,
            LocalMetadata metadata,
            SessionListener listener,
            HeldReplicas held,
            IntConsumer suspectLeader,
            ScheduledExecutorService scheduler) {
        if (heartbeatMillis < 1) {
            throw new IllegalArgumentException("a heartbeat every " + heartbeatMillis + " ms");
        }
        this.heartbeatMillis = heartbeatMillis;
        this.registration = Objects.requireNonNull(registration);
        this.client = Objects.requireNonNull(client);
        this.metadata = Objects.requireNonNull(metadata);
        this.listener = Objects.requireNonNull(listener);
        this.leases = new LeaseGrants(lease, metadata, this::hand, this::renew);
        this.reports = new WantedReports(Objects.requireNonNull(held), () -> hand(this::hurry));
        this.scheduler = Objects.requireNonNull(scheduler);
        this.link = new HeartbeatLink(client, scheduler, this::onAnswer, suspectLeader);
    }

    /**
     * Registers, for as long as it takes to find a controller. Called once. Call {@link #ready} when the logs are
     * loaded.
     *
     * @return the broker epoch, once this broker's image holds the registration; fails with
     *     {@link RegistrationRefusedException} if the quorum does not want this broker
     */
    public CompletableFuture<Long> register() {
        hand(this::proposeRegistration);
        return registered;
    }

    /** The broker can serve: the controller may unfence it. */
    public void ready() {
        hand(() -> {
            ready = true;
            hurry();
        });
    }

    /**
     * Asks to leave: the controller moves leaderships away first.
     *
     * @return completes when the broker may stop; give it a time limit, for without a quorum nobody answers
     */
    public CompletableFuture<Void> shutDown() {
        hand(() -> {
            leaving = true;
            if (brokerEpoch < 0 || rejected) {
                mayStop.complete(null);
            } else {
                hurry();
            }
        });
        return mayStop;
    }

    /** Number of this run, -1 before it is registered. Any thread. */
    public long brokerEpoch() {
        return brokerEpoch;
    }

    /** Whether this broker's image has it fenced, or not registered. Any thread. */
    public boolean fenced() {
        return fenced;
    }

    /** Until when this broker may believe what its image says of it (rule L16); of System.nanoTime. Any thread. */
    public Lease lease() {
        return lease;
    }

    /** Looks for the controller at once when the quorum's leader changes. A voter adds it to its ControllerHost. */
    public LeadershipListener asListener() {
        return new LeadershipListener() {
            @Override
            public void onLeading(long term) {
                hand(HeartbeatSession.this::controllerMoved);
            }

            @Override
            public void onLeadershipLost() {}

            @Override
            public void onLeaderKnown(int leaderId) {
                hand(HeartbeatSession.this::controllerMoved);
            }
        };
    }

    /** Sends nothing more. Does not wait; close the scheduler after it. */
    @Override
    public void close() {
        closed = true;
        hand(this::stopBeats);
    }

    private void proposeRegistration() {
        if (closed) {
            return;
        }
        client.propose(ProposeRequest.newBuilder()
                        .setRegisterBroker(registration.toBuilder().setExpectedEpoch(replacedEpoch))
                        .build())
                .thenAccept(response -> hand(() -> onRegistration(response)));
    }

    private void onRegistration(ProposeResponse response) {
        var reply = response.getReply();
        switch (reply.getReason()) {
            case ERROR_REASON_UNSPECIFIED -> onRegistered(reply, response.getIndex());
            case ERROR_REASON_QUORUM_UNAVAILABLE, ERROR_REASON_OVERLOADED -> {
                LOG.info("Broker {} is not registered yet: {}", registration.getBrokerId(), reply.getMessage());
                later(this::proposeRegistration, REGISTER_AGAIN_MILLIS);
            }
            case ERROR_REASON_CONCURRENT_CHANGE -> {
                // M1: the quorum has another registration than this run thought, and tells which.
                replacedEpoch = reply.getRegisterBroker().getBrokerEpoch();
                later(this::proposeRegistration, 0);
            }
            default ->
                registered.completeExceptionally(
                        new RegistrationRefusedException(reply.getReason(), reply.getMessage()));
        }
    }

    private void onRegistered(CommandReply reply, long index) {
        var epoch = reply.getRegisterBroker().getBrokerEpoch();
        // Not before the image has it: an older run's registration would look like a displacement.
        metadata.awaitIndex(index)
                .thenAccept(image -> hand(() -> {
                    if (closed) {
                        return;
                    }
                    LOG.atInfo()
                            .addKeyValue("state", "registered")
                            .addKeyValue("epoch", epoch)
                            .log("Broker {} is registered with epoch {}", registration.getBrokerId(), epoch);
                    brokerEpoch = epoch;
                    metadata.addPublisher(this::onMetadata);
                    beats = scheduler.scheduleWithFixedDelay(
                            () -> guarded(this::beat), 0, heartbeatMillis, TimeUnit.MILLISECONDS);
                    registered.complete(epoch);
                }));
    }

    private void controllerMoved() {
        if (beats != null) {
            link.moved();
            beat();
        }
    }

    private void beat() {
        if (closed || rejected || brokerEpoch < 0) {
            return;
        }
        link.send(HeartbeatRequest.newBuilder()
                .setClusterId(registration.getClusterId())
                .setQuorumId(client.quorumId())
                .setBrokerId(registration.getBrokerId())
                .setBrokerEpoch(brokerEpoch)
                .setAppliedIndex(metadata.current().position().index())
                .setReady(ready)
                .setWantShutdown(leaving)
                .addAllReports(reports.toTell())
                .build());
    }

    private void onAnswer(HeartbeatResponse response, long sentNanos) {
        switch (response.getReason()) {
            case ERROR_REASON_UNSPECIFIED -> {
                leases.add(
                        Lease.of(sentNanos, TimeUnit.MILLISECONDS.toNanos(response.getSessionMs())),
                        response.getImageIndex());
                reports.want(response.getWantedReportsList());
                if (leaving && response.getMayShutDown()) {
                    mayStop.complete(null);
                } else if (leaving || ready && fenced) {
                    hurry();
                }
            }
            case ERROR_REASON_STALE_BROKER_EPOCH -> reject(response.getReason(), response.getMessage());
            default -> LOG.debug("Heartbeat not taken: {}", response);
        }
    }

    private void renew(Lease renewed) {
        if (!rejected) {
            lease = renewed;
            listener.onLease(renewed);
        }
    }

    /** On the thread that publishes metadata. */
    private void onMetadata(MetadataDelta delta, MetadataImage image) {
        var id = registration.getBrokerId();
        if (!delta.changedBrokers().contains(id) && !delta.removedBrokers().contains(id)) {
            return;
        }
        var own = image.broker(id);
        if (own.isEmpty() || own.get().epoch() > brokerEpoch) {
            fenced = true;
            hand(() -> reject(
                    ErrorReason.ERROR_REASON_STALE_BROKER_EPOCH,
                    "broker " + id + " with epoch " + brokerEpoch + " was replaced by another run of it"));
            return;
        }
        var was = fenced;
        fenced = own.get().fenced();
        if (was && !fenced) {
            listener.onUnfenced();
        } else if (!was && fenced) {
            listener.onFenced();
        }
    }

    private void reject(ErrorReason reason, String message) {
        if (rejected) {
            return;
        }
        rejected = true;
        stopBeats();
        lease = new Lease(System.nanoTime());
        listener.onLease(lease);
        mayStop.complete(null);
        listener.onRejected(reason, message);
    }

    private void stopBeats() {
        if (beats != null) {
            beats.cancel(false);
        }
        link.close();
    }

    /** One at a time: each beat brings an answer, and each answer may ask for the next. */
    private void hurry() {
        if (hurrying) {
            return;
        }
        hurrying = true;
        later(
                () -> {
                    hurrying = false;
                    beat();
                },
                HASTY_MILLIS);
    }

    private void later(Runnable step, long millis) {
        try {
            scheduler.schedule(() -> guarded(step), millis, TimeUnit.MILLISECONDS);
        } catch (RejectedExecutionException e) {
            LOG.debug("The session is over");
        }
    }

    private void hand(Runnable step) {
        try {
            scheduler.execute(() -> guarded(step));
        } catch (RejectedExecutionException e) {
            LOG.debug("The session is over");
        }
    }

    private static void guarded(Runnable step) {
        try {
            step.run();
        } catch (RuntimeException | Error e) {
            LOG.error("A step of the broker's session failed", e);
        }
    }
}
