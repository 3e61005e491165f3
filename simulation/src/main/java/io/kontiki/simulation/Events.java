package io.kontiki.simulation;

import io.kontiki.proto.v1.ErrorReason;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
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

    /** What a client was told. */
    void note(ErrorReason reason) {
        switch (reason) {
            case ERROR_REASON_OUT_OF_ORDER_SEQUENCE -> note(Event.GAP_REFUSED);
            case ERROR_REASON_LEASE_EXPIRED -> note(Event.LEASE_EXPIRED);
            case ERROR_REASON_NOT_ENOUGH_REPLICAS -> note(Event.TOO_FEW_IN_SYNC);
            case ERROR_REASON_LEADER_CHANGED_AFTER_APPEND -> note(Event.LEADER_CHANGED_AFTER_APPEND);
            default -> {
                // Of no interest.
            }
        }
    }

    /** Adds those of another run. */
    public void add(Events other) {
        other.counts.forEach((event, count) -> counts.merge(event, count, Long::sum));
    }

    /** By event; those that never happened, too. */
    public Map<Event, Long> counts() {
        return Collections.unmodifiableMap(counts);
    }

    /** Those that never happened. */
    public List<Event> missing() {
        return counts.entrySet().stream()
                .filter(entry -> entry.getValue() == 0)
                .map(Map.Entry::getKey)
                .toList();
    }

    @Override
    public String toString() {
        return counts.toString();
    }
}
