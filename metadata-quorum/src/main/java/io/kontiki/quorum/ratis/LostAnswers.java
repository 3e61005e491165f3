package io.kontiki.quorum.ratis;

import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.ratis.protocol.RaftPeerId;

/**
 * Finds followers whose answer to the last entries was lost, with the connection that it came by. They have these entries,
 * so Ratis sends none again; and as no answer to a heartbeat says what a follower has, their leader takes them for behind
 * until the log has one entry more (decision 31). A follower that is really behind looks the same: so each further entry for
 * it is due after twice the time. Not thread-safe; times are those of {@link System#nanoTime}.
 */
final class LostAnswers {
    private static final long STAYS_NANOS_MIN = TimeUnit.SECONDS.toNanos(1);
    private static final long STAYS_NANOS_MAX = TimeUnit.SECONDS.toNanos(60);

    /** A follower that is said to stay at an index, and how long it may before an entry is due. */
    private record Stay(long match, long sinceNanos, long nanosMax) {}

    private final Map<RaftPeerId, Stay> stays = new HashMap<>();

    /**
     * One look.
     *
     * @param matches index up to which each follower that answers is known to have the log
     * @param last index of the last entry
     * @return whether one more entry should be appended now
     */
    boolean isEntryDue(Map<RaftPeerId, Long> matches, long last, long nowNanos) {
        stays.keySet().removeIf(id -> matches.getOrDefault(id, last) >= last);
        boolean due = false;
        for (var each : matches.entrySet()) {
            if (each.getValue() < last) {
                due |= isDue(each.getKey(), each.getValue(), nowNanos);
            }
        }
        return due;
    }

    private boolean isDue(RaftPeerId id, long match, long nowNanos) {
        var stay = stays.get(id);
        if (stay == null || stay.match() != match) {
            stays.put(id, new Stay(match, nowNanos, STAYS_NANOS_MIN));
            return false;
        }
        if (nowNanos - stay.sinceNanos() < stay.nanosMax()) {
            return false;
        }
        stays.put(id, new Stay(match, nowNanos, Math.min(2 * stay.nanosMax(), STAYS_NANOS_MAX)));
        return true;
    }

    /** This member leads no more. */
    void clear() {
        stays.clear();
    }
}
