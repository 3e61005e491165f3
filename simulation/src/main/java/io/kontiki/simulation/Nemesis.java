package io.kontiki.simulation;

import io.kontiki.metadata.TopicPartition;
import io.kontiki.partition.Partition;
import io.kontiki.record.RecordBatch;
import io.kontiki.record.RecordBatches;
import io.kontiki.storage.Disk;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Random;
import java.util.function.DoubleConsumer;

/** Makes the faults of a schedule happen, and mends them. */
final class Nemesis {
    private static final int TRIM_MILLIS = 5_000;
    static final long PLENTY_BYTES = 1L << 40;
    /** The newest of a log, whose end may not be noted yet. */
    private static final int ACTIVE_SEGMENTS = 2;

    private static final double THOUSANDTH = 0.001;

    private final Cluster cluster;
    private final Workload workload;
    private final Scheduler scheduler;
    private boolean active;

    Nemesis(Cluster cluster, Workload workload) {
        this.cluster = cluster;
        this.workload = workload;
        this.scheduler = cluster.scheduler();
    }

    void start(List<Fault> faults) {
        active = true;
        for (Fault fault : faults) {
            scheduler.after(fault.atMillis() * Scheduler.MILLI, () -> {
                if (active) {
                    begin(fault);
                }
            });
        }
    }

    /** No more faults; all that was broken is mended. */
    void stop() {
        active = false;
        cluster.network().heal();
        cluster.quorum().heal();
        cluster.setCorruption(0);
        cluster.setAnswerLoss(0);
        workload.groups().heal();
        for (SimNode node : cluster.nodes()) {
            node.disk().setUsableBytes(PLENTY_BYTES);
            node.disk().failAfter(Long.MAX_VALUE);
            node.disarm();
            node.setClock(0);
            node.process().ifPresent(SimBroker::resume);
            node.answer();
            node.start();
        }
    }

    private SimNode node(Fault fault) {
        int leader = cluster.record()
                .filter(record -> record.hasLeader())
                .map(record -> record.leader())
                .orElse(fault.other());
        return cluster.node(fault.node() == 0 ? leader : fault.node());
    }

    private void mend(Fault fault, Runnable mending) {
        scheduler.after(fault.millis() * Scheduler.MILLI, () -> {
            if (active) {
                mending.run();
            }
        });
    }

    private void begin(Fault fault) {
        SimNode node = node(fault);
        switch (fault.kind()) {
            case CRASH -> crash(node, fault);
            case POWER_CUT -> powerCut(node, fault);
            case POWER_CUT_IN_A_CHANGE -> powerCutInAChange(node, fault);
            case STOP_IN_ORDER -> stopInOrder(node, fault);
            case CRASH_ALL -> cluster.nodes().forEach(each -> crash(each, fault));
            case POWER_CUT_ALL -> cluster.nodes().forEach(each -> powerCut(each, fault));
            case PAUSE -> pause(node, fault.millis());
            case JUMP_OF_THE_CLOCK -> node.setClock(fault.amount());
            case DISK_FULL, DISK_FAILS, DISK_HANGS, BITS_ROT -> beginOnDisk(node, fault);
            case TRIM, CREATE_TOPIC, DELETE_TOPIC -> ask(fault);
            case REASSIGN, CANCEL_REASSIGNMENT, ELECT_PREFERRED, ELECT_UNCLEAN -> askOfReplicas(fault);
            case FLIP_BITS_ON_THE_WIRE -> raise(fault, cluster::setCorruption);
            case LOSE_ANSWERS -> raise(fault, cluster::setAnswerLoss);
            case BREAK_STREAMS, CUT_ONE_WAY, CUT_BOTH_WAYS, ISOLATE, SLOW_NETWORK -> beginOnNetwork(node, fault);
            case CUT_FROM_QUORUM,
                    DELAY_IMAGES,
                    QUORUM_DOWN,
                    CHANGE_CONTROLLER,
                    LOSE_QUORUM_ANSWERS,
                    DUPLICATE_COMMANDS,
                    SLOW_COMMITS -> beginAtQuorum(node.id(), fault);
            case DEPOSE_CONTROLLER -> deposeController(node, fault);
            case MEMBER_CRASHES, MEMBER_LEAVES, MEMBER_STANDS_STILL, MEMBER_LOSES_ITS_STREAM -> beginAtMember(fault);
        }
    }

    private void raise(Fault fault, DoubleConsumer probability) {
        probability.accept(fault.amount() * THOUSANDTH);
        mend(fault, () -> probability.accept(0));
    }

    // ---- Processes

    private void crash(SimNode node, Fault fault) {
        if (node.process().isPresent()) {
            node.crash();
            mend(fault, node::start);
        }
    }

    private void powerCut(SimNode node, Fault fault) {
        if (node.process().isPresent()) {
            node.powerCut();
            mend(fault, node::start);
        }
    }

    private void powerCutInAChange(SimNode node, Fault fault) {
        node.arm(fault.amount(), () -> {
            if (active && node.process().isPresent()) {
                node.powerCut();
                mend(fault, node::start);
            }
        });
    }

    private void stopInOrder(SimNode node, Fault fault) {
        boolean able = node.process().filter(broker -> broker.isIdle()).isPresent();
        if (able && node.process().isPresent()) {
            node.stopInOrder();
            mend(fault, node::start);
        }
    }

    private void pause(SimNode node, long millis) {
        node.process().ifPresent(broker -> {
            broker.pause();
            scheduler.after(millis * Scheduler.MILLI, broker::resume);
        });
    }

    // ---- Disks

    private void beginOnDisk(SimNode node, Fault fault) {
        switch (fault.kind()) {
            case DISK_FULL -> {
                node.disk().setUsableBytes(fault.amount());
                mend(fault, () -> node.disk().setUsableBytes(PLENTY_BYTES));
            }
            case DISK_FAILS -> {
                if (node.process().isPresent()) {
                    node.disk().failAfter(fault.amount());
                }
            }
            case DISK_HANGS -> {
                node.hang();
                mend(fault, node::answer);
            }
            case BITS_ROT -> rot(node);
            default -> throw new AssertionError(fault);
        }
    }

    /**
     * Of a record: no checksum covers where a batch says that it belongs. And in segments that closed a while ago: above
     * the recovery point rot cannot be told from what a power cut tore (rule R7).
     */
    private void rot(SimNode node) {
        List<Map.Entry<String, ByteBuffer>> files = node.disk().contents().entrySet().stream()
                .filter(file ->
                        file.getKey().endsWith(".log") && file.getValue().hasRemaining())
                .toList();
        List<Map.Entry<String, ByteBuffer>> logs = new ArrayList<>();
        for (int i = 0; i + ACTIVE_SEGMENTS < files.size(); i++) {
            String directory = Disk.parentOf(files.get(i).getKey());
            if (Disk.parentOf(files.get(i + ACTIVE_SEGMENTS).getKey()).equals(directory)) {
                logs.add(files.get(i));
            }
        }
        if (logs.isEmpty()) {
            return;
        }
        Map.Entry<String, ByteBuffer> file = logs.get((int) scheduler.draw(0, logs.size() - 1L));
        int position = 0;
        int target = (int) scheduler.draw(0, file.getValue().remaining() - 1L);
        for (RecordBatch batch : RecordBatches.of(file.getValue())) {
            int end = position + batch.sizeInBytes();
            if (target < end) {
                int at = (int) scheduler.draw(position + (long) Cluster.CHECKED_FROM_BYTE, end - 1L);
                node.disk().flipBit(file.getKey(), at, (int) scheduler.draw(0, 7));
                cluster.rotten();
                return;
            }
            position = end;
        }
    }

    // ---- Network and quorum

    private void beginOnNetwork(SimNode node, Fault fault) {
        Network network = cluster.network();
        switch (fault.kind()) {
            case BREAK_STREAMS -> network.breakBetween(node.id(), fault.other());
            case CUT_ONE_WAY -> cut(node.id(), fault.other(), fault);
            case CUT_BOTH_WAYS -> {
                cut(node.id(), fault.other(), fault);
                cut(fault.other(), node.id(), fault);
            }
            case ISOLATE -> isolate(node, fault);
            case SLOW_NETWORK -> {
                network.setSlowMillis(fault.amount());
                mend(fault, () -> network.setSlowMillis(Network.SLOW_MILLIS));
            }
            default -> throw new AssertionError(fault);
        }
    }

    private void isolate(SimNode node, Fault fault) {
        cluster.nodes().forEach(each -> {
            cut(node.id(), each.id(), fault);
            cut(each.id(), node.id(), fault);
        });
    }

    private void cut(int from, int to, Fault fault) {
        if (from != to) {
            cluster.network().block(from, to);
            mend(fault, () -> cluster.network().unblock(from, to));
        }
    }

    private void beginAtQuorum(int broker, Fault fault) {
        Quorum quorum = cluster.quorum();
        switch (fault.kind()) {
            case CUT_FROM_QUORUM -> {
                quorum.cutOff(broker);
                mend(fault, () -> quorum.reconnect(broker));
            }
            case DELAY_IMAGES -> {
                quorum.delayImage(broker);
                mend(fault, () -> quorum.catchUpImage(broker));
            }
            case QUORUM_DOWN -> {
                quorum.setDown(true);
                mend(fault, () -> quorum.setDown(false));
            }
            case CHANGE_CONTROLLER -> quorum.changeController();
            case LOSE_QUORUM_ANSWERS -> raise(fault, quorum::setReplyLoss);
            case DUPLICATE_COMMANDS -> raise(fault, quorum::setDuplication);
            case SLOW_COMMITS -> {
                quorum.setCommitMillis(fault.amount());
                mend(fault, () -> quorum.setCommitMillis(Quorum.COMMIT_MILLIS));
            }
            default -> throw new AssertionError(fault);
        }
    }

    /** Both stand still, or are cut off; and the controller goes on for a while as if it were one. */
    private void deposeController(SimNode node, Fault fault) {
        Quorum quorum = cluster.quorum();
        long pauseMillis = Math.max(0, fault.amount());
        quorum.cutOff(node.id());
        quorum.deposeController(node.id());
        if (pauseMillis > 0) {
            pause(node, pauseMillis);
        } else {
            isolate(node, fault);
        }
        long noticesAt = scheduler.now() + (pauseMillis + fault.millis()) * Scheduler.MILLI;
        scheduler.after(pauseMillis * Scheduler.MILLI, () -> runDeposed(node.id(), noticesAt));
    }

    private void runDeposed(int broker, long noticesAt) {
        Quorum quorum = cluster.quorum();
        if (!active) {
            return;
        }
        if (scheduler.now() < noticesAt) {
            quorum.tickDeposed();
            scheduler.after(Quorum.TICK_MILLIS * Scheduler.MILLI, () -> runDeposed(broker, noticesAt));
        } else {
            quorum.deposedControllerNotices();
            quorum.reconnect(broker);
        }
    }

    // ---- Members of groups

    private void beginAtMember(Fault fault) {
        GroupWorkload groups = workload.groups();
        groups.seat(fault.amount()).ifPresent(seat -> {
            switch (fault.kind()) {
                case MEMBER_CRASHES -> {
                    seat.crash();
                    mend(fault, seat::start);
                }
                case MEMBER_LEAVES -> {
                    seat.leave(fault.other() % 2 == 0);
                    mend(fault, seat::start);
                }
                case MEMBER_STANDS_STILL -> seat.pause(fault.millis(), fault.other() % 2 == 0);
                case MEMBER_LOSES_ITS_STREAM -> seat.loseStream();
                default -> throw new AssertionError(fault);
            }
        });
    }

    // ---- What operators ask for

    private void ask(Fault fault) {
        switch (fault.kind()) {
            case TRIM ->
                cluster.leader()
                        .ifPresent(broker -> broker.executeOnDisk(
                                () -> broker.find(cluster.partition()).ifPresent(Nemesis::trim)));
            case CREATE_TOPIC -> workload.createTopic((int) fault.amount());
            case DELETE_TOPIC -> workload.deleteTopic((int) fault.amount());
            default -> throw new AssertionError(fault);
        }
    }

    private void askOfReplicas(Fault fault) {
        List<TopicPartition> partitions = cluster.partitions();
        if (partitions.isEmpty()) {
            return;
        }
        TopicPartition partition = partitions.get((int) (fault.amount() % partitions.size()));
        Operator operator = cluster.operator();
        switch (fault.kind()) {
            case REASSIGN -> operator.reassign(partition, placement(fault));
            case CANCEL_REASSIGNMENT -> operator.cancelReassignment(partition);
            case ELECT_PREFERRED -> operator.electPreferred(partition);
            case ELECT_UNCLEAN -> operator.electUnclean(partition, List.of());
            default -> throw new AssertionError(fault);
        }
    }

    /** On as many brokers as an acknowledgement needs, or more: else the promises would not hold. */
    private List<Integer> placement(Fault fault) {
        int nodes = cluster.options().nodes();
        List<Integer> brokers = new ArrayList<>();
        for (int id = 1; id <= nodes; id++) {
            brokers.add(id);
        }
        Random random = new Random(fault.amount());
        Collections.shuffle(brokers, random);
        int fewest = Math.max(2, cluster.options().minIsr());
        return brokers.subList(0, fewest + random.nextInt(nodes - fewest + 1));
    }

    private static void trim(Partition partition) {
        partition.trim(OptionalLong.empty(), TRIM_MILLIS, outcome -> {});
    }
}
