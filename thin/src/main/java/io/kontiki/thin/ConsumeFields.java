package io.kontiki.thin;

import io.kontiki.client.CommittedOffset;
import io.kontiki.client.TopicPartition;
import io.kontiki.proto.v1.CommitConsumed;
import io.kontiki.proto.v1.ConsumePartitions;
import io.kontiki.proto.v1.OffsetToCommit;
import java.util.Map;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** Checks what the caller of a {@code Consume} stream names. Pure. */
final class ConsumeFields {
    static final int PARTITIONS_MAX = 10_000;
    private static final int METADATA_BYTES_MAX = 4096;

    private ConsumeFields() {}

    /** @throws Refused if they are malformed, or too many */
    static Set<TopicPartition> partitions(String field, ConsumePartitions named) {
        var partitions = new TreeSet<TopicPartition>();
        int count = 0;
        for (var topic : named.getTopicsList()) {
            count += topic.getPartitionsCount();
            requireCount(field + ".topics", count);
            for (int number : topic.getPartitionsList()) {
                partitions.add(partition(field + ".topics", topic.getTopic(), number));
            }
        }
        return partitions;
    }

    /** @throws Refused if they are malformed, or too many, or of one partition twice */
    static Map<TopicPartition, CommittedOffset> offsets(CommitConsumed commit) {
        requireCount("commit.offsets", commit.getOffsetsCount());
        var offsets = new TreeMap<TopicPartition, CommittedOffset>();
        for (int i = 0; i < commit.getOffsetsCount(); i++) {
            var named = commit.getOffsets(i);
            var field = "commit.offsets[" + i + "]";
            var partition = partition(field, named.getTopic(), named.getPartition());
            if (offsets.put(partition, offset(field, named)) != null) {
                throw Refused.invalid(field, "names " + partition + " again");
            }
        }
        return offsets;
    }

    private static CommittedOffset offset(String field, OffsetToCommit named) {
        if (named.getOffset() < 0) {
            throw Refused.invalid(field + ".offset", named.getOffset() + " is below 0");
        }
        int bytes = named.getMetadataBytes().size();
        if (bytes > METADATA_BYTES_MAX) {
            throw Refused.invalid(field + ".metadata", bytes + " bytes are more than " + METADATA_BYTES_MAX);
        }
        var epoch = named.hasLeaderEpoch() ? OptionalInt.of(named.getLeaderEpoch()) : OptionalInt.empty();
        return new CommittedOffset(named.getOffset(), epoch, named.getMetadata(), OptionalLong.empty());
    }

    private static TopicPartition partition(String field, String topic, int number) {
        if (topic.isEmpty() || number < 0) {
            throw Refused.invalid(field, number + " is no partition of a topic \"" + topic + "\"");
        }
        return new TopicPartition(topic, number);
    }

    private static void requireCount(String field, int count) {
        if (count > PARTITIONS_MAX) {
            throw Refused.invalid(field, count + " partitions are more than " + PARTITIONS_MAX);
        }
    }
}
