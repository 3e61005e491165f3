package io.kontiki.group;

import java.util.Comparator;
import java.util.PriorityQueue;

/** Virtual time, in milliseconds, and what is to happen in it. Events of the same time run in the order they were put in. */
final class SwarmTime {
    private record Event(long at, long number, Runnable action) {}

    private final PriorityQueue<Event> events =
            new PriorityQueue<>(Comparator.comparingLong(Event::at).thenComparingLong(Event::number));
    private long now = 1_000_000;
    private long count;

    long now() {
        return now;
    }

    Moment moment() {
        // Wall clock and monotonic clock begin at different points.
        return new Moment((now - 5_000_000) * 1_000_000, now);
    }

    void at(long time, Runnable action) {
        events.add(new Event(Math.max(time, now), count++, action));
    }

    void after(long delay, Runnable action) {
        at(now + delay, action);
    }

    void step() {
        var event = events.remove();
        now = event.at();
        event.action().run();
    }
}
