package io.kontiki.quorum;

import io.kontiki.proto.internal.v1.Command;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;

/**
 * The replicated log of metadata commands. Committed commands are applied in log order on every voter, and the image
 * that results is published to the voter's {@link io.kontiki.metadata.LocalMetadata}. Thread-safe.
 */
public interface MetadataLog extends AutoCloseable {
    /** Largest command, in bytes when serialized. */
    int COMMAND_BYTES_MAX = 1 << 20;

    /**
     * Opens the storage, restores the image and takes part in elections. Called once.
     *
     * @param listener told of leadership changes until {@link #close()}
     * @throws QuorumStartException if the port is in use, or the storage is missing, damaged or of another cluster
     */
    void start(LeadershipListener listener);

    /**
     * Appends a command if this node leads. The future never completes exceptionally: a refusal is a reply, with index
     * 0 if the command did not enter the log here. Those are NOT_LEADER, INVALID_ARGUMENT (larger than
     * {@link #COMMAND_BYTES_MAX}) and OVERLOADED; QUORUM_UNAVAILABLE means that the outcome is unknown. So does
     * NOT_LEADER if leadership was lost while the command was under way: the next leader may still commit it.
     *
     * <p>Once the future completes with an index above 0, the local image has reached that index. It may complete on
     * the thread that applies commands: dependent stages must be short or name an executor. May block briefly while
     * the entry is queued, so it is not for event loops.
     */
    CompletableFuture<Submission> submit(Command command);

    /**
     * The process of voter {@code leaderId} may be gone: if it leads and its Raft port refuses connections, this member
     * campaigns at once instead of waiting for the election time-out. Returns at once. A wrong suspicion does nothing.
     */
    void suspectLeader(int leaderId);

    /**
     * Whether this member leads: a majority of the voters, this one among them, took something that it sent after the
     * call (rule Q11). False also if there is no answer within a second. Never completes exceptionally.
     */
    CompletableFuture<Boolean> confirmLeading();

    /**
     * Latest time, of System.nanoTime, before which surely nobody led in a higher term: a majority of the voters, this one
     * among them, has taken something that this leader sent then or later. Empty unless this member leads in that term and
     * was confirmed by a majority (rule L16). Does not wait.
     */
    OptionalLong confirmedNanos(long term);

    /** What this member knows of the quorum now. */
    QuorumStatus status();

    /** Leaves the quorum's work, not its membership. Idempotent; pending submissions end with QUORUM_UNAVAILABLE. */
    @Override
    void close();
}
