package io.kontiki.partition;

import io.kontiki.log.CleaningPace;
import io.kontiki.log.LogCleaner;
import io.kontiki.log.OffsetOutOfRangeException;
import io.kontiki.log.RangeDigest;
import io.kontiki.metadata.PartitionRegistration;
import io.kontiki.metadata.TopicPartition;
import io.kontiki.replication.ReplicaRole;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Compares what a leader has sealed and committed with the copies of its in-sync followers (rule R14), a range at a time.
 * Stateless but for what it notes in the partition.
 */
final class CopyCheck {
    private static final Logger LOG = LoggerFactory.getLogger(CopyCheck.class);

    private final int brokerId;
    private final Function<TopicPartition, Optional<PartitionRegistration>> records;
    private final ReplicaTransport transport;

    /** Lets a pass wait for another broker; empty if it is to end. */
    @FunctionalInterface
    interface Waiting {
        Optional<DigestAnswer> await(CompletableFuture<DigestAnswer> answer);
    }

    /** @param records the partitions as the quorum has them */
    CopyCheck(
            int brokerId,
            Function<TopicPartition, Optional<PartitionRegistration>> records,
            ReplicaTransport transport) {
        this.brokerId = brokerId;
        this.records = records;
        this.transport = transport;
    }

    /**
     * Does nothing unless this replica leads. What is or was compacted is left out: compacted copies differ by design.
     *
     * @throws io.kontiki.record.InvalidBatchException if a batch of the leader's own is damaged
     */
    void run(Partition partition, CleaningPace pace, Waiting waiting) {
        ReadView view = partition.view();
        Optional<PartitionRegistration> record = records.apply(partition.id());
        if (view.role() != ReplicaRole.LEADER
                || record.isEmpty()
                || LogCleaner.isEnabledFor(partition.place().log())) {
            return;
        }
        CopyComparison comparison = new CopyComparison(others(record.get().isr()));
        boolean toTheEnd = compare(partition, view, comparison, pace, waiting);
        if (leadsStill(partition, view)) {
            noteDivergent(partition, view, comparison, record.get(), toTheEnd);
        }
    }

    private List<Integer> others(List<Integer> replicas) {
        return replicas.stream().filter(id -> id != brokerId).toList();
    }

    private static boolean leadsStill(Partition partition, ReadView then) {
        ReadView now = partition.view();
        return now.role() == ReplicaRole.LEADER && now.leaderEpoch() == then.leaderEpoch();
    }

    private void noteDivergent(
            Partition partition,
            ReadView view,
            CopyComparison comparison,
            PartitionRegistration record,
            boolean toTheEnd) {
        Set<Integer> before = partition.divergentFollowers();
        Set<Integer> after = comparison.divergent(before, record.replicas(), toTheEnd);
        partition.noteDivergent(new DivergentCopies(view.leaderEpoch(), after));
        if (!before.isEmpty() && after.isEmpty()) {
            LOG.info("The replicas of {} are equal again: its old records may be deleted", partition.name());
        }
    }

    /** @return whether all was compared that there is */
    private boolean compare(
            Partition partition, ReadView view, CopyComparison comparison, CleaningPace pace, Waiting waiting) {
        long end = Math.min(view.highWatermark(), partition.place().log().sealedOffset());
        long at = partition.logStartOffset();
        while (at < end && !comparison.followers().isEmpty()) {
            Optional<RangeDigest> own;
            try {
                own = RangeDigest.of(partition::batches, at, end, DigestQuestion.RANGE_BYTES, pace);
            } catch (OffsetOutOfRangeException e) {
                if (partition.logStartOffset() <= at) {
                    return false;
                }
                at = partition.logStartOffset();
                continue;
            }
            if (own.isEmpty() || own.get().toOffset() == at) {
                return false;
            }
            if (!own.get().compacted() && !askAll(partition, view, comparison, own.get(), waiting)) {
                return false;
            }
            at = own.get().toOffset();
        }
        return at >= end;
    }

    private boolean askAll(
            Partition partition, ReadView view, CopyComparison comparison, RangeDigest own, Waiting waiting) {
        var question = new DigestQuestion(view.leaderEpoch(), own.fromOffset(), own.toOffset());
        // All at once: each reads as slowly as this broker.
        Map<Integer, CompletableFuture<DigestAnswer>> asked = new TreeMap<>();
        comparison
                .followers()
                .forEach(follower -> asked.put(follower, transport.digest(follower, partition.id(), question)));
        for (int follower : asked.keySet()) {
            Optional<DigestAnswer> answer = waiting.await(asked.get(follower));
            if (answer.isEmpty() || !leadsStill(partition, view)) {
                return false;
            }
            if (own.fromOffset() < partition.logStartOffset()) {
                // Deleted meanwhile, here or there first.
                continue;
            }
            if (comparison.differs(follower, own, answer.get())) {
                onDifference(partition, view, follower, own, answer.get());
            }
        }
        return true;
    }

    /** At once, so that nothing goes while the rest is compared. */
    private void onDifference(Partition partition, ReadView view, int follower, RangeDigest own, DigestAnswer answer) {
        Set<Integer> known = new TreeSet<>(partition.divergentFollowers());
        known.add(follower);
        partition.noteDivergent(new DivergentCopies(view.leaderEpoch(), known));
        LOG.error(
                "Replicas of {} differ, and no checksum tells which one is wrong: from offset {} to {} broker {}, which leads, has"
                        + " batches of SHA-256 {}, broker {} of {}. Nothing of the partition is deleted until a scrub finds them equal"
                        + " or another broker leads. Look at both with \"kontiki log dump\"; then stop the broker with the wrong one"
                        + " in order, take the log's directory away, and start it: it copies the log from the leader",
                partition.name(),
                own.fromOffset(),
                own.toOffset(),
                brokerId,
                own.sha256(),
                follower,
                ((DigestAnswer.Digest) answer).sha256());
    }
}
