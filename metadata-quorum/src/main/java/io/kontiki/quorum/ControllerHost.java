package io.kontiki.quorum;

import io.kontiki.controller.Controller;
import io.kontiki.controller.ControllerConfig;
import io.kontiki.controller.Now;
import io.kontiki.metadata.LocalMetadata;
import io.kontiki.proto.internal.v1.CommandReply;
import io.kontiki.proto.internal.v1.HeartbeatRequest;
import io.kontiki.proto.internal.v1.HeartbeatResponse;
import io.kontiki.proto.internal.v1.ProposeRequest;
import io.kontiki.proto.internal.v1.ProposeResponse;
import io.kontiki.proto.v1.ErrorReason;
import io.kontiki.proto.v1.LeaderHint;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;

/**
 * The place of the controller on this voter: starts a {@link ControllerLoop} when this node leads the metadata log and
 * stops it when it no longer does. Until then it answers NOT_LEADER, with the leader if that is known. Thread-safe.
 */
public final class ControllerHost implements LeadershipListener, AutoCloseable {
    private final MetadataLog log;
    private final LocalMetadata metadata;
    private final ControllerConfig config;
    private final BrokerProbe probe;
    private final Supplier<Now> clock;
    private final RandomGenerator random;
    private final FaultHandler faults;
    private final List<LeadershipListener> listeners = new CopyOnWriteArrayList<>();
    // Both change on the thread of the leadership events only, and at close.
    private volatile ControllerLoop acting;
    private volatile OptionalInt leaderId = OptionalInt.empty();
    private volatile boolean closed;

    /**
     * @param clock read on the controller's thread
     * @param random used on the controller's thread only
     * @param faults told of a defect in the controller's decisions
     */
    public ControllerHost(
            MetadataLog log,
            LocalMetadata metadata,
            ControllerConfig config,
            BrokerProbe probe,
            Supplier<Now> clock,
            RandomGenerator random,
            FaultHandler faults) {
        this.log = Objects.requireNonNull(log);
        this.metadata = Objects.requireNonNull(metadata);
        this.config = Objects.requireNonNull(config);
        this.probe = Objects.requireNonNull(probe);
        this.clock = Objects.requireNonNull(clock);
        this.random = Objects.requireNonNull(random);
        this.faults = Objects.requireNonNull(faults);
    }

    /** Adds one who hears of leadership after this host has acted on it. Add before the log starts. */
    public void addListener(LeadershipListener listener) {
        listeners.add(listener);
    }

    /** Answers a request if this node is the controller; never completes exceptionally. */
    public CompletableFuture<ProposeResponse> propose(ProposeRequest request) {
        var loop = acting;
        return loop == null ? CompletableFuture.completedFuture(notController()) : loop.propose(request);
    }

    /** Takes a heartbeat if this node is the controller; never completes exceptionally. */
    public CompletableFuture<HeartbeatResponse> heartbeat(HeartbeatRequest request) {
        var loop = acting;
        return loop == null ? CompletableFuture.completedFuture(notControllerHeartbeat()) : loop.heartbeat(request);
    }

    /** The stream of heartbeats from that run of the broker broke. */
    public void heartbeatStreamBroken(int brokerId, long brokerEpoch) {
        var loop = acting;
        if (loop != null) {
            loop.heartbeatStreamBroken(brokerId, brokerEpoch);
        }
    }

    /** Whether this node is the controller now. */
    public boolean isController() {
        return acting != null;
    }

    /** Term of the controller here, if there is one. */
    public Optional<Long> actingTerm() {
        return Optional.ofNullable(acting).map(ControllerLoop::term);
    }

    /** The voter that leads the metadata log, as far as this one knows. */
    public OptionalInt leaderId() {
        return leaderId;
    }

    /** How to reach the controller, from the log's leader and the image; empty while either does not tell. */
    public Optional<LeaderHint> controllerHint() {
        var leader = leaderId;
        if (leader.isEmpty()) {
            return Optional.empty();
        }
        return metadata.current()
                .broker(leader.getAsInt())
                .map(broker -> LeaderHint.newBuilder()
                        .setLeaderId(broker.id())
                        .setHost(broker.endpoint().host())
                        .setPort(broker.endpoint().port())
                        .build());
    }

    /** The refusal of a node that is not the controller. */
    public ProposeResponse notController() {
        var response = ProposeResponse.newBuilder()
                .setReply(CommandReply.newBuilder()
                        .setReason(ErrorReason.ERROR_REASON_NOT_LEADER)
                        .setMessage("this broker is not the controller"));
        controllerHint().ifPresent(response::setController);
        return response.build();
    }

    /** The same for a heartbeat. */
    public HeartbeatResponse notControllerHeartbeat() {
        return HeartbeatResponse.newBuilder()
                .setReason(ErrorReason.ERROR_REASON_NOT_LEADER)
                .setMessage("this broker is not the controller")
                .build();
    }

    @Override
    public synchronized void onLeading(long term) {
        if (closed) {
            return;
        }
        stop();
        var controller = new Controller(config, term, metadata.current(), random, clock.get());
        acting = new ControllerLoop(controller, term, log, metadata, probe, clock, faults);
        acting.start();
        listeners.forEach(listener -> listener.onLeading(term));
    }

    @Override
    public synchronized void onLeadershipLost() {
        stop();
        listeners.forEach(LeadershipListener::onLeadershipLost);
    }

    @Override
    public synchronized void onLeaderKnown(int id) {
        leaderId = OptionalInt.of(id);
        listeners.forEach(listener -> listener.onLeaderKnown(id));
    }

    /** Stops the controller, if it runs here. Close this before the log. */
    @Override
    public synchronized void close() {
        closed = true;
        stop();
    }

    private void stop() {
        var loop = acting;
        acting = null;
        if (loop != null) {
            loop.close();
        }
    }
}
