package io.kontiki.controller;

import io.kontiki.metadata.BrokerRegistration;
import io.kontiki.metadata.Excerpt;
import io.kontiki.metadata.MetadataImage;
import io.kontiki.metadata.command.MetadataState;
import io.kontiki.metadata.command.Replies;
import io.kontiki.proto.internal.v1.Command;
import io.kontiki.proto.internal.v1.FenceBroker;
import io.kontiki.proto.internal.v1.HeartbeatRequest;
import io.kontiki.proto.internal.v1.HeartbeatResponse;
import io.kontiki.proto.internal.v1.InitializeCluster;
import io.kontiki.proto.internal.v1.ProposeRequest;
import io.kontiki.proto.internal.v1.ShutDownBroker;
import io.kontiki.proto.internal.v1.UnfenceBroker;
import io.kontiki.proto.v1.ErrorReason;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;

/**
 * The decisions of the quorum's leader. One instance per term: make it when the broker becomes Raft leader and has
 * applied the entries of earlier terms, drop it when it ceases to be. It changes nothing itself: it returns commands,
 * which carry its term, so that those of a deposed controller are void. All of them are safe to repeat.
 *
 * <p>The image passed in is always the latest one; the time never goes back. Not thread-safe: one caller at a time.
 */
public final class Controller {
    private static final long INITIALIZE_REPEAT_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final ControllerConfig config;
    private final long term;
    private final TopicPlanner topics;
    private final Sessions sessions;
    private Optional<Now> initializedAt = Optional.empty();

    /**
     * Each broker of the image gets one full session from {@code now} on, since its heartbeats to the controller
     * before are not known here (rule Q7). Call {@link #onTick} at once after: it initializes a new cluster.
     *
     * @param term the Raft term that this broker leads
     * @param random for the ids and the placement of topics
     */
    public Controller(ControllerConfig config, long term, MetadataImage image, RandomGenerator random, Now now) {
        this.config = Objects.requireNonNull(config);
        this.term = term;
        this.topics = new TopicPlanner(config, Objects.requireNonNull(random));
        this.sessions = new Sessions(TimeUnit.MILLISECONDS.toNanos(config.sessionMillis()), image, now);
    }

    /** The term it decides in. */
    public long term() {
        return term;
    }

    /** Judges a proposal and makes it a command: ids, time stamps and placement are chosen here. */
    public Prepared prepare(ProposeRequest request, MetadataImage image, Now now) {
        if (!request.getClusterId().equals(config.clusterId())) {
            return refuse(ErrorReason.ERROR_REASON_WRONG_CLUSTER, wrongCluster(request.getClusterId()));
        }
        var stamped = stamped(now);
        return switch (request.getRequestCase()) {
            case REGISTER_BROKER ->
                ofItself(
                        request,
                        request.getRegisterBroker().getBrokerId(),
                        stamped.setRegisterBroker(request.getRegisterBroker()));
            case SHUT_DOWN_BROKER ->
                ofItself(
                        request,
                        request.getShutDownBroker().getBrokerId(),
                        stamped.setShutDownBroker(request.getShutDownBroker()));
            case ALTER_PARTITIONS ->
                ofItself(
                        request,
                        request.getAlterPartitions().getBrokerId(),
                        stamped.setAlterPartitions(request.getAlterPartitions()));
            case ALLOCATE_PRODUCER_IDS ->
                ofItself(
                        request,
                        request.getAllocateProducerIds().getBrokerId(),
                        stamped.setAllocateProducerIds(request.getAllocateProducerIds()));
            case ASSIGN_DIRECTORIES ->
                ofItself(
                        request,
                        request.getAssignDirectories().getBrokerId(),
                        stamped.setAssignDirectories(request.getAssignDirectories()));
            case FAIL_DIRECTORIES ->
                ofItself(
                        request,
                        request.getFailDirectories().getBrokerId(),
                        stamped.setFailDirectories(request.getFailDirectories()));
            case FAIL_REPLICAS ->
                ofItself(
                        request,
                        request.getFailReplicas().getBrokerId(),
                        stamped.setFailReplicas(request.getFailReplicas()));
            case CREATE_TOPIC -> topics.create(request.getCreateTopic(), image, stamped);
            case DELETE_TOPIC -> topics.delete(request.getDeleteTopic(), image, stamped);
            case ALTER_TOPIC -> topics.alter(request.getAlterTopic(), image, stamped);
            case ADD_PARTITIONS -> topics.addPartitions(request.getAddPartitions(), image, stamped);
            case ELECT_LEADERS, REASSIGN_PARTITIONS, CANCEL_REASSIGNMENTS, UNREGISTER_BROKER, REQUEST_NOT_SET ->
                refuse(
                        ErrorReason.ERROR_REASON_INVALID_ARGUMENT,
                        "request is empty, or of a newer version than this one");
        };
    }

    /**
     * A broker is alive. A wrong broker epoch is refused with STALE_BROKER_EPOCH, another cluster with WRONG_CLUSTER.
     * A broker that is ready and has applied its own registration is unfenced; one that wants to stop is led out
     * (rules M2, M4).
     */
    public HeartbeatOutcome onHeartbeat(HeartbeatRequest request, MetadataImage image, Now now) {
        if (!request.getClusterId().equals(config.clusterId())) {
            return refused(ErrorReason.ERROR_REASON_WRONG_CLUSTER, wrongCluster(request.getClusterId()));
        }
        var known = image.broker(request.getBrokerId());
        if (known.isEmpty() || known.get().epoch() != request.getBrokerEpoch()) {
            var registered =
                    known.map(broker -> "its epoch is " + broker.epoch()).orElse("it is not registered");
            return refused(
                    ErrorReason.ERROR_REASON_STALE_BROKER_EPOCH,
                    "broker_epoch of broker " + request.getBrokerId() + " is " + request.getBrokerEpoch() + ", but "
                            + registered);
        }
        var broker = known.get();
        var session = sessions.of(broker, now);
        session.onHeartbeat(request.getAppliedIndex(), now.monotonicNanos());
        return request.getWantShutdown()
                ? onStopping(broker, session, image, now)
                : onServing(broker, session, request, now);
    }

    private HeartbeatOutcome onServing(
            BrokerRegistration broker, BrokerSession session, HeartbeatRequest request, Now now) {
        boolean unfence = broker.fenced()
                && request.getReady()
                && request.getAppliedIndex() >= broker.epoch()
                && session.take(BrokerSession.Step.UNFENCE, now.monotonicNanos());
        return new HeartbeatOutcome(
                accepted(broker, false), unfence ? Optional.of(unfence(broker, now)) : Optional.empty());
    }

    /** Rule M4: first out of every ISR, then, when all who take over have heard of it, the leave to stop. */
    private HeartbeatOutcome onStopping(
            BrokerRegistration broker, BrokerSession session, MetadataImage image, Now now) {
        long waited = session.stoppingForNanos(now.monotonicNanos());
        boolean patient = waited < TimeUnit.MILLISECONDS.toNanos(config.shutdownWaitMillis());
        if (broker.fenced()) {
            return new HeartbeatOutcome(accepted(broker, true), Optional.empty());
        }
        if (broker.shuttingDown()) {
            long index = session.shutDownIndex(image.position().index());
            boolean granted = !patient || sessions.allUsableApplied(index, image);
            return new HeartbeatOutcome(accepted(broker, granted), Optional.empty());
        }
        boolean wait = patient && ControlledShutdown.isLastHope(broker.id(), image);
        boolean shutDown = !wait && session.take(BrokerSession.Step.SHUT_DOWN, now.monotonicNanos());
        return new HeartbeatOutcome(
                accepted(broker, false), shutDown ? Optional.of(shutDown(broker, now)) : Optional.empty());
    }

    /** Time passes: fences brokers whose session ran out. Call it every 100 ms or so. */
    public List<Command> onTick(MetadataImage image, Now now) {
        var commands = new ArrayList<Command>();
        initialize(image, now).ifPresent(commands::add);
        for (var broker : sessions.expired(image, now)) {
            commands.add(fence(broker, now));
        }
        return commands;
    }

    /** The heartbeat stream of a broker broke; it may have died, so it is worth a probe. */
    public void onHeartbeatStreamBroken(int brokerId, long brokerEpoch) {
        sessions.probe(brokerId, brokerEpoch);
    }

    /**
     * Brokers to dial: if the connection is refused, the process is gone; tell it by {@link #onBrokerGone}. Any other
     * outcome, such as silence, means nothing. A broker is named by each call from the break of its stream, or from
     * the election of this controller, until it is heard or fenced: a dying process may close its stream just before
     * its listening socket, so that one probe is not enough. Do not dial one broker twice at a time.
     */
    public List<BrokerRegistration> brokersToProbe(MetadataImage image) {
        return sessions.probed(image);
    }

    /** A dial to the broker was refused: fences that run of it at once. */
    public List<Command> onBrokerGone(int brokerId, long brokerEpoch, MetadataImage image, Now now) {
        return image.broker(brokerId)
                .filter(broker -> broker.epoch() == brokerEpoch && !broker.fenced())
                .filter(broker -> sessions.of(broker, now).take(BrokerSession.Step.FENCE, now.monotonicNanos()))
                .map(broker -> List.of(fence(broker, now)))
                .orElse(List.of());
    }

    private Optional<Command> initialize(MetadataImage image, Now now) {
        boolean underWay = initializedAt
                .filter(at -> now.monotonicNanos() - at.monotonicNanos() < INITIALIZE_REPEAT_NANOS)
                .isPresent();
        if (!image.clusterId().isEmpty() || underWay) {
            return Optional.empty();
        }
        initializedAt = Optional.of(now);
        var command = InitializeCluster.newBuilder()
                .setClusterId(config.clusterId())
                .setFeatureLevel(MetadataState.FEATURE_LEVEL);
        return Optional.of(stamped(now).setInitializeCluster(command).build());
    }

    private Prepared ofItself(ProposeRequest request, int brokerId, Command.Builder command) {
        if (request.getFromBrokerId() != brokerId) {
            return refuse(
                    ErrorReason.ERROR_REASON_INVALID_ARGUMENT,
                    "broker_id is " + brokerId + ", but broker " + request.getFromBrokerId() + " asks");
        }
        return new Prepared.Submit(command.build());
    }

    private Command fence(BrokerRegistration broker, Now now) {
        var command = FenceBroker.newBuilder().setBrokerId(broker.id()).setBrokerEpoch(broker.epoch());
        return stamped(now).setFenceBroker(command).build();
    }

    private Command unfence(BrokerRegistration broker, Now now) {
        var command = UnfenceBroker.newBuilder().setBrokerId(broker.id()).setBrokerEpoch(broker.epoch());
        return stamped(now).setUnfenceBroker(command).build();
    }

    private Command shutDown(BrokerRegistration broker, Now now) {
        var command = ShutDownBroker.newBuilder().setBrokerId(broker.id()).setBrokerEpoch(broker.epoch());
        return stamped(now).setShutDownBroker(command).build();
    }

    private Command.Builder stamped(Now now) {
        return Command.newBuilder().setControllerTerm(term).setTimestampMs(now.epochMillis());
    }

    private HeartbeatResponse accepted(BrokerRegistration broker, boolean mayShutDown) {
        return HeartbeatResponse.newBuilder()
                .setControllerTerm(term)
                .setFenced(broker.fenced())
                .setMayShutDown(mayShutDown)
                .build();
    }

    private HeartbeatOutcome refused(ErrorReason reason, String message) {
        var response = HeartbeatResponse.newBuilder()
                .setControllerTerm(term)
                .setReason(reason)
                .setMessage(message)
                .setFenced(true);
        return new HeartbeatOutcome(response.build(), Optional.empty());
    }

    private static Prepared refuse(ErrorReason reason, String message) {
        return new Prepared.Refuse(Replies.refusal(reason, message));
    }

    private String wrongCluster(String told) {
        return "cluster_id is \"" + Excerpt.of(told) + "\", but this cluster is \"" + config.clusterId() + "\"";
    }
}
