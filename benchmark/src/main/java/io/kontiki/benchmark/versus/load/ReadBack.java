package io.kontiki.benchmark.versus.load;

import java.time.Duration;
import java.util.BitSet;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/** Reads a topic and says whether each record that was written is there once, as it was written. Belongs to one thread. */
final class ReadBack {
    private static final Duration WAIT = Duration.ofMillis(100);
    private static final Duration SILENCE_MAX = Duration.ofSeconds(30);

    private final BitSet seen = new BitSet();
    private long read;
    private long repeated;
    private long checksum;

    /** @throws IllegalStateException if records 0 to {@code count} - 1 are not each there once */
    static void requireExactly(SystemClient client, Topic topic, RecordContents contents, long count) {
        requireExactly(client, topic, contents, count, SILENCE_MAX);
    }

    /** @param silenceMax after which nothing more is expected */
    static void requireExactly(
            SystemClient client, Topic topic, RecordContents contents, long count, Duration silenceMax) {
        ReadBack found = of(client, topic, count, silenceMax);
        if (found.repeated > 0
                || found.seen.cardinality() != count
                || found.checksum != contents.checksumOfFirst(count)) {
            throw new IllegalStateException("read back from " + topic.name() + ": " + found.read + " of " + count
                    + " records, " + found.repeated + " of them twice, checksum " + Long.toHexString(found.checksum)
                    + ", expected " + Long.toHexString(contents.checksumOfFirst(count)));
        }
    }

    /** Reads until so many different records were seen. */
    static ReadBack of(SystemClient client, Topic topic, long count) {
        return of(client, topic, count, SILENCE_MAX);
    }

    private static ReadBack of(SystemClient client, Topic topic, long count, Duration silenceMax) {
        ReadBack found = new ReadBack();
        try (RecordSource source = client.source(topic)) {
            readUntil(source, found::onRecord, () -> found.read - found.repeated, count, silenceMax);
            // What was written once too often may lie behind the last one.
            for (long before = -1; before < found.read; ) {
                before = found.read;
                source.poll(WAIT, found::onRecord);
            }
        }
        return found;
    }

    /** Polls until {@code done} has reached {@code count}; gives up when nothing comes any more. */
    static void readUntil(RecordSource source, Consumer<byte[]> visitor, LongSupplier done, long count) {
        readUntil(source, visitor, done, count, SILENCE_MAX);
    }

    private static void readUntil(
            RecordSource source, Consumer<byte[]> visitor, LongSupplier done, long count, Duration silenceMax) {
        long last = done.getAsLong();
        long lastNanos = System.nanoTime();
        while (done.getAsLong() < count) {
            source.poll(WAIT, visitor);
            long now = System.nanoTime();
            if (done.getAsLong() > last) {
                last = done.getAsLong();
                lastNanos = now;
            } else if (now - lastNanos > silenceMax.toNanos()) {
                throw new IllegalStateException("only " + last + " of " + count + " records came");
            }
        }
    }

    private void onRecord(byte[] record) {
        int number = Math.toIntExact(RecordContents.number(record));
        read++;
        if (seen.get(number)) {
            repeated++;
        }
        seen.set(number);
        checksum += RecordContents.checksum(record);
    }

    /** The records that were seen. */
    BitSet numbers() {
        return seen;
    }

    long repeated() {
        return repeated;
    }
}
