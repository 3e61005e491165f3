package io.kontiki.client;

import io.kontiki.proto.v1.ProduceRequest;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Function;

/**
 * The producer's side of one broker: the stream, the lanes that take turns on it, the attempts that wait for an answer,
 * and when to dial again.
 * Belongs to the producer's loop.
 */
final class BrokerLink {
    private final HostPort address;
    private final Function<HostPort, ProduceStream> dialler;
    private final Backoff backoff;
    private final Map<Long, Attempt> attempts = new LinkedHashMap<>();
    private final Set<Lane> turns = new LinkedHashSet<>();
    private ProduceStream stream;
    private long redialAtNanos;
    private boolean pausing;
    private boolean cancelled;

    /** A batch that went out. */
    record Attempt(Lane lane, PendingBatch batch, long number, long sentNanos) {
        /** Whether its answer still counts. */
        boolean isAwaited() {
            return lane.sender().awaits(batch, number);
        }
    }

    BrokerLink(HostPort address, Function<HostPort, ProduceStream> dialler, Backoff backoff) {
        this.address = address;
        this.dialler = dialler;
        this.backoff = backoff;
    }

    HostPort address() {
        return address;
    }

    /** The lane's turn comes after that of those there are. */
    void addTurn(Lane lane) {
        turns.add(lane);
    }

    void removeTurn(Lane lane) {
        turns.remove(lane);
    }

    /** Whose turn it is, if a request may be sent now; it leaves its place. Dials only if there is somebody. */
    Optional<Lane> takeTurn(long nowNanos) {
        if (turns.isEmpty() || !isReady(nowNanos)) {
            return Optional.empty();
        }
        var first = turns.iterator().next();
        first.leaveTurn();
        return Optional.of(first);
    }

    /** Whether a request may be sent now; dials if there is no stream and no pause. */
    private boolean isReady(long nowNanos) {
        if (stream == null && (!pausing || nowNanos - redialAtNanos >= 0)) {
            pausing = false;
            stream = dialler.apply(address);
        }
        return stream != null && !cancelled && stream.isReady();
    }

    /** There is reason to think that the broker is there: dial without further pause. */
    void dialSoon() {
        pausing = false;
    }

    OptionalLong redialAtNanos() {
        return pausing ? OptionalLong.of(redialAtNanos) : OptionalLong.empty();
    }

    void send(ProduceRequest request, Attempt attempt) {
        attempts.put(attempt.number(), attempt);
        stream.send(request);
    }

    void sendUnanswered(ProduceRequest request) {
        stream.send(request);
    }

    Optional<Attempt> onAnswer(long number) {
        backoff.reset();
        return Optional.ofNullable(attempts.remove(number));
    }

    boolean isStream(ProduceStream candidate) {
        return candidate == stream;
    }

    /** The stream is over. Returns the attempts that will not be answered, in the order they were sent. */
    List<Attempt> onBroken(long nowNanos) {
        stream = null;
        cancelled = false;
        redialAtNanos = nowNanos + backoff.nextNanos();
        pausing = true;
        var lost = new ArrayList<>(attempts.values());
        attempts.clear();
        return lost;
    }

    /** When the oldest unanswered request was sent. */
    OptionalLong oldestSentNanos() {
        return attempts.isEmpty()
                ? OptionalLong.empty()
                : OptionalLong.of(attempts.values().iterator().next().sentNanos());
    }

    /** Ends the stream behind what was sent. */
    void finish() {
        if (stream != null && !cancelled) {
            stream.finish();
        }
    }

    /** Ends the stream; {@link #onBroken} follows by way of the stream's listener. */
    void cancel(String why) {
        if (stream != null && !cancelled) {
            cancelled = true;
            stream.cancel(why);
        }
    }
}
