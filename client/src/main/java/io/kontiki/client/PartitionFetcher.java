package io.kontiki.client;

import com.google.protobuf.ByteString;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.concurrent.TimeUnit;

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

    /** How long what was fetched is kept in a pause. */
    static final long KEPT_NANOS = TimeUnit.SECONDS.toNanos(5);

    private final TopicPartition partition;
    private final boolean inGroup;
    private final NamedTopic topic;
    private final RetryPause pause;
    private final FollowedLeader leader = new FollowedLeader();
    private final ReadAhead ahead;
    private State state = State.LOOK_UP;
    private Position start = Position.latest();
    /** The position when the last poll began: whoever polls again is done with what is before it. */
    private Optional<CommittedOffset> settled = Optional.empty();

    /** Changes with each seek, leader and failure, so that answers to older requests are told apart. */
    private long generation;

    /** It is still where the group's commit is. */
    private boolean asCommitted;

    /** End of the committed records, as the last answer told it. */
    private long highWatermark;
    /** Of what was fetched last; as if it were much until something was. */
    private int bytesPerRecord = Integer.MAX_VALUE;

    private boolean paused;
    private long pausedAtNanos;
    private KontikiException failure;

    /** @param start empty to start where the group has committed */
    PartitionFetcher(
            TopicPartition partition, Optional<Position> start, int prefetchBytes, boolean checkCrc, Backoff backoff) {
        this.partition = partition;
        this.ahead = new ReadAhead(partition, prefetchBytes, checkCrc);
        this.topic = new NamedTopic(partition.topic());
        this.pause = new RetryPause(backoff);
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
        pause.end();
        asCommitted = false;
        if (target instanceof Position.Offset fixed) {
            startAt(fixed.offset(), OptionalInt.empty());
        } else {
            state = State.LOOK_UP;
        }
    }

    private void drop() {
        generation++;
        ahead.restart();
    }

    private void startAt(long offset, OptionalInt epoch) {
        ahead.startAt(offset, epoch);
        state = State.READY;
    }

    /** Whether the group is to be asked now where to start. */
    boolean askGroupDue(long nowNanos) {
        return state == State.ASK_GROUP && failure == null && !pause.isUnderWay(nowNanos);
    }

    void onAskingGroup() {
        state = State.ASKING_GROUP;
    }

    /** Starts there, where the group has committed, if this is still what it waits for. */
    void onCommitted(long ofGeneration, CommittedOffset committed) {
        if (ofGeneration == generation && state == State.ASKING_GROUP) {
            pause.onSuccess();
            seek(Position.offset(committed.offset()));
            startAt(committed.offset(), committed.leaderEpoch());
            asCommitted = true;
        }
    }

    /** The group has committed nothing: starts there, if this is still what it waits for. */
    void onNothingCommitted(long ofGeneration, Position target) {
        if (ofGeneration == generation && state == State.ASKING_GROUP) {
            pause.onSuccess();
            seek(target);
        }
    }

    /** The group could not be asked, or nothing was committed and that is an error. */
    void onGroupFailed(long ofGeneration, KontikiException error, boolean tell, long nowNanos) {
        if (ofGeneration != generation || state != State.ASKING_GROUP) {
            return;
        }
        state = State.ASK_GROUP;
        pause.begin(nowNanos);
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
        if (!topic.update(id)) {
            return;
        }
        drop();
        settled = Optional.empty();
        pause.end();
        failure = null;
        if (inGroup) {
            state = State.ASK_GROUP;
        } else if (mayRestart) {
            seek(Position.earliest());
        } else {
            state = State.STOPPED;
            failure = topic.notReadOn();
        }
    }

    /** The topic that the position belongs to, as far as the metadata tell. */
    Optional<UUID> topicId() {
        return topic.id();
    }

    /** See {@link NamedTopic#resetTo}. */
    Position resetTo(Position place) {
        return topic.resetTo(place);
    }

    /** Left out by polls; nothing is fetched meanwhile. */
    void setPaused(boolean leftOut, long nowNanos) {
        if (leftOut && !paused) {
            pausedAtNanos = nowNanos;
        }
        paused = leftOut;
    }

    /** A pause that lasts costs no memory: what was fetched before is fetched again after it. */
    void onTick(long nowNanos) {
        if (paused && nowNanos - pausedAtNanos >= KEPT_NANOS) {
            giveUpFetched();
        }
    }

    /** Forgets what was fetched and not returned, unless more of it is on its way. The position stays. */
    void giveUpFetched() {
        if (state == State.READY && !ahead.isEmpty()) {
            ahead.restart();
        }
    }

    /** What was fetched and not returned. */
    int fetchedBytes() {
        return ahead.sizeInBytes();
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
                ? Optional.of(new CommittedOffset(known.getAsLong(), ahead.positionEpoch(), "", OptionalLong.empty()))
                : Optional.empty();
    }

    /** The leader to ask for the position now, if that is due. */
    Optional<HostPort> lookUpDue(long nowNanos) {
        boolean due = state == State.LOOK_UP && failure == null && !pause.isUnderWay(nowNanos);
        return due ? leader.address() : Optional.empty();
    }

    /** The look-up is under way. Returns what to look up. */
    Position onLookingUp() {
        state = State.LOOKING_UP;
        return start;
    }

    void onLookedUp(long ofGeneration, long offset) {
        if (ofGeneration == generation && state == State.LOOKING_UP) {
            pause.onSuccess();
            startAt(offset, OptionalInt.empty());
        }
    }

    void onLookUpFailed(long ofGeneration, KontikiException error, long nowNanos) {
        if (ofGeneration != generation || state != State.LOOKING_UP) {
            return;
        }
        state = State.LOOK_UP;
        pause.begin(nowNanos);
        if (!error.retriable()) {
            failure = error;
        }
    }

    /** The offset of the next record to return; empty until it is looked up. */
    OptionalLong position() {
        boolean known = state == State.READY || state == State.IN_FLIGHT;
        return known ? OptionalLong.of(ahead.position()) : OptionalLong.empty();
    }

    /** The leader as the metadata has it now. A request to a deposed one no longer counts. */
    void onLeader(Optional<Leader> now) {
        if (leader.update(now)) {
            pause.end();
            if (state == State.IN_FLIGHT) {
                generation++;
                state = State.READY;
            }
        }
    }

    OptionalLong retryAtNanos() {
        return pause.endNanos();
    }

    /** Whether a fetch may go out, as far as failures and answers outstanding go. */
    private boolean mayFetch(long nowNanos) {
        return state == State.READY && !paused && failure == null && !pause.isUnderWay(nowNanos);
    }

    /** Where to fetch from now; empty if enough is there, or nothing may go out. */
    Optional<HostPort> fetchDue(long nowNanos) {
        return mayFetch(nowNanos) && !ahead.isFull() ? leader.address() : Optional.empty();
    }

    /** Whether it would be fetched, had it not enough already. */
    boolean isHeldBack(long nowNanos) {
        return mayFetch(nowNanos) && ahead.isFull();
    }

    /** The broker to fetch from; empty if it is not known. */
    Optional<HostPort> leaderAddress() {
        return leader.address();
    }

    long fetchOffset() {
        return ahead.fetchOffset();
    }

    OptionalInt fetchEpoch() {
        return ahead.fetchEpoch();
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

    /**
     * Takes fetched bytes; only if it {@link #awaits} them.
     *
     * @param end of the committed records, when they were read
     */
    void onFetched(ByteString records, long end) {
        state = State.READY;
        pause.onSuccess();
        long from = ahead.fetchOffset();
        ahead.add(records);
        highWatermark = end;
        if (ahead.fetchOffset() > from) {
            bytesPerRecord = (int) Math.max(1, records.size() / (ahead.fetchOffset() - from));
        }
    }

    /**
     * How much the leader is likely to answer at once, by what it told last; 0 if it was nothing more.
     *
     * @param most that is asked for, in bytes
     */
    int backlogBytes(int most) {
        long behind = Math.max(0, highWatermark - ahead.fetchOffset());
        return (int) Math.min(most, Math.min(behind, Integer.MAX_VALUE) * bytesPerRecord);
    }

    /** There is nothing more until an answer tells otherwise. */
    void forgetBacklog() {
        highWatermark = 0;
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
        state = State.READY;
        return offset < ahead.position();
    }

    /** The request failed in a way that a retry may mend; only if it {@link #awaits} it. */
    void onFailed(long nowNanos) {
        state = State.READY;
        pause.begin(nowNanos);
    }

    /** The request failed in a way that the caller must hear of, once; the position stays. */
    void onFatal(KontikiException error, long nowNanos) {
        state = State.READY;
        pause.begin(nowNanos);
        failure = error;
    }

    /** The topic is gone; the caller must hear of it, unless the group sees to that. */
    void onDeleted() {
        if (!inGroup) {
            failure = topic.deleted();
        }
    }

    /** The failure to tell, if the records before it have all been returned. */
    Optional<KontikiException> takeFailure() {
        if (failure == null || !ahead.isEmpty()) {
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
        if (paused) {
            return;
        }
        int begin = target.size();
        try {
            ahead.drainInto(target, max);
        } catch (KontikiException e) {
            // The next poll fetches these bytes again, from where they went bad.
            generation++;
            state = State.READY;
            failure = e;
        }
        if (target.size() > begin) {
            asCommitted = false;
        }
    }
}
