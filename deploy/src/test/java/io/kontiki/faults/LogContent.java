package io.kontiki.faults;

import io.kontiki.log.LogSlice;
import io.kontiki.log.PartitionLog;
import io.kontiki.log.ProducerCheck;
import io.kontiki.record.RecordBatch;
import io.kontiki.record.RecordBatches;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What a log of {@link NumberedBatches} holds, read record by record.
 *
 * @param runs the run that wrote the records from an offset on, up to the next entry
 * @param endOffset the log end
 */
record LogContent(TreeMap<Long, Integer> runs, long endOffset) {
    private static final int READ_BYTES = 256 << 10;

    /**
     * Reads all of it, and asks for the producer, too.
     *
     * @throws IllegalStateException if anything is not as it was appended
     */
    static LogContent of(PartitionLog log) {
        TreeMap<Long, Integer> runs = new TreeMap<>();
        long offset = log.logStartOffset();
        int lastRecords = 0;
        while (offset < log.endOffset()) {
            LogSlice slice = log.read(offset, READ_BYTES, Long.MAX_VALUE);
            for (RecordBatch batch : RecordBatches.of(slice.bytes())) {
                Optional<String> wrong = NumberedBatches.wrongIn(batch);
                if (wrong.isPresent() || batch.baseOffset() != offset) {
                    throw new IllegalStateException("at offset " + offset + " wrong: " + wrong.orElse("offset"));
                }
                if (runs.isEmpty() || runs.lastEntry().getValue() != batch.leaderEpoch()) {
                    runs.put(offset, batch.leaderEpoch());
                }
                offset = batch.nextOffset();
                lastRecords = batch.recordCount();
            }
        }
        if (lastRecords > 0) {
            requireProducer(log, offset, lastRecords, runs.lastEntry().getValue());
        }
        return new LogContent(runs, offset);
    }

    /** Producer state is a function of the log: the last batch is known, and the next one may come. */
    private static void requireProducer(PartitionLog log, long end, int lastRecords, int run) {
        ProducerCheck last =
                log.producers().check(RecordBatch.at(NumberedBatches.at(end - lastRecords, run, lastRecords), 0));
        ProducerCheck next = log.producers().check(RecordBatch.at(NumberedBatches.at(end, run, 1), 0));
        if (!(last instanceof ProducerCheck.Duplicate) || !(next instanceof ProducerCheck.New)) {
            throw new IllegalStateException("producer state at " + end + ": " + last + ", " + next);
        }
    }
}
