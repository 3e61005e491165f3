package io.kontiki.partition;

import com.google.protobuf.ByteString;
import io.kontiki.metadata.TopicPartition;
import io.kontiki.metadata.UuidBytes;
import io.kontiki.replication.ReassignmentThrottle;
import java.time.InstantSource;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/**
 * What every partition of a broker uses to reach beyond its log.
 *
 * @param brokerId this broker
 * @param throttle bounds what the broker sends to replicas that are being added
 * @param nanoTime a monotonic clock
 * @param clock gives time stamps
 * @param replicaFailed told of a replica whose log is bad while its directory works (rules L12, M10)
 * @param leaderWithoutRoom told of a leader that has had no room for the first batch of its epoch for a while (rule R11)
 */
record PartitionPorts(
        int brokerId,
        Flusher flusher,
        ReplicaTransport transport,
        ReassignmentThrottle throttle,
        IsrProposalBatcher proposals,
        LongSupplier nanoTime,
        InstantSource clock,
        Consumer<TopicPartition> replicaFailed,
        Consumer<TopicPartition> leaderWithoutRoom) {
    ByteString topicId(TopicPartition partition) {
        return UuidBytes.toBytes(partition.topicId());
    }
}
