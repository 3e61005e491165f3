package io.kontiki.service;

import com.google.protobuf.ByteString;
import io.kontiki.metadata.UuidBytes;
import io.kontiki.partition.Partitions;
import io.kontiki.proto.v1.ErrorReason;
import java.util.Optional;

/** Finds the partitions that readers name: by topic name and number, and by topic id if they know it (KIP-516). */
final class PartitionNames {
    private PartitionNames() {}

    static Partitions.Lookup find(Partitions partitions, String topic, int partition, Optional<ByteString> topicId) {
        if (topicId.isEmpty()) {
            return partitions.find(topic, partition);
        }
        return UuidBytes.isValid(topicId.get())
                ? partitions.find(topic, partition, UuidBytes.fromBytes(topicId.get()))
                : new Partitions.Missing(
                        ErrorReason.ERROR_REASON_INVALID_ARGUMENT,
                        "topic_id has " + topicId.get().size() + " bytes, but must have " + UuidBytes.LENGTH);
    }
}
