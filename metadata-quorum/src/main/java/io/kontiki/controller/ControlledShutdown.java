package io.kontiki.controller;

import io.kontiki.metadata.MetadataImage;
import io.kontiki.metadata.PartitionRegistration;

/** When a stopping broker should wait (rule M4). */
final class ControlledShutdown {
    private ControlledShutdown() {}

    /** Whether a partition would be left without a leader, while another of its replicas could yet get in sync. */
    static boolean isLastHope(int brokerId, MetadataImage image) {
        return image.topics().all().stream()
                .flatMap(topic -> topic.partitions().stream())
                .anyMatch(partition -> isAlone(brokerId, partition) && hasUsableOther(brokerId, partition, image));
    }

    private static boolean isAlone(int brokerId, PartitionRegistration partition) {
        return partition.isr().size() == 1 && partition.isr().get(0) == brokerId;
    }

    private static boolean hasUsableOther(int brokerId, PartitionRegistration partition, MetadataImage image) {
        return partition.replicas().stream().anyMatch(id -> id != brokerId && image.usable(id, partition));
    }
}
