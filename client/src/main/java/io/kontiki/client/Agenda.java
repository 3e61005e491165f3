package io.kontiki.client;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.PriorityQueue;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Consumer;

/**
 * What a loop is to look at, now or when its time has come. What is not listed costs nothing, however much of it there is.
 * Who looks at an item lists it again if it has to wait. Times are those of {@link System#nanoTime}.
 *
 * <p>{@link #now} may be called from anywhere, the others belong to the loop.
 */
final class Agenda<T> {
    private final Set<T> listed = ConcurrentHashMap.newKeySet();
    private final Queue<T> due = new ConcurrentLinkedQueue<>();
    private final Timetable<T> fixed = new Timetable<>();
    private final Timetable<T> movable = new Timetable<>();

    /** Lists an item behind all that are due; once only, until it is polled. */
    void now(T item) {
        if (listed.add(item)) {
            due.add(item);
        }
    }

    /** Lists an item for this time, unless it is for an earlier one. */
    void at(T item, long nanos) {
        fixed.add(item, nanos);
    }

    /** As {@link #at}, but {@link #hurry} makes it due before that. */
    void by(T item, long nanos) {
        movable.add(item, nanos);
    }

    /** All that is listed with {@link #by} is due now. */
    void hurry() {
        movable.takeAll(this::now);
    }

    /** Takes the next item that is due. */
    Optional<T> poll(long nowNanos) {
        fixed.takeDue(nowNanos, this::now);
        movable.takeDue(nowNanos, this::now);
        var item = due.poll();
        if (item != null) {
            // Before the look: what happens while it lasts asks for another.
            listed.remove(item);
        }
        return Optional.ofNullable(item);
    }

    /** The next time for which an item is listed. */
    OptionalLong nextNanos() {
        var one = fixed.nextNanos();
        var other = movable.nextNanos();
        if (one.isEmpty() || other.isEmpty()) {
            return one.isPresent() ? one : other;
        }
        return one.getAsLong() - other.getAsLong() < 0 ? one : other;
    }

    /** Items with a time each, the earliest that was asked for. */
    private static final class Timetable<T> {
        private final Map<T, Entry<T>> current = new HashMap<>();
        /** With those that gave way to an earlier one: they are left until their time. */
        private final PriorityQueue<Entry<T>> entries = new PriorityQueue<>();

        void add(T item, long nanos) {
            var known = current.get(item);
            if (known == null || nanos - known.nanos() < 0) {
                var entry = new Entry<>(item, nanos);
                current.put(item, entry);
                entries.add(entry);
            }
        }

        void takeDue(long nowNanos, Consumer<T> taker) {
            while (!entries.isEmpty() && nowNanos - entries.peek().nanos() >= 0) {
                takeFirst(taker);
            }
        }

        void takeAll(Consumer<T> taker) {
            while (!entries.isEmpty()) {
                takeFirst(taker);
            }
        }

        private void takeFirst(Consumer<T> taker) {
            var first = entries.remove();
            if (current.remove(first.item(), first)) {
                taker.accept(first.item());
            }
        }

        OptionalLong nextNanos() {
            var first = entries.peek();
            return first == null ? OptionalLong.empty() : OptionalLong.of(first.nanos());
        }
    }

    private record Entry<T>(T item, long nanos) implements Comparable<Entry<T>> {
        @Override
        public int compareTo(Entry<T> other) {
            // Times may overflow.
            return Long.signum(nanos - other.nanos);
        }
    }
}
