package io.kontiki.simulation;

import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;

/** How often each event happened. */
public final class Events {
    private final Map<Event, Long> counts = new EnumMap<>(Event.class);

    /** Counts none yet. */
    public Events() {
        for (Event event : Event.values()) {
            counts.put(event, 0L);
        }
    }

    void note(Event event) {
        counts.merge(event, 1L, Long::sum);
    }

    /** Adds those of another run. */
    public void add(Events other) {
        other.counts.forEach((event, count) -> counts.merge(event, count, Long::sum));
    }

    /** By event; those that never happened, too. */
    public Map<Event, Long> counts() {
        return Collections.unmodifiableMap(counts);
    }

    @Override
    public String toString() {
        return counts.toString();
    }
}
