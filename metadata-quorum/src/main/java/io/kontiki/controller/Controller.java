package io.kontiki.controller;

import io.kontiki.metadata.BrokerRegistration;
import io.kontiki.metadata.Excerpt;
import io.kontiki.metadata.MetadataImage;
import io.kontiki.metadata.command.MetadataState;
import io.kontiki.metadata.command.Replies;
import io.kontiki.proto.internal.v1.Command;
import io.kontiki.proto.internal.v1.HeartbeatRequest;
import io.kontiki.proto.internal.v1.HeartbeatResponse;
import io.kontiki.proto.internal.v1.InitializeCluster;
import io.kontiki.proto.internal.v1.ProposeRequest;
import io.kontiki.proto.internal.v1.UnregisterBroker;
import io.kontiki.proto.v1.ErrorReason;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
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
    private final BrokerLifecycle brokers;
    private final UncleanElections unclean;
    private final ElectionPlanner elections;
    private final LeaderBalance balance;
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
        this.brokers = new BrokerLifecycle(config, image, now);
        this.unclean = new UncleanElections(now);
        this.elections = new ElectionPlanner(unclean);
        this.balance = new LeaderBalance(config.rebalance(), now);
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
            case CREATE_TOPIC -> topics.create(request, image, stamped);
            case DELETE_TOPIC -> topics.delete(request, image, stamped);
            case ALTER_TOPIC -> topics.alter(request, image, stamped);
            case ADD_PARTITIONS -> topics.addPartitions(request, image, stamped);
            case ELECT_LEADERS -> elections.prepare(request.getElectLeaders(), image, stamped, now);
            case REASSIGN_PARTITIONS -> PartitionPlanner.reassign(request.getReassignPartitions(), image, stamped);
            case CANCEL_REASSIGNMENTS -> PartitionPlanner.cancel(request.getCancelReassignments(), image, stamped);
            case UNREGISTER_BROKER -> unregister(request, image, stamped);
            case ALTER_CONFIGS -> ConfigPlanner.alter(request.getAlterConfigs(), image, stamped);
            // Applying them judges whether the sender coordinates these groups (rule C1).
            case CHANGE_GROUP -> submit(stamped.setChangeGroup(request.getChangeGroup()));
            case COMMIT_GROUP_OFFSETS -> submit(stamped.setCommitGroupOffsets(request.getCommitGroupOffsets()));
            case DELETE_GROUP -> submit(stamped.setDeleteGroup(request.getDeleteGroup()));
            case DELETE_GROUP_OFFSETS -> submit(stamped.setDeleteGroupOffsets(request.getDeleteGroupOffsets()));
            case REQUEST_NOT_SET ->
                refuse(
                        ErrorReason.ERROR_REASON_INVALID_ARGUMENT,
                        "request is empty, or of a newer version than this one");
        };
    }

    /**
     * A broker is alive. A wrong broker epoch is refused with STALE_BROKER_EPOCH, another cluster with WRONG_CLUSTER.
     * A broker that is ready and has applied its own registration is unfenced; one that wants to stop is led out
     * (rules M2, M4).
     *
     * @param confirmedNanos time of the monotonic clock before which surely no later controller was there, since a majority
     *     of the voters still followed this one; empty if that is not known, then nobody gets a lease (rule L16)
     */
    public HeartbeatOutcome onHeartbeat(
            HeartbeatRequest request, MetadataImage image, OptionalLong confirmedNanos, Now now) {
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
        unclean.onReports(broker, request.getReportsList());
        var step = brokers.onHeartbeat(broker, request, image, now);
        var response = HeartbeatResponse.newBuilder()
                .setControllerTerm(term)
                .setFenced(broker.fenced())
                .setMayShutDown(step.mayShutDown())
                .setSessionMs(brokers.sessionMillis(broker, confirmedNanos, now))
                .setImageIndex(image.position().index())
                .addAllWantedReports(unclean.wantedOf(broker, image));
        return new HeartbeatOutcome(response.build(), step.command().map(command -> stamp(command, now)));
    }

    /**
     * Time passes: fences brokers whose session ran out, elects where a topic wants it at any price, and gives leadership
     * back to preferred replicas. Call it every 100 ms or so.
     */
    public List<Command> onTick(MetadataImage image, Now now) {
        var commands = new ArrayList<Command>();
        initialize(image, now).ifPresent(commands::add);
        brokers.onTick(image, now).forEach(command -> commands.add(stamp(command, now)));
        unclean.onTick(image, now)
                .ifPresent(elect ->
                        commands.add(stamped(now).setElectUnclean(elect).build()));
        balance.onTick(image, now)
                .ifPresent(elect ->
                        commands.add(stamped(now).setElectPreferred(elect).build()));
        return commands;
    }

    /** The heartbeat stream of a broker broke; it may have died, so it is worth a probe. */
    public void onHeartbeatStreamBroken(int brokerId, long brokerEpoch) {
        brokers.onStreamBroken(brokerId, brokerEpoch);
    }

    /**
     * Brokers to dial: if the connection is refused, the process is gone; tell it by {@link #onBrokerGone}. Any other
     * outcome, such as silence, means nothing. A broker is named by each call from the break of its stream, or from
     * the election of this controller, until it is heard or fenced: a dying process may close its stream just before
     * its listening socket, so that one probe is not enough. Do not dial one broker twice at a time.
     */
    public List<BrokerRegistration> brokersToProbe(MetadataImage image) {
        return brokers.toProbe(image);
    }

    /** A dial to the broker was refused: fences that run of it at once. */
    public List<Command> onBrokerGone(int brokerId, long brokerEpoch, MetadataImage image, Now now) {
        return brokers.onGone(brokerId, brokerEpoch, image, now)
                .map(command -> List.of(stamp(command, now)))
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
        return submit(command);
    }

    private static Prepared submit(Command.Builder command) {
        return new Prepared.Submit(command.build());
    }

    /** Rule M12; judged by the command, which names the run. */
    private static Prepared unregister(ProposeRequest proposal, MetadataImage image, Command.Builder stamped) {
        int id = proposal.getUnregisterBroker().getBrokerId();
        var broker = image.broker(id);
        if (broker.isEmpty()) {
            return refuse(
                    ErrorReason.ERROR_REASON_INVALID_ARGUMENT,
                    "broker_id is " + id + ", but no such broker is registered");
        }
        var command = UnregisterBroker.newBuilder()
                .setBrokerId(id)
                .setBrokerEpoch(broker.get().epoch());
        return submit(stamped.setUnregisterBroker(command));
    }

    private Command.Builder stamped(Now now) {
        return Command.newBuilder().setControllerTerm(term).setTimestampMs(now.epochMillis());
    }

    private Command stamp(Command.Builder command, Now now) {
        return command.mergeFrom(stamped(now).buildPartial()).build();
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
