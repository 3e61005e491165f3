package io.kontiki.quorum;

import java.util.ArrayList;
import java.util.List;

/** Remembers leadership events in order, as "leading 3", "lost", "leader 1". */
public final class RecordedLeadership implements LeadershipListener {
    private final List<String> events = new ArrayList<>();

    @Override
    public synchronized void onLeading(long term) {
        events.add("leading " + term);
    }

    @Override
    public synchronized void onLeadershipLost() {
        events.add("lost");
    }

    @Override
    public synchronized void onLeaderKnown(int leaderId) {
        events.add("leader " + leaderId);
    }

    public synchronized List<String> events() {
        return List.copyOf(events);
    }

    /** What was told of this node's own leadership. */
    public List<String> own() {
        return events().stream().filter(event -> !event.startsWith("leader ")).toList();
    }
}
