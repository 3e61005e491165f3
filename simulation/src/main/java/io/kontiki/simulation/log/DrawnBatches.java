package io.kontiki.simulation.log;

import io.kontiki.record.ControlRecords;
import io.kontiki.record.RecordBatchBuilder;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.random.RandomGenerator;

/** Seeded batches of a few producers, with timestamps that rise on the whole. Not thread-safe. */
final class DrawnBatches {
    /** Timestamps are below it. */
    static final long CLOCK_BOUND_MS = 1 << 20;

    static final int PRODUCERS = 4;
    private static final int KEYS = 8;

    private final RandomGenerator random;
    private final boolean hasKeys;
    private long clockMs;

    /** @param hasKeys whether most records have one of a few keys and some delete what it stands for, or none has one */
    DrawnBatches(RandomGenerator random, boolean hasKeys) {
        this.random = random;
        this.hasKeys = hasKeys;
    }

    /** In ms since 1970, as the records' timestamps. */
    long clockMs() {
        return clockMs;
    }

    /** Without offset and epoch. */
    ByteBuffer next(ExpectedProducers producers) {
        RecordBatchBuilder builder = new RecordBatchBuilder(1 << 20);
        int records = 1 + random.nextInt(4);
        for (int i = 0; i < records; i++) {
            builder.add(clockMs + random.nextInt(20), drawKey(), drawValue(), List.of());
        }
        clockMs = Math.min(clockMs + random.nextInt(30), CLOCK_BOUND_MS - 30);
        long producerId = random.nextInt(PRODUCERS + 2) - 2L;
        if (producerId < 0) {
            return builder.build();
        }
        short producerEpoch = (short) (producers.epoch(producerId) + (random.nextInt(15) == 0 ? 1 : 0));
        return builder.build(producerId, producerEpoch, producers.nextSequence(producerId, producerEpoch));
    }

    /** Null for none. */
    private ByteBuffer drawKey() {
        return hasKeys && random.nextInt(20) > 0
                ? ByteBuffer.wrap(("key-" + random.nextInt(KEYS)).getBytes(StandardCharsets.UTF_8))
                : null;
    }

    /** Null for a tombstone's. */
    private ByteBuffer drawValue() {
        if (hasKeys && random.nextInt(5) == 0) {
            return null;
        }
        byte[] value = new byte[random.nextInt(random.nextInt(10) == 0 ? 1500 : 60)];
        random.nextBytes(value);
        return ByteBuffer.wrap(value);
    }

    /** What a leader writes first. Compaction leaves it, so that epochs can be told from the batches alone. */
    ByteBuffer leaderChange() {
        return ControlRecords.leaderChange(1, List.of(1), List.of(1), clockMs);
    }
}
