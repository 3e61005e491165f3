package io.kontiki.simulation;

import com.google.protobuf.Message;
import io.kontiki.group.Effect;
import io.kontiki.group.GroupCoordinator;
import io.kontiki.group.GroupSettings;
import io.kontiki.group.Moment;
import io.kontiki.group.Refusal;
import io.kontiki.metadata.LocalMetadata;
import io.kontiki.metadata.MetadataDelta;
import io.kontiki.metadata.MetadataImage;
import io.kontiki.metadata.Slot;
import io.kontiki.proto.internal.v1.Command;
import io.kontiki.proto.internal.v1.ProposeRequest;
import io.kontiki.proto.internal.v1.ProposeResponse;
import io.kontiki.proto.v1.ErrorReason;
import io.kontiki.proto.v1.JoinRequest;
import io.kontiki.replication.Lease;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * Groups at one run of a broker: the product's coordinator of those whose slot the broker owns, and the way to the other
 * coordinators. What the coordinator knows is lost with the run.
 */
final class SimGroups {
    /** Short, so that sessions and patience often end; nothing expires. */
    static final GroupSettings SETTINGS = new GroupSettings(TimeUnit.DAYS.toMillis(7), 4_000, 1_300, 3_000, 1_000);

    private static final long TICK_MILLIS = 400;

    private final Cluster cluster;
    private final SimBroker broker;
    private final SimNode node;
    private final LocalMetadata metadata;
    private final Function<ProposeRequest, CompletableFuture<ProposeResponse>> proposer;
    private final GroupCoordinator coordinator;
    private final Map<Long, SimJoin> streams = new HashMap<>();
    private final Map<Long, Consumer<Answer>> calls = new HashMap<>();
    private long lastCall;

    /** A call about a group. */
    interface Call {
        List<Effect> on(GroupCoordinator coordinator, long callId, Moment now);
    }

    /**
     * What a call came to.
     *
     * @param response empty if it was refused
     * @param by the coordinator that answered, or the broker that found none
     */
    record Answer(Optional<Message> response, ErrorReason refusal, SimBroker by) {}

    SimGroups(
            Cluster cluster,
            SimBroker broker,
            SimNode node,
            LocalMetadata metadata,
            Function<ProposeRequest, CompletableFuture<ProposeResponse>> proposer) {
        this.cluster = cluster;
        this.broker = broker;
        this.node = node;
        this.metadata = metadata;
        this.proposer = proposer;
        this.coordinator = new GroupCoordinator(broker.id(), SETTINGS);
    }

    /** Begins to follow the metadata; before, everything is refused. */
    void start() {
        metadata.addPublisher(this::onMetadata);
        tick();
    }

    private void tick() {
        run(coordinator.onTick(now()));
        cluster.scheduler().after(TICK_MILLIS * Scheduler.MILLI, () -> broker.execute(this::tick));
    }

    private void onMetadata(MetadataDelta delta, MetadataImage image) {
        run(coordinator.onImage(image, delta, now()));
        if (delta.groups().slotsChanged()) {
            cluster.network().joinsThrough(broker).forEach(SimJoin::onSlots);
        }
    }

    void renew(Lease lease) {
        run(coordinator.onLease(lease.endNanos(), now()));
    }

    private Moment now() {
        return new Moment(cluster.scheduler().now(), node.millis());
    }

    /** Who coordinates the group, as far as this broker has heard. */
    OptionalInt coordinatorOf(String groupId) {
        Slot slot = metadata.current().slots().of(groupId);
        return slot.hasOwner() ? OptionalInt.of(slot.owner()) : OptionalInt.empty();
    }

    // ---- Members' streams

    /** The next message of a stream that ends here. */
    void onRequest(SimJoin stream, JoinRequest request) {
        if (request.hasJoin()) {
            streams.put(stream.id(), stream);
            run(coordinator.onJoin(stream.id(), request.getJoin(), "simulated", now()));
        } else if (streams.containsKey(stream.id())) {
            run(coordinator.onRequest(stream.id(), request, now()));
        }
    }

    void onGone(SimJoin stream) {
        if (streams.remove(stream.id()) != null) {
            run(coordinator.onStreamGone(stream.id(), now()));
        }
    }

    // ---- Calls

    /** From a client: here, or relayed to the coordinator, once. */
    void call(String groupId, Call call, Consumer<Answer> answer) {
        OptionalInt owner = coordinatorOf(groupId);
        if (owner.isEmpty()) {
            answer.accept(unreached());
        } else if (owner.getAsInt() == broker.id()) {
            take(call, answer);
        } else {
            relay(owner.getAsInt(), call, answer);
        }
    }

    private void relay(int owner, Call call, Consumer<Answer> answer) {
        Network network = cluster.network();
        Scheduler scheduler = cluster.scheduler();
        Optional<SimBroker> target = cluster.node(owner).serving();
        if (target.isEmpty() || !network.reachable(broker.id(), owner)) {
            scheduler.afterMillis(1, 50, () -> broker.execute(() -> answer.accept(unreached())));
            return;
        }
        SimGroups there = target.get().groups();
        Consumer<Answer> back = told -> scheduler.after(network.delayNanos(), () -> {
            if (network.reachable(broker.id(), owner)) {
                broker.execute(() -> answer.accept(told));
            }
        });
        scheduler.after(network.delayNanos(), () -> target.get().execute(() -> there.take(call, back)));
    }

    private Answer unreached() {
        return new Answer(Optional.empty(), ErrorReason.ERROR_REASON_NOT_COORDINATOR, broker);
    }

    private void take(Call call, Consumer<Answer> answer) {
        calls.put(++lastCall, answer);
        run(call.on(coordinator, lastCall, now()));
    }

    // ---- What the coordinator wants

    private void run(List<Effect> effects) {
        effects.forEach(this::run);
    }

    private void run(Effect effect) {
        if (effect instanceof Effect.Send send) {
            stream(send.streamId()).ifPresent(stream -> stream.sendToMember(send.response()));
        } else if (effect instanceof Effect.EndStream end) {
            stream(end.streamId()).ifPresent(stream -> stream.endByCoordinator(end.refusal()));
            streams.remove(end.streamId());
        } else if (effect instanceof Effect.Reply reply) {
            answer(
                    reply.callId(),
                    new Answer(Optional.of(reply.response()), ErrorReason.ERROR_REASON_UNSPECIFIED, broker));
        } else if (effect instanceof Effect.Refuse refuse) {
            Refusal refusal = refuse.refusal();
            answer(refuse.callId(), new Answer(Optional.empty(), refusal.reason(), broker));
        } else if (effect instanceof Effect.Propose propose) {
            proposer.apply(request(propose.command()))
                    .thenAccept(told -> run(coordinator.onProposalResult(
                            propose.proposalId(), told.getReply(), told.getIndex(), now())));
        } else {
            throw new AssertionError(effect);
        }
    }

    /** None if it is gone. */
    private Optional<SimJoin> stream(long id) {
        return Optional.ofNullable(streams.get(id));
    }

    private void answer(long callId, Answer told) {
        Consumer<Answer> call = calls.remove(callId);
        SimulationFailure.check(call != null, () -> "a coordinator answers call " + callId + " twice");
        call.accept(told);
    }

    private static ProposeRequest request(Command command) {
        ProposeRequest.Builder request = ProposeRequest.newBuilder();
        switch (command.getCommandCase()) {
            case CHANGE_GROUP -> request.setChangeGroup(command.getChangeGroup());
            case COMMIT_GROUP_OFFSETS -> request.setCommitGroupOffsets(command.getCommitGroupOffsets());
            case DELETE_GROUP -> request.setDeleteGroup(command.getDeleteGroup());
            case DELETE_GROUP_OFFSETS -> request.setDeleteGroupOffsets(command.getDeleteGroupOffsets());
            default -> throw new AssertionError(command);
        }
        return request.build();
    }
}
