package io.kontiki.simulation;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;

/** Streams between brokers and from members of groups, and which directions between brokers are cut. */
final class Network {
    /** A cut that lasts longer breaks the streams across it. */
    private static final long KEEP_ALIVE_MILLIS = 1_500;

    /** Longest time that a message takes, mostly. */
    static final long SLOW_MILLIS = 200;

    private record Direction(int from, int to) {}

    private final Scheduler scheduler;
    private final Map<Long, SimStream> streams = new LinkedHashMap<>();
    private final Set<Direction> blocked = new HashSet<>();
    private final Set<SimStream> heldBack = new LinkedHashSet<>();
    private final Set<SimJoin> joins = new LinkedHashSet<>();
    private long lastStreamId;
    private long slowMillis = SLOW_MILLIS;

    Network(Scheduler scheduler) {
        this.scheduler = scheduler;
    }

    /** How long a message takes: mostly little, now and then long enough for other streams to overtake. */
    long delayNanos() {
        long most = scheduler.chance(0.05) ? slowMillis : 2;
        return scheduler.draw(0, most * Scheduler.MILLI);
    }

    void setSlowMillis(long most) {
        slowMillis = most;
    }

    boolean blocked(int from, int to) {
        return !blocked.isEmpty() && blocked.contains(new Direction(from, to));
    }

    boolean reachable(int first, int second) {
        return !blocked(first, second) && !blocked(second, first);
    }

    /** Whether there is a stream between them. */
    boolean connected(int first, int second) {
        return streams.values().stream().anyMatch(stream -> stream.joins(first, second));
    }

    SimStream open(SimBroker follower, SimBroker leader) {
        SimStream stream = new SimStream(++lastStreamId, scheduler, this, follower, leader);
        streams.put(stream.id(), stream);
        return stream;
    }

    void forget(SimStream stream) {
        streams.remove(stream.id());
    }

    // ---- Members' streams

    SimJoin open(Cluster cluster, SimMember member, long link, SimBroker entry) {
        SimJoin stream = new SimJoin(++lastStreamId, cluster, member, link, entry);
        joins.add(stream);
        return stream;
    }

    void forget(SimJoin stream) {
        joins.remove(stream);
    }

    /** Those that members opened at that broker. */
    List<SimJoin> joinsThrough(SimBroker broker) {
        return joins.stream().filter(stream -> stream.enters(broker)).toList();
    }

    // ---- Faults

    /** Nothing goes that way until {@link #heal}; what is on its way waits. */
    void block(int from, int to) {
        blocked.add(new Direction(from, to));
        scheduler.after(KEEP_ALIVE_MILLIS * Scheduler.MILLI, () -> {
            if (blocked(from, to)) {
                breakBetween(from, to);
            }
        });
    }

    void unblock(int from, int to) {
        blocked.remove(new Direction(from, to));
    }

    void heal() {
        blocked.clear();
        slowMillis = SLOW_MILLIS;
        heldBack.forEach(SimStream::letGo);
        heldBack.clear();
    }

    /** What open streams carry that way becomes late; streams opened from now on may overtake it. */
    void holdBack(int from, int to) {
        for (SimStream stream : streams.values()) {
            if (stream.joins(from, to)) {
                stream.holdBack(from, to);
                heldBack.add(stream);
            }
        }
    }

    void letOneGo(int from, int to) {
        heldBack.forEach(stream -> stream.letOneGo(from, to));
    }

    void letGo(int from, int to) {
        heldBack.forEach(stream -> stream.letGo(from, to));
    }

    void breakBetween(int first, int second) {
        for (SimStream stream : List.copyOf(streams.values())) {
            if (stream.joins(first, second)) {
                stream.breakNow();
            }
        }
        breakJoins(stream -> stream.joins(first, second));
    }

    void breakAllOf(SimBroker broker) {
        for (SimStream stream : List.copyOf(streams.values())) {
            if (stream.hasEnd(broker)) {
                stream.breakNow();
            }
        }
        breakJoins(stream -> stream.hasEnd(broker));
    }

    private void breakJoins(Predicate<SimJoin> which) {
        List.copyOf(joins).stream().filter(which).forEach(SimJoin::breakNow);
    }

    void breakOne() {
        List<SimStream> open = new ArrayList<>(streams.values());
        if (!open.isEmpty()) {
            open.get((int) scheduler.draw(0, open.size() - 1)).breakNow();
        }
    }
}
