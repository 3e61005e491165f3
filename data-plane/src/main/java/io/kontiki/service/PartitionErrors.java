package io.kontiki.service;

import io.kontiki.metadata.BrokerRegistration;
import io.kontiki.metadata.LocalMetadata;
import io.kontiki.metadata.MetadataImage;
import io.kontiki.metadata.PartitionRegistration;
import io.kontiki.proto.v1.ErrorReason;
import io.kontiki.proto.v1.LeaderHint;
import io.kontiki.proto.v1.PartitionError;
import io.kontiki.record.InvalidBatchException;
import java.util.Optional;

/** Words the failure of one partition inside a batched reply, with the way to its leader. Any thread. */
final class PartitionErrors {
    private final LocalMetadata metadata;

    PartitionErrors(LocalMetadata metadata) {
        this.metadata = metadata;
    }

    PartitionError of(String topic, int partition, ErrorReason reason, String message) {
        Optional<LeaderHint> leader = reason == ErrorReason.ERROR_REASON_NOT_LEADER
                ? leaderOf(metadata.current(), topic, partition)
                : Optional.empty();
        return ServiceErrors.partitionError(new Refusal(reason, message, Optional.empty(), leader));
    }

    static Optional<LeaderHint> leaderOf(MetadataImage image, String topic, int partition) {
        return image.topic(topic)
                .flatMap(found -> found.partition(partition))
                .filter(PartitionRegistration::hasLeader)
                .flatMap(record -> image.broker(record.leader()).map(broker -> hint(record, broker)));
    }

    private static LeaderHint hint(PartitionRegistration record, BrokerRegistration leader) {
        return LeaderHint.newBuilder()
                .setLeaderId(record.leader())
                .setLeaderEpoch(record.leaderEpoch())
                .setHost(leader.endpoint().host())
                .setPort(leader.endpoint().port())
                .build();
    }

    static ErrorReason reasonOf(InvalidBatchException e) {
        return switch (e.reason()) {
            case RECORD_TOO_LARGE -> ErrorReason.ERROR_REASON_RECORD_TOO_LARGE;
            case UNSUPPORTED_COMPRESSION -> ErrorReason.ERROR_REASON_UNSUPPORTED_COMPRESSION;
            case INVALID_TIMESTAMP -> ErrorReason.ERROR_REASON_INVALID_ARGUMENT;
            case MISSING_KEY -> ErrorReason.ERROR_REASON_POLICY_VIOLATION;
            case CORRUPT_BATCH, INVALID_RECORD, UNSUPPORTED_MAGIC -> ErrorReason.ERROR_REASON_CORRUPT_BATCH;
        };
    }
}
