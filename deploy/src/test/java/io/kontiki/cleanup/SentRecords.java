package io.kontiki.cleanup;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** The oracle: every record that was acknowledged, and what a compacted log may keep of them. Thread-safe. */
final class SentRecords {
    /** By partition and offset. */
    private final Map<Integer, TreeMap<Long, StoredRecord>> acked = new HashMap<>();

    private int count;
    private long bytes;

    synchronized void onAck(StoredRecord sent) {
        StoredRecord before = acked.computeIfAbsent(sent.partition(), number -> new TreeMap<>())
                .put(sent.offset(), sent);
        if (before != null) {
            throw new IllegalStateException("acknowledged at one offset: " + before + " and " + sent);
        }
        count++;
        bytes += sent.key().length() + sent.value().map(String::length).orElse(0);
    }

    synchronized int count() {
        return count;
    }

    /** Of keys and values. */
    synchronized long bytes() {
        return bytes;
    }

    /** Keys that have no value any more. */
    synchronized long deletedKeys() {
        return lastValues(records()).values().stream().filter(Optional::isEmpty).count();
    }

    /** Compares what was read up to the end: all that was sent, from an offset of the only partition on. */
    synchronized void requireAllFrom(long offset, List<StoredRecord> read) {
        requireSent(read);
        assertThat(read).hasSameSizeAs(acked.get(0).tailMap(offset).values());
    }

    /** Compares what was read from the beginning: each record was sent so and stored there, and none goes back. */
    synchronized void requireSent(List<StoredRecord> read) {
        Map<Integer, Long> last = new HashMap<>();
        for (StoredRecord found : read) {
            assertThat(found)
                    .isEqualTo(acked.getOrDefault(found.partition(), new TreeMap<>())
                            .get(found.offset()));
            Long before = last.put(found.partition(), found.offset());
            assertThat(before == null || before < found.offset())
                    .as("offset %s comes after %s", found, before)
                    .isTrue();
        }
    }

    /** As {@link #requireSent}, for what was read up to the end: it tells of each key the last value, or that there is none. */
    synchronized void requireLastValues(List<StoredRecord> read) {
        requireSent(read);
        Map<String, Optional<String>> expected = lastValues(records());
        Map<String, Optional<String>> found = lastValues(read);
        expected.forEach((key, value) -> assertThat(found.getOrDefault(key, Optional.empty()))
                .as("last value of key %s", key)
                .isEqualTo(value));
    }

    private List<StoredRecord> records() {
        return acked.values().stream()
                .flatMap(partition -> partition.values().stream())
                .toList();
    }

    static Map<String, Optional<String>> lastValues(List<StoredRecord> inOrder) {
        Map<String, Optional<String>> values = new TreeMap<>();
        inOrder.forEach(next -> values.put(next.key(), next.value()));
        return values;
    }
}
