package io.kontiki.simulation;

import io.kontiki.log.PartitionLog;
import io.kontiki.metadata.MetadataImage;
import io.kontiki.metadata.PartitionRegistration;
import io.kontiki.metadata.TopicPartition;
import io.kontiki.partition.Partition;
import io.kontiki.partition.PartitionProbe;
import io.kontiki.record.RecordBatch;
import io.kontiki.replication.Acks;
import io.kontiki.replication.PartitionReplica;
import io.kontiki.replication.ReplicaRole;
import java.util.Optional;

/** Everything that is checked of one partition while the cluster runs. */
final class PartitionChecks {
    /** What was seen of a replica after its last event. */
    static final class Seen {
        private final PartitionChecks checks;
        /** For people; built once, as the checks run after each event. */
        private final String name;

        private ReplicaRole role = ReplicaRole.IDLE;
        private int leaderEpoch = -1;
        private long logStart;
        private long highWatermark = -1;
        private long end;

        Seen(PartitionChecks checks, String name) {
            this.checks = checks;
            this.name = name;
        }

        /** Those of its partition. */
        PartitionChecks checks() {
            return checks;
        }
    }

    private final Cluster cluster;
    private final TopicPartition id;
    private final CommittedLog committed = new CommittedLog();
    private final RecordChecks records = new RecordChecks();
    private final LeaderChecks leaders = new LeaderChecks();
    /** The highest log start of a leader: what is below is given up. */
    private long givenUp;

    PartitionChecks(Cluster cluster, TopicPartition id) {
        this.cluster = cluster;
        this.id = id;
    }

    CommittedLog committed() {
        return committed;
    }

    void onRecord(Optional<PartitionRegistration> before, PartitionRegistration record, MetadataImage image) {
        records.onRecord(record, image);
        before.ifPresent(last -> noteChange(last, record));
        checkPool(record);
    }

    private void noteChange(PartitionRegistration last, PartitionRegistration record) {
        if (record.hasLeader() && last.elr().contains(record.leader())) {
            cluster.events().note(Event.ELR_ELECTION);
        }
        if (last.reassignment().isUnderWay() && record.replicas().equals(last.targetReplicas())) {
            cluster.events().note(Event.REPLICAS_MOVED);
        }
    }

    void observe(SimBroker broker, Partition partition) {
        Seen seen = broker.seen(partition);
        PartitionReplica replica = PartitionProbe.replica(partition);
        PartitionLog log = PartitionProbe.log(partition);
        observeLog(seen, replica, log);
        boolean newRole = replica.role() != seen.role || replica.leaderEpoch() != seen.leaderEpoch;
        observeHighWatermark(seen, replica, log);
        if (newRole) {
            observeRole(broker, seen, partition);
        }
        seen.role = replica.role();
        seen.leaderEpoch = replica.leaderEpoch();
    }

    /** What a leader has committed, and no more than that. */
    void observeCommits(SimBroker broker, Partition partition) {
        PartitionReplica replica = PartitionProbe.replica(partition);
        if (replica.role() == ReplicaRole.LEADER && !partition.dir().isOffline()) {
            observeHighWatermark(broker.seen(partition), replica, PartitionProbe.log(partition));
        }
    }

    private void observeLog(Seen seen, PartitionReplica replica, PartitionLog log) {
        long end = log.endOffset();
        long start = log.logStartOffset();
        if (start > seen.logStart && seen.highWatermark >= 0) {
            cluster.events().note(start > seen.end ? Event.RESET : Event.LOG_START_RAISED);
        }
        boolean sameReign = replica.role() == ReplicaRole.LEADER
                && seen.role == ReplicaRole.LEADER
                && replica.leaderEpoch() == seen.leaderEpoch;
        if (end < seen.end) {
            SimulationFailure.check(
                    !sameReign, () -> "I4: the leader's log of " + seen.name + " from " + seen.end + " to " + end);
            SimulationFailure.check(
                    end >= seen.highWatermark,
                    () -> "I6: " + seen.name + " is cut to " + end + " below its high watermark " + seen.highWatermark);
            cluster.events().note(Event.TRUNCATION);
        }
        if (replica.role() == ReplicaRole.LEADER) {
            givenUp = Math.max(givenUp, start);
        }
        SimulationFailure.check(
                start <= givenUp,
                () -> "F12: " + seen.name + " begins at " + start + ", but only " + givenUp + " is given up");
        SimulationFailure.check(
                start <= end && log.flushedOffset() <= end,
                () -> "I3: " + seen.name + " from " + start + ", flushed to " + log.flushedOffset() + ", end " + end);
        seen.end = end;
        seen.logStart = start;
    }

    private void observeHighWatermark(Seen seen, PartitionReplica replica, PartitionLog log) {
        long now = replica.highWatermark();
        if (now == seen.highWatermark) {
            return;
        }
        SimulationFailure.check(
                now > seen.highWatermark,
                () -> "I3: high watermark of " + seen.name + " from " + seen.highWatermark + " to " + now);
        SimulationFailure.check(
                now <= log.endOffset() && now >= log.logStartOffset(),
                () -> "I3: high watermark " + now + " of " + seen.name + " is not within " + log.logStartOffset()
                        + " to " + log.endOffset());
        // What a leader commits while it is deleted with its topic, nobody sees: its followers may be the first to.
        boolean mayBeFirst =
                replica.role() == ReplicaRole.LEADER || cluster.record(id).isEmpty();
        committed.onHighWatermark(log, Math.max(0, seen.highWatermark), now, mayBeFirst, seen.name);
        seen.highWatermark = now;
        cluster.scheduler().trace(now * 31 + log.endOffset());
        cluster.record(id).ifPresent(this::checkPool);
    }

    private void observeRole(SimBroker broker, Seen seen, Partition partition) {
        PartitionReplica replica = PartitionProbe.replica(partition);
        boolean isOffline = partition.dir().isOffline();
        if (replica.role() == ReplicaRole.FAULTED && !isOffline) {
            SimulationFailure.check(cluster.damages(), () -> seen.name + " has stopped");
            cluster.events().note(Event.LEADER_STEPPED_ASIDE);
        }
        if (replica.role() == ReplicaRole.LEADER) {
            leaders.onLeader(broker, replica.leaderEpoch());
            cluster.events().note(Event.LEADER_CHANGE);
            boolean current = cluster.record(id)
                    .filter(record -> record.leaderEpoch() == replica.leaderEpoch())
                    .isPresent();
            if (current) {
                committed.checkHeldBy(
                        PartitionProbe.log(partition), cluster.damages() || isOffline, "new leader " + seen.name);
            }
        }
    }

    /** I12 and the start of promise A. */
    void onAcknowledged(SimBroker broker, Partition partition, RecordBatch sent, Acks acks, long baseOffset) {
        observe(broker, partition);
        long last = baseOffset + sent.recordCount() - 1;
        if (acks == Acks.ALL) {
            long highWatermark = PartitionProbe.replica(partition).highWatermark();
            SimulationFailure.check(
                    last < highWatermark, () -> "I12: acknowledged " + last + " above high watermark " + highWatermark);
            if (committed.onAcknowledged(baseOffset, sent)) {
                cluster.events().note(Event.DUPLICATE_ANSWERED);
            }
        } else if (acks == Acks.LEADER) {
            PartitionLog log = PartitionProbe.log(partition);
            long stored = cluster.durable() ? log.flushedOffset() : log.endOffset();
            SimulationFailure.check(last < stored, () -> "L6: acknowledged " + last + ", but stored only " + stored);
        }
    }

    /** I1 and I2: whoever may be elected without more ado holds all that is committed. */
    private void checkPool(PartitionRegistration record) {
        for (SimNode node : cluster.nodes()) {
            boolean inPool = record.isr().contains(node.id()) || record.elr().contains(node.id());
            Optional<Partition> replica = inPool ? node.serving().flatMap(broker -> broker.find(id)) : Optional.empty();
            if (replica.isPresent() && !replica.get().dir().isOffline()) {
                PartitionLog log = PartitionProbe.log(replica.get());
                long stored = cluster.durable() ? log.flushedOffset() : log.endOffset();
                SimulationFailure.check(
                        stored >= committed.endOffset(),
                        () -> "I2: " + node + " is in the pool, but committed is " + committed.endOffset());
            }
        }
    }

    /** Promises A and B when all has healed: every log equals the committed one. */
    void atEnd() {
        for (int holder : cluster.record(id).orElseThrow().replicas()) {
            SimNode node = cluster.node(holder);
            PartitionLog log =
                    PartitionProbe.log(node.serving().orElseThrow().find(id).orElseThrow());
            committed.checkHeldBy(log, cluster.damages(), "healed " + node);
            SimulationFailure.check(log.endOffset() == committed.endOffset(), () -> "B: uncommitted tail on " + node);
        }
    }
}
