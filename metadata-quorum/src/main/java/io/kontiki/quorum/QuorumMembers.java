package io.kontiki.quorum;

import io.kontiki.metadata.LogPosition;
import io.kontiki.proto.internal.v1.CommandReply;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;

/**
 * Who votes in the metadata quorum, and how that changes: by one voter at a time, each a step of Raft. What is stored
 * counts; the configured voters only form a quorum that is not there yet. Thread-safe.
 */
public interface QuorumMembers {
    /** Most voters of one quorum. */
    int VOTERS_MAX = 5;

    /** Says who is told of this broker's place; once, before the log starts. */
    void listen(MembershipListener listener);

    /** The quorum that this broker's storage, or its logs, belong to; empty before it is known. */
    Optional<UUID> quorumId();

    /**
     * The voters as this broker's storage has them, by broker id; empty if it is no member. While they change, who votes
     * before and who votes after.
     */
    List<QuorumVoter> voters();

    /** This broker's storage, if it has one. */
    Optional<QuorumVoter> own();

    /** Whether this broker's storage is one of {@link #voters}. */
    default boolean votes() {
        return own().filter(own -> voters().stream().anyMatch(own::sameMember)).isPresent();
    }

    /**
     * Where in the log the entry is that made them the voters; empty if there is none. The term is 0 if a snapshot covers
     * the entry, which nobody can overwrite any more then, and the highest that it can be if the log is closed.
     */
    Optional<LogPosition> votersPosition();

    /** Whether this member leads and a change of the voters is under way, perhaps one for which nobody waits any more. */
    boolean isChanging();

    /** Broker ids of voters from which the leader has not heard for some seconds; empty on others. */
    List<Integer> silentVoters();

    /**
     * Makes a storage and opens it, empty: it waits until the quorum's leader adds it. Idempotent.
     *
     * @return what is to be added
     * @throws QuorumStartException if that fails, or the storage belongs to another quorum
     */
    QuorumVoter join(UUID quorumId);

    /**
     * Closes the storage and deletes it. Only for a member that was removed from the quorum, as its leader confirms, or
     * never added to it: what is deleted may have voted (rule Q5).
     *
     * @return false if this broker has another storage or none
     * @throws RuntimeException if it cannot be closed or deleted; it is not open any more then
     */
    boolean leave(String storageId);

    /**
     * Adds a voter that waits to be added, and is reached by this one. Returns when it has caught up and its addition is
     * committed. Taken only by the leader.
     *
     * @return never completes exceptionally. The reason is unset once done, also if it was done before; NOT_LEADER;
     *     CONCURRENT_CHANGE while another change goes on; INVALID_ARGUMENT if there are too many voters, or the broker
     *     votes with another storage; QUORUM_UNAVAILABLE if it did not come about in time, and perhaps still will
     */
    CompletableFuture<CommandReply> add(QuorumVoter voter);

    /**
     * Removes a voter. As {@link #add}; INVALID_ARGUMENT also for the only voter, QUORUM_UNAVAILABLE also if too few of
     * the others answer. A leader that is to be removed gives the leadership to another one first and says NOT_LEADER.
     */
    CompletableFuture<CommandReply> remove(int brokerId);

    /** Puts a voter in the place of an earlier storage of its broker, in one step. As {@link #add}. */
    CompletableFuture<CommandReply> replace(QuorumVoter voter);

    /** Gives the leadership to another voter. As {@link #add}. */
    CompletableFuture<CommandReply> transfer(int brokerId);

    /**
     * Gives the leadership to another voter that answers, first to the one that has most of the log; to each within 2 s or
     * to the next. As {@link #add}; QUORUM_UNAVAILABLE if nobody took it, and this voter leads on.
     */
    CompletableFuture<CommandReply> handOver();

    /**
     * Writes this member's metadata to a snapshot, unless nothing was applied since the last one, and completes once that is
     * on the disk. Never completes exceptionally.
     *
     * @return index of the metadata log that the newest snapshot reaches; -1 if this broker is no member, or none could be
     *     written, of which its log tells the reason
     */
    CompletableFuture<Long> takeSnapshot();
}
