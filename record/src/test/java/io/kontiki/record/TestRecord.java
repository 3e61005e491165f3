package io.kontiki.record;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;

/** A record as a test wants it, to compare with what comes out. */
record TestRecord(long timestampMs, Optional<ByteBuffer> key, Optional<ByteBuffer> value, List<RecordHeader> headers) {
    static TestRecord random(RandomGenerator random) {
        List<RecordHeader> headers = new ArrayList<>();
        for (int i = random.nextInt(3); i > 0; i--) {
            String name = "é".repeat(random.nextInt(4));
            headers.add(bytes(random)
                    .map(value -> RecordHeader.of(name, value))
                    .orElseGet(() -> RecordHeader.withoutValue(name)));
        }
        long timestampMs = random.nextInt(5) == 0 ? -1 : random.nextLong(1L << 50);
        return new TestRecord(timestampMs, bytes(random), bytes(random), headers);
    }

    private static Optional<ByteBuffer> bytes(RandomGenerator random) {
        if (random.nextInt(4) == 0) {
            return Optional.empty();
        }
        byte[] bytes = new byte[random.nextInt(random.nextInt(10) == 0 ? 5000 : 100)];
        random.nextBytes(bytes);
        return Optional.of(ByteBuffer.wrap(bytes));
    }

    void addTo(RecordBatchBuilder builder) {
        builder.add(timestampMs, key.orElse(null), value.orElse(null), headers);
    }

    static List<TestRecord> allOf(RecordBatch batch) {
        List<TestRecord> all = new ArrayList<>();
        for (Record next : batch) {
            all.add(new TestRecord(
                    next.timestampMs(),
                    next.hasKey() ? Optional.of(next.key()) : Optional.empty(),
                    next.hasValue() ? Optional.of(next.value()) : Optional.empty(),
                    next.headers()));
        }
        return all;
    }
}
