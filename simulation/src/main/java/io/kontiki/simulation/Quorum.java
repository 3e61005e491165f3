package io.kontiki.simulation;

import io.kontiki.controller.Controller;
import io.kontiki.controller.ControllerConfig;
import io.kontiki.controller.HeartbeatOutcome;
import io.kontiki.controller.Now;
import io.kontiki.controller.Prepared;
import io.kontiki.metadata.MetadataImage;
import io.kontiki.metadata.PartitionRegistration;
import io.kontiki.metadata.TopicPartition;
import io.kontiki.metadata.command.Applied;
import io.kontiki.metadata.command.MetadataState;
import io.kontiki.proto.internal.v1.Command;
import io.kontiki.proto.internal.v1.CommandReply;
import io.kontiki.proto.internal.v1.HeartbeatRequest;
import io.kontiki.proto.internal.v1.HeartbeatResponse;
import io.kontiki.proto.internal.v1.ProposeRequest;
import io.kontiki.proto.internal.v1.ProposeResponse;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;

/**
 * The metadata quorum as one place that does not fail for good: commands are committed after a while, answers get lost,
 * controllers change, brokers are cut off. Commands are judged by the product's {@link MetadataState} and made by its
 * {@link Controller}.
 */
final class Quorum {
    /** Told of each command, in their order. */
    interface CommitListener {
        void committed(MetadataImage before, Command command, Applied applied);
    }

    static final String CLUSTER = "simulated";
    static final long COMMIT_MILLIS = 3;
    static final long TICK_MILLIS = 100;

    private final Scheduler scheduler;
    private final TopicPartition partition;
    private final List<Consumer<MetadataImage>> watchers = new ArrayList<>();
    private final TreeSet<Integer> cutOff = new TreeSet<>();
    private final TreeSet<Integer> imageDelayed = new TreeSet<>();
    private final CommitListener onCommit;
    private final TreeMap<Integer, Deque<ProposeRequest>> heldBack = new TreeMap<>();
    private ControllerConfig config = ControllerConfig.defaults(CLUSTER);
    private MetadataImage image = MetadataImage.EMPTY;
    private Controller controller;
    private Optional<DeposedController> deposed = Optional.empty();
    private long term = 1;
    private long index;
    private double replyLoss;
    private double duplication;
    private long commitMillis = COMMIT_MILLIS;
    private boolean down;
    private int answersLost;

    Quorum(Scheduler scheduler, TopicPartition partition, CommitListener onCommit) {
        this.scheduler = scheduler;
        this.partition = partition;
        this.onCommit = onCommit;
        this.controller = newController();
        scheduler.after(0, this::tick);
    }

    // ---- Faults

    void setReplyLoss(double probability) {
        replyLoss = probability;
    }

    void setDuplication(double probability) {
        duplication = probability;
    }

    void setCommitMillis(long most) {
        commitMillis = most;
    }

    /** Nothing is committed while it is down; what was asked waits or is lost. */
    void setDown(boolean value) {
        down = value;
    }

    void cutOff(int broker) {
        cutOff.add(broker);
    }

    void reconnect(int broker) {
        cutOff.remove(broker);
    }

    int answersLost() {
        return answersLost;
    }

    /** The broker's image stands still, while it can propose and is heard. */
    void delayImage(int broker) {
        imageDelayed.add(broker);
    }

    void catchUpImage(int broker) {
        imageDelayed.remove(broker);
    }

    boolean sendsImagesTo(int broker) {
        return !cutOff.contains(broker) && !imageDelayed.contains(broker);
    }

    /** What that broker proposes from now on waits; to the broker its outcome is unknown. */
    void holdBackProposals(int broker) {
        heldBack.put(broker, new ArrayDeque<>());
    }

    /** How many wait. */
    int proposalsHeldBack(int broker) {
        return heldBack.get(broker).size();
    }

    /** The oldest of those that wait is judged now, and its answer lost. */
    void letOneProposalGo(int broker) {
        judge(heldBack.get(broker).remove(), reply -> {});
    }

    /** Those that wait are judged in the order in which they were made; new ones wait no more. */
    void letProposalsGo(int broker) {
        keepProposals(broker).run();
    }

    /**
     * New ones wait no more.
     *
     * @return those that wait go
     */
    Runnable keepProposals(int broker) {
        Deque<ProposeRequest> kept = heldBack.remove(broker);
        return () -> kept.forEach(request -> judge(request, reply -> {}));
    }

    void changeController() {
        term++;
        controller = newController();
    }

    /** As {@link #changeController}; the broker beside the one that goes will be heard by that alone, until it notices. */
    void deposeController(int broker) {
        deposed = Optional.of(new DeposedController(controller, image, broker, scheduler.now()));
        changeController();
    }

    /** It does now. */
    void deposedControllerNotices() {
        deposed = Optional.empty();
    }

    /** All members are formatted anew, for a cluster of that name. */
    void wipe(String clusterId) {
        config = ControllerConfig.defaults(clusterId);
        image = MetadataImage.EMPTY;
        index = 0;
        changeController();
    }

    void heal() {
        replyLoss = 0;
        duplication = 0;
        commitMillis = COMMIT_MILLIS;
        down = false;
        deposed = Optional.empty();
        cutOff.clear();
        imageDelayed.clear();
        List.copyOf(heldBack.keySet()).forEach(this::letProposalsGo);
    }

    // ---- Calls of brokers

    MetadataImage image() {
        return image;
    }

    Optional<PartitionRegistration> partitionRecord() {
        return image.partition(partition);
    }

    void watch(Consumer<MetadataImage> watcher) {
        watchers.add(watcher);
    }

    /** Rises when the controller changes. */
    long term() {
        return term;
    }

    /** An empty answer means that the outcome is unknown. */
    void propose(int broker, ProposeRequest.Builder request, Consumer<Optional<ProposeResponse>> answer) {
        if (cutOff.contains(broker)) {
            scheduler.afterMillis(300, 600, () -> answer.accept(Optional.empty()));
            return;
        }
        ProposeRequest complete =
                request.setFromBrokerId(broker).setClusterId(CLUSTER).build();
        if (heldBack.containsKey(broker)) {
            heldBack.get(broker).add(complete);
            scheduler.afterMillis(300, 600, () -> answer.accept(Optional.empty()));
            return;
        }
        judge(complete, answer);
    }

    private void judge(ProposeRequest request, Consumer<Optional<ProposeResponse>> answer) {
        Prepared prepared = controller.prepare(request, image, wallAndMonotonic());
        if (prepared instanceof Prepared.Submit submit) {
            submit(
                    submit.command(),
                    outcome -> answer.accept(outcome.map(told -> submit.answer()
                            .of(told.reply(), image)
                            .setIndex(told.image().position().index())
                            .build())));
        } else {
            ProposeResponse told = atOnce(prepared);
            scheduler.afterMillis(1, 5, () -> answer.accept(Optional.of(told)));
        }
    }

    private static ProposeResponse atOnce(Prepared prepared) {
        if (prepared instanceof Prepared.Answered answered) {
            return answered.response();
        }
        CommandReply reply =
                prepared instanceof Prepared.Refuse refuse ? refuse.reply() : CommandReply.getDefaultInstance();
        return ProposeResponse.newBuilder().setReply(reply).build();
    }

    /** @param answer called when it arrives, if it does */
    void heartbeat(HeartbeatRequest.Builder request, Consumer<HeartbeatResponse> answer) {
        HeartbeatRequest heartbeat = request.setClusterId(CLUSTER).build();
        Optional<DeposedController> old = deposed.filter(each -> each.broker() == heartbeat.getBrokerId());
        if (old.isPresent()) {
            HeartbeatResponse told = old.get().onHeartbeat(heartbeat, wallAndMonotonic());
            scheduler.afterMillis(0, 5, () -> answer.accept(told));
            return;
        }
        if (down || cutOff.contains(heartbeat.getBrokerId())) {
            return;
        }
        HeartbeatOutcome outcome =
                controller.onHeartbeat(heartbeat, image, OptionalLong.of(scheduler.now()), wallAndMonotonic());
        outcome.command().ifPresent(this::submit);
        scheduler.afterMillis(0, 5, () -> answer.accept(outcome.response()));
    }

    /** The process is gone, and dialling it was refused. */
    void brokerGone(int broker, long brokerEpoch) {
        controller.onBrokerGone(broker, brokerEpoch, image, wallAndMonotonic()).forEach(this::submit);
    }

    void submit(Command command) {
        submit(command, outcome -> {});
    }

    // ---- The log

    private void submit(Command command, Consumer<Optional<Applied>> answer) {
        long submittedTerm = term;
        scheduler.afterMillis(0, commitMillis, () -> commit(command, submittedTerm, answer));
        if (scheduler.chance(duplication)) {
            scheduler.afterMillis(0, 3_000, () -> commit(command, submittedTerm, outcome -> {}));
        }
    }

    private void commit(Command command, long submittedTerm, Consumer<Optional<Applied>> answer) {
        if (down) {
            if (!command.hasRegisterBroker() && scheduler.chance(0.5)) {
                scheduler.afterMillis(50, 500, () -> commit(command, submittedTerm, answer));
            } else {
                scheduler.afterMillis(100, 500, () -> answer.accept(Optional.empty()));
            }
            return;
        }
        index++;
        Applied applied = MetadataState.apply(image, command, term, index);
        MetadataImage before = image;
        image = applied.image();
        onCommit.committed(before, command, applied);
        for (Consumer<MetadataImage> watcher : List.copyOf(watchers)) {
            watcher.accept(image);
        }
        boolean lost = scheduler.chance(replyLoss) || submittedTerm != term;
        answersLost += lost ? 1 : 0;
        scheduler.afterMillis(
                lost ? 300 : 0, lost ? 600 : 3, () -> answer.accept(lost ? Optional.empty() : Optional.of(applied)));
    }

    /** To be called every 100 ms while it runs again. */
    void tickDeposed() {
        deposed.ifPresent(old -> old.onTick(wallAndMonotonic()));
    }

    private void tick() {
        if (!down) {
            controller.onTick(image, wallAndMonotonic()).forEach(this::submit);
        }
        scheduler.after(TICK_MILLIS * Scheduler.MILLI, this::tick);
    }

    private Controller newController() {
        return new Controller(config, term, image, scheduler.random(), wallAndMonotonic());
    }

    private Now wallAndMonotonic() {
        return new Now(SimNode.EPOCH_MILLIS + scheduler.nowMillis(), scheduler.now());
    }
}
