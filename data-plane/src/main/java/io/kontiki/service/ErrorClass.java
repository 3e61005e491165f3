package io.kontiki.service;

import io.grpc.Status;
import io.kontiki.proto.v1.ErrorReason;
import java.time.Duration;

/**
 * What an {@link ErrorReason} means to gRPC and to generic retry policies. NOT_LEADER is no UNAVAILABLE: such a policy
 * would try the same broker again and again.
 *
 * @param code the gRPC status
 * @param retriable whether the same call may succeed later, perhaps elsewhere
 * @param retryDelay how long to wait before the next try; zero for at once, or where a retry does not help
 */
record ErrorClass(Status.Code code, boolean retriable, Duration retryDelay) {
    private static final Duration SOON = Duration.ofMillis(100);
    private static final Duration LATER = Duration.ofSeconds(1);

    static ErrorClass of(ErrorReason reason) {
        return switch (reason) {
            case ERROR_REASON_UNSPECIFIED, UNRECOGNIZED -> throw new IllegalArgumentException("no error: " + reason);
            case ERROR_REASON_TOPIC_NOT_FOUND,
                    ERROR_REASON_PARTITION_NOT_FOUND,
                    ERROR_REASON_GROUP_NOT_FOUND,
                    ERROR_REASON_NODE_NOT_FOUND -> //
                refused(Status.Code.NOT_FOUND);
            case ERROR_REASON_TOPIC_ID_UNKNOWN -> new ErrorClass(Status.Code.NOT_FOUND, true, SOON);
            case ERROR_REASON_TOPIC_EXISTS -> refused(Status.Code.ALREADY_EXISTS);
            case ERROR_REASON_NOT_LEADER, ERROR_REASON_FENCED_LEADER_EPOCH, ERROR_REASON_UNKNOWN_LEADER_EPOCH -> //
                new ErrorClass(Status.Code.FAILED_PRECONDITION, true, Duration.ZERO);
            case ERROR_REASON_LEADER_UNKNOWN,
                    ERROR_REASON_NOT_ENOUGH_REPLICAS,
                    ERROR_REASON_OFFSET_NOT_AVAILABLE,
                    ERROR_REASON_LEASE_EXPIRED,
                    ERROR_REASON_NOT_COORDINATOR -> unavailable(SOON);
            case ERROR_REASON_QUORUM_UNAVAILABLE,
                    ERROR_REASON_STARTING,
                    ERROR_REASON_SHUTTING_DOWN,
                    ERROR_REASON_STORAGE_ERROR -> unavailable(LATER);
            case ERROR_REASON_NOT_ENOUGH_REPLICAS_AFTER_APPEND,
                    ERROR_REASON_TIMED_OUT_AFTER_APPEND,
                    ERROR_REASON_LEADER_CHANGED_AFTER_APPEND,
                    ERROR_REASON_TRIM_TIMED_OUT -> //
                new ErrorClass(Status.Code.DEADLINE_EXCEEDED, true, Duration.ZERO);
            case ERROR_REASON_OUTCOME_UNKNOWN -> new ErrorClass(Status.Code.UNKNOWN, true, Duration.ZERO);
            case ERROR_REASON_OFFSET_OUT_OF_RANGE -> refused(Status.Code.OUT_OF_RANGE);
            case ERROR_REASON_INVALID_ARGUMENT,
                    ERROR_REASON_INVALID_TOPIC_NAME,
                    ERROR_REASON_INVALID_REPLICATION_FACTOR,
                    ERROR_REASON_INVALID_PARTITIONS,
                    ERROR_REASON_INVALID_CONFIG,
                    ERROR_REASON_RECORD_TOO_LARGE,
                    ERROR_REASON_CORRUPT_BATCH,
                    ERROR_REASON_UNSUPPORTED_COMPRESSION -> refused(Status.Code.INVALID_ARGUMENT);
            case ERROR_REASON_OUT_OF_ORDER_SEQUENCE,
                    ERROR_REASON_DUPLICATE_SEQUENCE,
                    ERROR_REASON_FENCED_PRODUCER_EPOCH,
                    ERROR_REASON_UNKNOWN_PRODUCER,
                    ERROR_REASON_STALE_BROKER_EPOCH,
                    ERROR_REASON_WRONG_CLUSTER,
                    ERROR_REASON_DUPLICATE_BROKER,
                    ERROR_REASON_POLICY_VIOLATION,
                    ERROR_REASON_UNKNOWN_MEMBER,
                    ERROR_REASON_STALE_MEMBER_EPOCH,
                    ERROR_REASON_FENCED_INSTANCE,
                    ERROR_REASON_GROUP_NOT_EMPTY,
                    ERROR_REASON_GROUP_SUBSCRIBED -> refused(Status.Code.FAILED_PRECONDITION);
            case ERROR_REASON_OVERLOADED, ERROR_REASON_STORAGE_FULL, ERROR_REASON_GROUP_FULL -> //
                new ErrorClass(Status.Code.RESOURCE_EXHAUSTED, true, LATER);
            case ERROR_REASON_CONCURRENT_CHANGE -> new ErrorClass(Status.Code.ABORTED, true, SOON);
            case ERROR_REASON_INTERNAL -> refused(Status.Code.INTERNAL);
        };
    }

    private static ErrorClass refused(Status.Code code) {
        return new ErrorClass(code, false, Duration.ZERO);
    }

    private static ErrorClass unavailable(Duration retryDelay) {
        return new ErrorClass(Status.Code.UNAVAILABLE, true, retryDelay);
    }
}
