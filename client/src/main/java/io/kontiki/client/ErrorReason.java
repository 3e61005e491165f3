package io.kontiki.client;

/**
 * Why something failed. The upper part are the reasons of the brokers, with the words of the wire; the lower part arises
 * in the client. "Retriable" means that the same call may go well later, without anybody mending anything; "definite"
 * means that this attempt certainly wrote nothing.
 */
public enum ErrorReason {
    /** No topic of that name. */
    TOPIC_NOT_FOUND(false, true),
    /** The topic has no partition of that number. */
    PARTITION_NOT_FOUND(false, true),
    /** No topic of that id: it was deleted, or the broker has not heard of it yet. */
    TOPIC_ID_UNKNOWN(true, true),
    /** A topic of that name exists already. */
    TOPIC_EXISTS(false, true),
    /** The broker does not lead the partition. */
    NOT_LEADER(true, true),
    /** The partition has no leader now. */
    LEADER_UNKNOWN(true, true),
    /** The metadata quorum has no leader, or did not answer in time. */
    QUORUM_UNAVAILABLE(true, false),
    /** The broker has not finished starting. */
    STARTING(true, true),
    /** The broker is stopping. */
    SHUTTING_DOWN(true, true),
    /** The client's leader epoch is older than the broker's. */
    FENCED_LEADER_EPOCH(true, true),
    /** The client's leader epoch is newer than the broker's. */
    UNKNOWN_LEADER_EPOCH(true, true),
    /** Fewer in-sync replicas than {@code min.insync.replicas}. */
    NOT_ENOUGH_REPLICAS(true, true),
    /** Written, but the in-sync replicas became too few before the acknowledgement. */
    NOT_ENOUGH_REPLICAS_AFTER_APPEND(true, false),
    /** Written, but not replicated within the time limit. */
    TIMED_OUT_AFTER_APPEND(true, false),
    /** The leader changed after the append and before the acknowledgement. */
    LEADER_CHANGED_AFTER_APPEND(true, false),
    /** The offset is below the log start or above the readable end, or was reached in records that the log has no longer. */
    OFFSET_OUT_OF_RANGE(false, true),
    /** A new leader does not know yet how far the log is committed. */
    OFFSET_NOT_AVAILABLE(true, true),
    /** A field is missing, malformed or out of its range. */
    INVALID_ARGUMENT(false, true),
    /** A topic name is empty, too long or holds illegal characters. */
    INVALID_TOPIC_NAME(false, true),
    /** The replication factor is below 1 or above the number of brokers. */
    INVALID_REPLICATION_FACTOR(false, true),
    /** The partition count is below 1, above the limit, or not above the present count. */
    INVALID_PARTITIONS(false, true),
    /** A configuration key is unknown or its value is not allowed. */
    INVALID_CONFIG(false, true),
    /** A batch is larger than {@code max.message.bytes}. */
    RECORD_TOO_LARGE(false, true),
    /** A batch is truncated, has a wrong CRC or inconsistent counts. */
    CORRUPT_BATCH(false, true),
    /** The batch is compressed in a way the reader does not know. */
    UNSUPPORTED_COMPRESSION(false, true),
    /** The sequence does not follow the last one of this producer. */
    OUT_OF_ORDER_SEQUENCE(false, true),
    /** The batch was written before, too long ago to tell its offset. A producer counts it as written. */
    DUPLICATE_SEQUENCE(false, false),
    /** A newer epoch of this producer id has written. */
    FENCED_PRODUCER_EPOCH(false, true),
    /** The broker has no state of this producer id, and the sequence is not 0. */
    UNKNOWN_PRODUCER(false, true),
    /** The partition's log directory is offline. */
    STORAGE_ERROR(true, false),
    /** The disk that holds the partition at its leader has no room; it heals once there is. */
    STORAGE_FULL(true, true),
    /** Too much is waiting at the broker already. */
    OVERLOADED(true, true),
    /** Something else changed the same thing first: repeat the whole step. */
    CONCURRENT_CHANGE(true, true),
    /** A defect of the broker; its log has the details. */
    INTERNAL(false, false),
    /** The broker's registration was replaced by a newer run of the same broker. */
    STALE_BROKER_EPOCH(true, false),
    /** The cluster id is another one. */
    WRONG_CLUSTER(false, true),
    /** The same broker id is in use by another process. */
    DUPLICATE_BROKER(false, true),
    /** A broker forwarded the call and lost the leader before the answer. */
    OUTCOME_UNKNOWN(true, false),
    /** The topic's {@code cleanup.policy} does not allow it. */
    POLICY_VIOLATION(false, true),
    /** Records were deleted on the leader, but not on all live replicas within the time limit. */
    TRIM_TIMED_OUT(true, false),
    /** The leader has not reached the controller for so long that another one may lead by now. */
    LEASE_EXPIRED(true, true),
    /** There is no such group. */
    GROUP_NOT_FOUND(false, true),
    /** The group has no such member: it left, was fenced, or another one took its instance id. */
    UNKNOWN_MEMBER(false, true),
    /** The epoch is not the member's, or the partition was not its own in that epoch. */
    STALE_MEMBER_EPOCH(false, true),
    /** Another member has joined under this instance id: two processes share one name. */
    FENCED_INSTANCE(false, true),
    /** The group's coordinator is moving. */
    NOT_COORDINATOR(true, true),
    /** The group has members, and what was asked for needs one without. */
    GROUP_NOT_EMPTY(false, true),
    /** The group has as many members as it may have. */
    GROUP_FULL(true, true),
    /** A member subscribes to what was to be forgotten. */
    GROUP_SUBSCRIBED(false, true),
    /** There is no node at that path of the metadata. */
    NODE_NOT_FOUND(false, true),

    /** Client: no broker could be reached; the message names the addresses. */
    NO_BROKER(true, false),
    /** Client: a connection broke before the answer. */
    DISCONNECTED(true, false),
    /** Client: the time limit of the call, or of the delivery of a record, is over. */
    TIMED_OUT(true, false),
    /** Client: the producer's buffer stayed full for the longest time that a send may wait. */
    BUFFER_FULL(true, true),
    /** Client: an earlier batch of the partition failed with an unknown outcome, and this one may not overtake it. */
    EARLIER_BATCH_FAILED(false, true),
    /** Client: it was closed before the work was done. */
    CLOSED(false, false),
    /** Client: the thread was interrupted while it waited; its interrupt flag is set again. */
    INTERRUPTED(true, false),
    /** The broker does not know the call, or gave a reason that this client does not know; the message has it. */
    UNKNOWN(false, false);

    private final boolean retriable;
    private final boolean definite;

    ErrorReason(boolean retriable, boolean definite) {
        this.retriable = retriable;
        this.definite = definite;
    }

    /** Whether the same call may go well later. */
    public boolean retriable() {
        return retriable;
    }

    /** Whether an attempt that ends so has certainly written nothing. */
    public boolean definite() {
        return definite;
    }
}
