package io.kontiki.cli.output;

import java.util.List;
import java.util.Optional;

/**
 * A record about to be printed. The arrays are shared with the reader of the record, not copied.
 *
 * @param topic name of the topic
 * @param partition partition number
 * @param offset number of the record in its partition
 * @param timestampMs milliseconds since 1970
 * @param key the key, if there is one
 * @param value the value; empty for a tombstone
 * @param headers in order
 */
public record PrintedRecord(
        String topic,
        int partition,
        long offset,
        long timestampMs,
        Optional<byte[]> key,
        Optional<byte[]> value,
        List<PrintedHeader> headers) {

    /**
     * A header about to be printed.
     *
     * @param key its name
     * @param value its value, if it has one
     */
    public record PrintedHeader(String key, Optional<byte[]> value) {}
}
