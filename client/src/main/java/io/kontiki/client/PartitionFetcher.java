package io.kontiki.client;

import com.google.protobuf.ByteString;
import io.kontiki.record.BatchHeader;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * One assigned partition: where its consumer is, what was fetched ahead, and when the next fetch may go out. Pure: no
 * I/O, the time is passed in. Belongs to the consumer's thread.
 *
 * <pre>
 *   LOOK_UP -- onLookedUp --> READY -- onRequested --> IN_FLIGHT -- onFetched, onFailed --> READY
 *      ^                                                   |
 *      +------------------- seek, reset -------------------+
 * </pre>
 */
final class PartitionFetcher {
    private enum State {
        LOOK_UP,
        LOOKING_UP,
        READY,
        IN_FLIGHT
    }

    private final TopicPartition partition;
    private final int prefetchBytes;
    private final boolean checkCrc;
    private final Backoff backoff;
    private final Deque<BatchReader> fetched = new ArrayDeque<>();
    private State state = State.LOOK_UP;
    private Position start;
    private long position;
    private long fetchOffset;
    /** Changes with each seek, leader and failure, so that answers to older requests are told apart. */
    private long generation;

    private Leader leader;
    private boolean hasLeader;
    private boolean waiting;
    private long retryAtNanos;
    private KontikiException failure;

    PartitionFetcher(TopicPartition partition, Position start, int prefetchBytes, boolean checkCrc, Backoff backoff) {
        this.partition = partition;
        this.prefetchBytes = prefetchBytes;
        this.checkCrc = checkCrc;
        this.backoff = backoff;
        seek(start);
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
        if (target instanceof Position.Offset fixed) {
            startAt(fixed.offset());
        } else {
            state = State.LOOK_UP;
        }
    }

    private void drop() {
        generation++;
        fetched.clear();
    }

    private void startAt(long offset) {
        position = offset;
        fetchOffset = offset;
        state = State.READY;
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
            startAt(offset);
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
        return state == State.READY && hasLeader && failure == null && !isWaiting(nowNanos);
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
        for (int at = 0; at + BatchHeader.BYTES <= bytes.limit(); ) {
            var header = BatchHeader.at(bytes, at);
            end = Math.max(end, header.nextOffset());
            at = (int) Math.min(bytes.limit(), (long) at + header.sizeInBytes());
        }
        fetched.addLast(new BatchReader(partition, bytes, fetchOffset, checkCrc));
        fetchOffset = end;
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

    /** The topic is gone; the caller must hear of it. */
    void onDeleted() {
        failure = new KontikiException(ErrorReason.TOPIC_NOT_FOUND, "topic " + partition.topic() + " was deleted");
    }

    /** The failure to tell, if the records before it have all been returned. */
    Optional<KontikiException> takeFailure() {
        if (failure == null || !fetched.isEmpty()) {
            return Optional.empty();
        }
        var told = failure;
        failure = null;
        return Optional.of(told);
    }

    /** Adds up to {@code max} records to the target and moves the position behind them. */
    void drainInto(List<ConsumerRecord> target, int max) {
        int end = target.size() + max;
        while (!fetched.isEmpty() && target.size() < end) {
            var reader = fetched.peekFirst();
            try {
                if (reader.readInto(target, end - target.size())) {
                    fetched.removeFirst();
                }
                position = Math.max(position, reader.nextOffset());
            } catch (KontikiException e) {
                position = Math.max(position, reader.nextOffset());
                // The next poll fetches these bytes again, from where they went bad.
                drop();
                startAt(position);
                failure = e;
            }
        }
    }
}
