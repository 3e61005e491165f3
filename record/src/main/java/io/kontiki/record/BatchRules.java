package io.kontiki.record;

import java.util.Objects;

/**
 * What a topic accepts from producers.
 *
 * @param maxBatchBytes greatest size of a batch, header included; at least {@link BatchHeader#BYTES}
 * @param timestamps which timestamps
 * @param keysRequired whether each record must have a key: compaction could not tell what a record without one replaces
 */
public record BatchRules(int maxBatchBytes, TimestampPolicy timestamps, boolean keysRequired) {
    public BatchRules {
        Objects.requireNonNull(timestamps, "timestamps");
        if (maxBatchBytes < BatchHeader.BYTES) {
            throw new IllegalArgumentException(
                    "maxBatchBytes is " + maxBatchBytes + ", the least is " + BatchHeader.BYTES);
        }
    }
}
