package io.kontiki.client;

import com.google.protobuf.ByteString;
import io.kontiki.record.BatchHeader;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.UUID;

/**
 * One assigned partition: where its consumer is, what was fetched ahead, and when the next fetch may go out. Pure: no
 * I/O, the time is passed in. Belongs to the consumer's thread.
 *
 * <pre>
 *   ASK_GROUP ---- onNothing... --> LOOK_UP -- onLookedUp --> READY -- onRequested --> IN_FLIGHT
 *       ^                            ^                         ^                         |  |
 *       |                            +---- seek, reset --------|-------------------------|--+
 *       +--------------- another topic under the name ---------+---- onFetched, onFailed-+
 * </pre>
 */
final class PartitionFetcher {
    private enum State {
        /** It starts where the group has committed. */
        ASK_GROUP,
        ASKING_GROUP,
        /** Only a seek goes on. */
        STOPPED,
        LOOK_UP,
        LOOKING_UP,
        READY,
        IN_FLIGHT
    }

    private final TopicPartition partition;
    private final int prefetchBytes;
    private final boolean checkCrc;
    private final boolean inGroup;
    private final Backoff backoff;
    private final Deque<BatchReader> fetched = new ArrayDeque<>();
    private State state = State.LOOK_UP;
    private Position start = Position.latest();
    private long position;
    /** Leader epoch of the batch before the position; unknown after a seek. */
    private OptionalInt positionEpoch = OptionalInt.empty();
    /** The position when the last poll began: whoever polls again is done with what is before it. */
    private Optional<CommittedOffset> settled = Optional.empty();

    private long fetchOffset;
    /** As that of the position: by it the leader tells whether its log is still the one that was read. */
    private OptionalInt fetchEpoch = OptionalInt.empty();
    /** Changes with each seek, leader and failure, so that answers to older requests are told apart. */
    private long generation;

    /** It is still where the group's commit is. */
    private boolean asCommitted;

    private Optional<UUID> topicId = Optional.empty();
    private boolean madeAgain;
    private boolean paused;
    private Leader leader;
    private boolean hasLeader;
    private boolean waiting;
    private long retryAtNanos;
    private KontikiException failure;

    /** @param start empty to start where the group has committed */
    PartitionFetcher(
            TopicPartition partition, Optional<Position> start, int prefetchBytes, boolean checkCrc, Backoff backoff) {
        this.partition = partition;
        this.prefetchBytes = prefetchBytes;
        this.checkCrc = checkCrc;
        this.backoff = backoff;
        this.inGroup = start.isEmpty();
        start.ifPresentOrElse(this::seek, () -> state = State.ASK_GROUP);
    }

    TopicPartition partition() {
        return partition;
    }

    long generation() {
        return generation;
    }

    /** Goes on at this place; what was fetched is dropped. */
    void seek(Position target) {
        drop();
        start = target;
        failure = null;
        waiting = false;
        asCommitted = false;
        if (target instanceof Position.Offset fixed) {
            startAt(fixed.offset(), OptionalInt.empty());
        } else {
            state = State.LOOK_UP;
        }
    }

    private void drop() {
        generation++;
        fetched.clear();
    }

    private void startAt(long offset, OptionalInt epoch) {
        position = offset;
        positionEpoch = epoch;
        fetchOffset = offset;
        fetchEpoch = epoch;
        state = State.READY;
    }

    /** Whether the group is to be asked now where to start. */
    boolean askGroupDue(long nowNanos) {
        return state == State.ASK_GROUP && failure == null && !isWaiting(nowNanos);
    }

    void onAskingGroup() {
        state = State.ASKING_GROUP;
    }

    /** Starts there, where the group has committed, if this is still what it waits for. */
    void onCommitted(long ofGeneration, CommittedOffset committed) {
        if (ofGeneration == generation && state == State.ASKING_GROUP) {
            backoff.reset();
            seek(Position.offset(committed.offset()));
            startAt(committed.offset(), committed.leaderEpoch());
            asCommitted = true;
        }
    }

    /** The group has committed nothing: starts there, if this is still what it waits for. */
    void onNothingCommitted(long ofGeneration, Position target) {
        if (ofGeneration == generation && state == State.ASKING_GROUP) {
            backoff.reset();
            seek(target);
        }
    }

    /** The group could not be asked, or nothing was committed and that is an error. */
    void onGroupFailed(long ofGeneration, KontikiException error, boolean tell, long nowNanos) {
        if (ofGeneration != generation || state != State.ASKING_GROUP) {
            return;
        }
        state = State.ASK_GROUP;
        pause(nowNanos);
        if (tell) {
            failure = error;
        }
    }

    /**
     * Which topic has the name now. Another one than before has nothing to do with the old position.
     *
     * @param mayRestart whether it may be read from its start, which misses nothing
     */
    void onTopic(UUID id, boolean mayRestart) {
        if (topicId.isPresent() && !topicId.get().equals(id)) {
            drop();
            settled = Optional.empty();
            madeAgain = true;
            waiting = false;
            failure = null;
            if (inGroup) {
                state = State.ASK_GROUP;
            } else if (mayRestart) {
                seek(Position.earliest());
            } else {
                stop("topic " + partition.topic() + " was deleted and made again: seek to read it");
            }
        }
        topicId = Optional.of(id);
    }

    /** The topic that the position belongs to, as far as the metadata tell. */
    Optional<UUID> topicId() {
        return topicId;
    }

    private void stop(String why) {
        state = State.STOPPED;
        failure = new KontikiException(ErrorReason.TOPIC_NOT_FOUND, why);
    }

    /** Where a reset to this place leads: of a topic that was made again since this was assigned, all records are new. */
    Position resetTo(Position place) {
        return madeAgain ? Position.earliest() : place;
    }

    /** Left out by polls; nothing is fetched meanwhile. */
    void setPaused(boolean pause) {
        paused = pause;
    }

    boolean isPaused() {
        return paused;
    }

    /** A poll begins: the caller is done with what earlier ones returned. */
    void onPoll() {
        settled = asCommitted ? Optional.empty() : toCommit();
    }

    /** What may be committed without asking the caller: see {@link #onPoll}. */
    Optional<CommittedOffset> settled() {
        return settled;
    }

    /** The position, as a commit. */
    Optional<CommittedOffset> toCommit() {
        var known = position();
        return known.isPresent()
                ? Optional.of(new CommittedOffset(known.getAsLong(), positionEpoch, "", OptionalLong.empty()))
                : Optional.empty();
    }

    /** The leader to ask for the position now, if that is due. */
    Optional<HostPort> lookUpDue(long nowNanos) {
        boolean due = state == State.LOOK_UP && hasLeader && failure == null && !isWaiting(nowNanos);
        return due ? Optional.of(leader.address()) : Optional.empty();
    }

    /** The look-up is under way. Returns what to look up. */
    Position onLookingUp() {
        state = State.LOOKING_UP;
        return start;
    }

    void onLookedUp(long ofGeneration, long offset) {
        if (ofGeneration == generation && state == State.LOOKING_UP) {
            backoff.reset();
            startAt(offset, OptionalInt.empty());
        }
    }

    void onLookUpFailed(long ofGeneration, KontikiException error, long nowNanos) {
        if (ofGeneration != generation || state != State.LOOKING_UP) {
            return;
        }
        state = State.LOOK_UP;
        pause(nowNanos);
        if (!error.retriable()) {
            failure = error;
        }
    }

    /** The offset of the next record to return; empty until it is looked up. */
    OptionalLong position() {
        boolean known = state == State.READY || state == State.IN_FLIGHT;
        return known ? OptionalLong.of(position) : OptionalLong.empty();
    }

    /** The leader as the metadata has it now. A request to a deposed one no longer counts. */
    void onLeader(Optional<Leader> now) {
        if (now.isEmpty()) {
            hasLeader = false;
            return;
        }
        if (leader == null || now.get().supersedes(leader)) {
            leader = now.get();
            hasLeader = true;
            waiting = false;
            if (state == State.IN_FLIGHT) {
                generation++;
                state = State.READY;
            }
        } else if (now.get().epoch() == leader.epoch()) {
            leader = now.get();
            hasLeader = true;
        }
    }

    private boolean isWaiting(long nowNanos) {
        waiting &= nowNanos - retryAtNanos < 0;
        return waiting;
    }

    private void pause(long nowNanos) {
        waiting = true;
        retryAtNanos = nowNanos + backoff.nextNanos();
    }

    OptionalLong retryAtNanos() {
        return waiting ? OptionalLong.of(retryAtNanos) : OptionalLong.empty();
    }

    /** Whether a fetch may go out, as far as failures and answers outstanding go. */
    private boolean mayFetch(long nowNanos) {
        return state == State.READY && !paused && hasLeader && failure == null && !isWaiting(nowNanos);
    }

    /** Where to fetch from now; empty if enough is there, or nothing may go out. */
    Optional<HostPort> fetchDue(long nowNanos) {
        return mayFetch(nowNanos) && !isFull() ? Optional.of(leader.address()) : Optional.empty();
    }

    /** Whether it would be fetched from this broker, had it not enough already. */
    boolean isHeldBackAt(HostPort address, long nowNanos) {
        return mayFetch(nowNanos) && isFull() && leader.address().equals(address);
    }

    private boolean isFull() {
        int bytes = 0;
        for (var reader : fetched) {
            bytes += reader.sizeInBytes();
        }
        return bytes >= prefetchBytes;
    }

    long fetchOffset() {
        return fetchOffset;
    }

    OptionalInt fetchEpoch() {
        return fetchEpoch;
    }

    int leaderEpoch() {
        return leader.epoch();
    }

    void onRequested() {
        state = State.IN_FLIGHT;
    }

    boolean awaits(long ofGeneration) {
        return state == State.IN_FLIGHT && generation == ofGeneration;
    }

    /** Takes fetched bytes; only if it {@link #awaits} them. */
    void onFetched(ByteString records) {
        state = State.READY;
        backoff.reset();
        if (records.isEmpty()) {
            return;
        }
        var bytes = records.asReadOnlyByteBuffer();
        long end = fetchOffset;
        var epoch = fetchEpoch;
        for (int at = 0; at + BatchHeader.BYTES <= bytes.limit(); ) {
            var header = BatchHeader.at(bytes, at);
            if (header.nextOffset() >= end) {
                end = header.nextOffset();
                epoch = OptionalInt.of(header.leaderEpoch());
            }
            at = (int) Math.min(bytes.limit(), (long) at + header.sizeInBytes());
        }
        fetched.addLast(new BatchReader(partition, bytes, fetchOffset, checkCrc));
        fetchOffset = end;
        fetchEpoch = epoch;
    }

    /**
     * The leader's log has parted from what was fetched; only if it {@link #awaits} that. What was not returned yet is
     * fetched anew.
     *
     * @param offset where, at the latest
     * @return whether records that were returned are concerned
     */
    boolean onDiverged(long offset) {
        drop();
        startAt(position, positionEpoch);
        return offset < position;
    }

    /** The request failed in a way that a retry may mend; only if it {@link #awaits} it. */
    void onFailed(long nowNanos) {
        state = State.READY;
        pause(nowNanos);
    }

    /** The request failed in a way that the caller must hear of, once; the position stays. */
    void onFatal(KontikiException error, long nowNanos) {
        state = State.READY;
        pause(nowNanos);
        failure = error;
    }

    /** The topic is gone; the caller must hear of it, unless the group sees to that. */
    void onDeleted() {
        if (inGroup) {
            return;
        }
        failure = new KontikiException(ErrorReason.TOPIC_NOT_FOUND, "topic " + partition.topic() + " was deleted");
    }

    /** The failure to tell, if the records before it have all been returned. */
    Optional<KontikiException> takeFailure() {
        if (failure == null || !fetched.isEmpty()) {
            return Optional.empty();
        }
        var told = failure;
        if (state != State.STOPPED) {
            failure = null;
        }
        return Optional.of(told);
    }

    /** Adds up to {@code max} records to the target and moves the position behind them. */
    void drainInto(List<ConsumerRecord> target, int max) {
        int begin = target.size();
        int end = begin + max;
        while (!paused && !fetched.isEmpty() && target.size() < end) {
            var reader = fetched.peekFirst();
            try {
                if (reader.readInto(target, end - target.size())) {
                    fetched.removeFirst();
                }
                moveBehind(reader);
            } catch (KontikiException e) {
                moveBehind(reader);
                // The next poll fetches these bytes again, from where they went bad.
                drop();
                startAt(position, positionEpoch);
                failure = e;
            }
        }
        if (target.size() > begin) {
            asCommitted = false;
        }
    }

    private void moveBehind(BatchReader reader) {
        if (reader.nextOffset() >= position && reader.lastEpoch().isPresent()) {
            position = reader.nextOffset();
            positionEpoch = reader.lastEpoch();
        }
    }
}
