package io.kontiki.simulation;

import io.kontiki.metadata.MetadataImage;
import io.kontiki.metadata.PartitionRegistration;
import io.kontiki.replication.Acks;
import io.kontiki.replication.ReplicaRole;

/** Everything that is checked while the cluster runs. */
final class Checks {
    private final Cluster cluster;
    private final CommittedLog committed = new CommittedLog();
    private final RecordChecks records = new RecordChecks();
    private final LeaderChecks leaders = new LeaderChecks();

    Checks(Cluster cluster) {
        this.cluster = cluster;
    }

    CommittedLog committed() {
        return committed;
    }

    void onRecord(PartitionRegistration record, MetadataImage image) {
        records.onRecord(record, image);
        checkPool(record);
    }

    void onRole(SimBroker broker, ReplicaRole role, int leaderEpoch) {
        if (role != ReplicaRole.LEADER) {
            return;
        }
        leaders.onLeader(broker, leaderEpoch);
        if (cluster.record().orElseThrow().leaderEpoch() == leaderEpoch) {
            committed.checkHeldBy(broker.log(), "new leader " + broker.id());
        }
    }

    void onHighWatermark(SimBroker broker, long from, long to) {
        SimulationFailure.check(
                to > from, "I3: high watermark of broker " + broker.id() + " from " + from + " to " + to);
        committed.onHighWatermark(broker, from, to);
    }

    /** I12 and the start of promise A. */
    void onAcknowledged(SimBroker broker, long offset, long value, Acks acks) {
        if (acks == Acks.ALL) {
            long highWatermark = broker.replica().highWatermark();
            SimulationFailure.check(
                    offset < highWatermark, "I12: acknowledged " + offset + " above high watermark " + highWatermark);
            committed.onAcknowledged(offset, value);
        } else {
            long stored = cluster.durable()
                    ? broker.log().flushedOffset()
                    : broker.log().endOffset();
            SimulationFailure.check(offset < stored, "L6: acknowledged " + offset + ", but stored only " + stored);
        }
    }

    /** I6 in its true meaning: nothing committed is cut from a log that had it. */
    void onTruncate(SimBroker broker, long end) {
        committed.checkNotCut(broker.log(), end, broker.id());
    }

    void afterStep(SimBroker broker) {
        ModelLog log = broker.log();
        long highWatermark = broker.replica().highWatermark();
        SimulationFailure.check(
                highWatermark <= log.endOffset() && log.flushedOffset() <= log.endOffset(),
                "I3: high watermark " + highWatermark + ", " + log);
        cluster.record().ifPresent(this::checkPool);
    }

    /** I1 and I2: whoever may be elected without more ado holds all that is committed. */
    private void checkPool(PartitionRegistration record) {
        for (SimNode node : cluster.nodes()) {
            boolean inPool = record.isr().contains(node.id()) || record.elr().contains(node.id());
            if (inPool && node.vouches()) {
                long stored = cluster.durable()
                        ? node.log().flushedOffset()
                        : node.log().endOffset();
                SimulationFailure.check(
                        stored >= committed.endOffset(),
                        "I2: " + node + " is in the pool, but committed is " + committed.endOffset());
            }
        }
    }

    /** Promises A and B when all has healed: every log equals the committed one. */
    void atEnd() {
        for (SimNode node : cluster.nodes()) {
            committed.checkHeldBy(node.log(), "healed " + node);
            SimulationFailure.check(node.log().endOffset() == committed.endOffset(), "B: uncommitted tail on " + node);
        }
        committed.checkAcknowledged();
    }
}
