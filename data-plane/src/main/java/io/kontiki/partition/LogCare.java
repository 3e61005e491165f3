package io.kontiki.partition;

import io.kontiki.metadata.LocalMetadata;
import io.kontiki.metadata.TopicPartition;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * What reads through all logs of a broker, slowly and for ever, on threads of its own: compaction and the scrub. What they
 * find to do is done by the partitions. Any thread.
 */
public final class LogCare implements AutoCloseable {
    private final Partitions partitions;
    private final Map<LogDir, Compactor> compactors;
    private final DiskThrottle compacting;
    private final Scrubbers scrubbers;
    private final LogMetrics metrics;

    /**
     * Begins at once.
     *
     * @param compaction what compaction may take
     * @param scrub how often closed segments are looked through
     */
    public LogCare(
            Partitions partitions,
            LocalMetadata metadata,
            ReplicaTransport transport,
            CompactionSettings compaction,
            ScrubSettings scrub) {
        this.partitions = partitions;
        List<LogDir> dirs = partitions.logDirs();
        int holding = (int) dirs.stream().filter(LogDir::holdsLogs).count();
        this.compacting = new DiskThrottle(compaction.bytesPerSecondMax(), System.nanoTime());
        this.compactors = dirs.stream()
                .collect(Collectors.toUnmodifiableMap(
                        Function.identity(),
                        dir -> new Compactor(
                                () -> compacted(dir),
                                compaction.forOneOf(holding),
                                dir.threads("kontiki-compaction"),
                                compacting,
                                System::nanoTime,
                                InstantSource.system())));
        this.scrubbers = new Scrubbers(
                dirs,
                partitions::all,
                new CopyCheck(partitions.brokerId(), id -> metadata.current().partition(id), transport),
                scrub,
                System::nanoTime);
        this.metrics = new LogMetrics(dirs, partitions::all, compactors, scrubbers);
    }

    /** Takes on other bounds on what compaction and scrub may take in a second, for what is under way, too. */
    public void limit(long compactionBytesPerSecond, long scrubBytesPerSecond) {
        compacting.limit(compactionBytesPerSecond, System.nanoTime());
        scrubbers.limit(scrubBytesPerSecond);
    }

    private List<Compactor.Target> compacted(LogDir dir) {
        return partitions.all().stream()
                .filter(partition -> partition.dir() == dir && !dir.isOffline())
                .map(Partition::compacted)
                .toList();
    }

    /** What is measured of the logs here. */
    public MeterBinder metrics() {
        return metrics;
    }

    /**
     * Answers the leader of a partition what the follower here holds in a range.
     *
     * @return completes when the scrub of the directory had time for it
     */
    public CompletableFuture<DigestAnswer> digest(TopicPartition id, DigestQuestion question) {
        return partitions
                .find(id)
                .map(follower -> scrubbers.answer(follower, question))
                .orElseGet(() ->
                        CompletableFuture.completedFuture(DigestAnswer.refused(DigestAnswer.Reason.NOT_FOLLOWING)));
    }

    /** To be called before the partitions end. */
    @Override
    public void close() {
        compactors.values().forEach(Compactor::close);
        scrubbers.close();
    }
}
