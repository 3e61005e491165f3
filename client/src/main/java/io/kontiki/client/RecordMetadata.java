package io.kontiki.client;

import java.util.OptionalLong;

/**
 * Where a record went.
 *
 * @param topic name of the topic
 * @param partition partition number
 * @param offset the record's offset; empty with {@link Acks#NONE}, and for a repeated batch that the broker had stored
 *     before, too long ago to tell where
 * @param timestampMs the record's time stamp, in milliseconds since 1970
 */
public record RecordMetadata(String topic, int partition, OptionalLong offset, long timestampMs) {}
