package io.kontiki.simulation;

import io.kontiki.metadata.PartitionRegistration;
import io.kontiki.metadata.TopicPartition;
import io.kontiki.partition.FetchResult;
import io.kontiki.partition.OffsetLookup;
import io.kontiki.partition.Partition;
import io.kontiki.proto.v1.ErrorReason;
import io.kontiki.record.RecordBatch;
import io.kontiki.record.RecordBatches;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.UUID;

/** Reads one partition on from where it was, from whoever says to lead; checks what it is given. */
final class SimConsumer {
    private static final int READ_BYTES = 2_000;

    private final Cluster cluster;
    private final Scheduler scheduler;
    private final TopicPartition partition;
    private long position;
    /** Of the last leader that it has read from (rule L14). */
    private OptionalInt knownEpoch = OptionalInt.empty();

    private long latestAnswered;
    private boolean running = true;

    SimConsumer(Cluster cluster, TopicPartition partition) {
        this.cluster = cluster;
        this.scheduler = cluster.scheduler();
        this.partition = partition;
    }

    void start() {
        if (!running) {
            return;
        }
        target().ifPresent(broker ->
                broker.executeOnDisk(() -> broker.find(partition).ifPresent(replica -> read(broker, replica))));
        scheduler.afterMillis(
                20, scheduler.chance(0.05) ? 4_000 : 4 * cluster.options().millisBetween(), this::start);
    }

    void stop() {
        running = false;
    }

    /** Stops if so: the topic goes. */
    boolean reads(UUID topicId) {
        boolean same = partition.topicId().equals(topicId);
        running &= !same;
        return same;
    }

    private Optional<SimBroker> target() {
        Optional<Integer> leader = cluster.record(partition)
                .filter(PartitionRegistration::hasLeader)
                .map(PartitionRegistration::leader);
        int node = leader.isPresent() && !scheduler.chance(0.1)
                ? leader.get()
                : (int) scheduler.draw(1, cluster.options().nodes());
        return cluster.node(node).serving();
    }

    private void read(SimBroker broker, Partition replica) {
        FetchResult result = replica.read(position, READ_BYTES, knownEpoch);
        if (result instanceof FetchResult.Records records) {
            for (RecordBatch batch : RecordBatches.of(records.records())) {
                cluster.checks().committed(partition).checkRead(batch, replica.name() + " on broker " + broker.id());
                position = batch.nextOffset();
                knownEpoch = OptionalInt.of(batch.leaderEpoch());
            }
        } else if (result instanceof FetchResult.Refused refused
                && refused.reason() == ErrorReason.ERROR_REASON_OFFSET_OUT_OF_RANGE) {
            SimulationFailure.check(
                    position < refused.logStartOffset(),
                    () -> "B: a reader is told that " + position + ", up to which it has read, is out of range: "
                            + refused.message());
            position = refused.logStartOffset();
        }
        checkLatest(replica);
    }

    /** L13 among leaders; L16 keeps those that are deposed, and do not know it, from answering. */
    private void checkLatest(Partition replica) {
        if (replica.latestOffset() instanceof OffsetLookup.Found found) {
            SimulationFailure.check(
                    found.offset() >= latestAnswered,
                    () -> "L13: latest offset " + found.offset() + " after " + latestAnswered);
            latestAnswered = found.offset();
        }
    }
}
