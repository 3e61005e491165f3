package io.kontiki.client;

import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;

/**
 * A directory that holds logs of a broker.
 *
 * @param brokerId the broker
 * @param path as the broker's configuration has it
 * @param id drawn when the directory was made; empty if it could not be opened
 * @param state whether it can be used
 * @param reason why it is not online; empty if it is
 * @param usableBytes what its file system has left; empty if it does not tell
 * @param totalBytes what its file system has, used or not; empty if it does not tell
 * @param replicas by topic and number
 */
public record LogDirInfo(
        int brokerId,
        String path,
        Optional<UUID> id,
        State state,
        String reason,
        OptionalLong usableBytes,
        OptionalLong totalBytes,
        List<Replica> replicas) {
    public LogDirInfo {
        replicas = List.copyOf(replicas);
    }

    /** Whether a directory can be used. */
    public enum State {
        ONLINE,
        /** Read and served, but nothing is appended until there is room again. */
        FULL,
        /** Not used in this run of the broker. */
        OFFLINE,
        /** A state that this client does not know. */
        UNKNOWN
    }

    /**
     * A replica's log.
     *
     * @param sizeBytes bytes of record batches
     * @param logStartOffset first offset that can be read
     * @param endOffset offset that the next record gets
     * @param offsetLag committed records that the replica does not have yet, as far as it knows
     * @param leader whether it leads
     */
    public record Replica(
            TopicPartition partition,
            long sizeBytes,
            long logStartOffset,
            long endOffset,
            long offsetLag,
            boolean leader) {}
}
