package io.kontiki.log;

import io.kontiki.log.LogInspection.OffsetEntry;
import io.kontiki.log.LogInspection.TimeEntry;
import io.kontiki.record.InvalidBatchException;
import io.kontiki.record.Record;
import io.kontiki.record.RecordBatch;
import io.kontiki.storage.Disk;
import io.kontiki.storage.StorageException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongConsumer;

/**
 * Checks the files of one log against themselves and each other, down to every record, and changes nothing. For logs that
 * no broker has open: beside a running one, the end of the log may look cut short. Used once.
 */
public final class LogVerification {
    /** What a problem means. */
    public enum Severity {
        /** Records are lost or wrong here. */
        ERROR,
        /** A broker mends it when it opens the log. */
        WARNING
    }

    /**
     * Something that is not as it should be.
     *
     * @param file name within the log's directory
     * @param text for people
     */
    public record Problem(String file, Severity severity, String text) {}

    /**
     * What was found.
     *
     * @param bytes of all segments
     * @param startOffset where the log begins: records of the first segment may lie below it, and count no more
     * @param endOffset behind the last sound batch
     * @param problems the first {@value #PROBLEMS_MAX}
     * @param problemCount all
     */
    public record Report(
            int segments,
            long batches,
            long records,
            long bytes,
            long startOffset,
            long endOffset,
            List<Problem> problems,
            long problemCount) {
        public Report {
            problems = List.copyOf(problems);
        }
    }

    private static final int PROBLEMS_MAX = 1000;

    private final LogDirectory directory;
    private final LogInspection inspection;
    private final LongConsumer progress;
    private final DurableRange durable;
    private final BatchOrder order;
    private final List<Problem> problems = new ArrayList<>();
    private long problemCount;
    private long batches;
    private long records;
    private long bytes;
    private LeaderEpochIndex epochs = LeaderEpochIndex.empty();

    /**
     * @param directory of the log, on the disk
     * @param progress hears how many bytes of segments were checked so far
     */
    public LogVerification(Disk disk, String directory, LongConsumer progress) {
        this.directory = new LogDirectory(disk, directory);
        this.inspection = new LogInspection(disk);
        this.progress = progress;
        this.durable = DurableRange.of(new LogCheckpoints(this.directory).readOffsets(), Optional.empty());
        this.order = new BatchOrder(durable.gapsBelow(), 0);
    }

    /** @throws StorageException if the directory cannot be listed */
    public Report run() {
        List<Long> bases = directory.offsetsWith(LogDirectory.LOG);
        long noted = durable.note().logStartOffset();
        order.beginSegment(bases.isEmpty() ? noted : bases.get(0));
        for (long base : bases) {
            String segment = LogDirectory.name(base, LogDirectory.LOG);
            if (order.endBefore(base).isPresent()) {
                problem(
                        segment,
                        "begins at offset " + base + ", but the segment before it ends at " + order.nextOffset());
            }
            order.beginSegment(base);
            try {
                new SegmentCheck(base).run();
            } catch (StorageException e) {
                error(segment, "cannot be read: " + e.getMessage());
            }
        }
        checkOffsets(bases);
        checkEpochs();
        long start = bases.isEmpty() ? noted : Math.max(noted, bases.get(0));
        return new Report(bases.size(), batches, records, bytes, start, order.nextOffset(), problems, problemCount);
    }

    private void checkOffsets(List<Long> bases) {
        if (durable.isNoteLost()) {
            warning("offset-checkpoint", "is missing or cannot be read");
        }
        durable.missingStart(directory, bases)
                .ifPresent(missing -> error("offset-checkpoint", String.valueOf(missing.getMessage())));
        durable.endAt(order.nextOffset())
                .ifPresent(wrong -> error(
                        "offset-checkpoint",
                        "says that the log was on the disk up to offset " + durable.recoveryPoint()
                                + ", but it ends at " + order.nextOffset()));
    }

    private void checkEpochs() {
        Optional<LeaderEpochIndex> stored = new LogCheckpoints(directory).readEpochs();
        if (stored.isEmpty()) {
            if (durable.recoveryPoint() > 0) {
                warning("leader-epoch-checkpoint", "is missing or cannot be read");
            }
            return;
        }
        for (EpochEntry seen : epochs.entries()) {
            if (stored.get().epochAt(seen.startOffset()).orElse(-1) != seen.epoch()) {
                warning(
                        "leader-epoch-checkpoint",
                        "does not have epoch " + seen.epoch() + " at offset " + seen.startOffset());
            }
        }
    }

    /** Something wrong with batches. */
    private void problem(String file, String text) {
        if (durable.covers(order.nextOffset())) {
            error(file, text);
        } else {
            warning(file, text + "; not yet on the disk when the broker stopped, will be cut");
        }
    }

    private void error(String file, String text) {
        add(new Problem(file, Severity.ERROR, text));
    }

    private void warning(String file, String text) {
        add(new Problem(file, Severity.WARNING, text));
    }

    private void add(Problem problem) {
        problemCount++;
        if (problems.size() < PROBLEMS_MAX) {
            problems.add(problem);
        }
    }

    /** One segment with its indexes. */
    private final class SegmentCheck {
        private final long base;
        private final String segment;
        /** Entries of the offset index by position, and of the time index by offset; taken out as batches match them. */
        private final Map<Integer, OffsetEntry> offsetEntries = new HashMap<>();

        private final Map<Long, TimeEntry> timeEntries = new HashMap<>();

        SegmentCheck(long base) {
            this.base = base;
            this.segment = LogDirectory.name(base, LogDirectory.LOG);
        }

        void run() {
            loadIndexes();
            inspection
                    .batches(directory.file(base, LogDirectory.LOG), this::check)
                    .ifPresent(text -> problem(segment, text));
            offsetEntries
                    .values()
                    .forEach(entry -> warning(
                            LogDirectory.name(base, LogDirectory.OFFSET_INDEX),
                            "has an entry for offset " + entry.offset() + " at position " + entry.position()
                                    + ", where no batch with that last offset begins"));
            timeEntries
                    .values()
                    .forEach(entry -> warning(
                            LogDirectory.name(base, LogDirectory.TIME_INDEX),
                            "has an entry for time " + entry.timestampMs() + " and offset " + entry.offset()
                                    + ", where no batch with that time ends"));
        }

        private void loadIndexes() {
            String offsets = directory.file(base, LogDirectory.OFFSET_INDEX);
            if (directory.disk().exists(offsets)) {
                inspection.offsetIndex(offsets, base).forEach(entry -> offsetEntries.put(entry.position(), entry));
            }
            String times = directory.file(base, LogDirectory.TIME_INDEX);
            if (directory.disk().exists(times)) {
                inspection.timeIndex(times, base).forEach(entry -> timeEntries.put(entry.offset(), entry));
            }
        }

        private boolean check(long position, RecordBatch batch) {
            checkOrder(position, batch);
            checkContent(position, batch);
            order.accept(batch);
            OffsetEntry offsetEntry = offsetEntries.get((int) position);
            if (offsetEntry != null && offsetEntry.offset() == batch.lastOffset()) {
                offsetEntries.remove((int) position);
            }
            TimeEntry timeEntry = timeEntries.get(batch.lastOffset());
            if (timeEntry != null && timeEntry.timestampMs() == batch.maxTimestampMs()) {
                timeEntries.remove(batch.lastOffset());
            }
            batches++;
            bytes += batch.sizeInBytes();
            progress.accept(bytes);
            return true;
        }

        private void checkOrder(long position, RecordBatch batch) {
            Optional<String> wrong = order.contradiction(batch);
            if (wrong.isPresent()) {
                problem(segment, "at position " + position + ": " + wrong.get());
            } else {
                epochs = epochs.with(batch.leaderEpoch(), batch.baseOffset());
            }
        }

        private void checkContent(long position, RecordBatch batch) {
            try {
                batch.ensureValidChecksum();
                for (Record each : batch) {
                    records++;
                    if (each.offset() > batch.lastOffset()) {
                        problem(segment, "record " + each.offset() + " lies behind its batch's last offset");
                    }
                }
            } catch (InvalidBatchException e) {
                problem(
                        segment,
                        "the batch at position " + position + " with offset " + batch.baseOffset() + " cannot be read: "
                                + e.getMessage());
            }
        }
    }
}
