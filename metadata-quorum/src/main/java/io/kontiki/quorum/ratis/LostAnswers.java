package io.kontiki.quorum.ratis;

import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.apache.ratis.protocol.RaftPeerId;

/**
 * Finds followers whose answer to entries was lost, with the connection that it came by. They have these entries, so Ratis
 * sends none of them again; and as no answer to a heartbeat says what a follower has, their leader takes them for behind
 * until the log has one entry more (decision 31). A follower that writes slowly looks the same: so each further entry for it
 * is due after twice the time. Not thread-safe; times are those of {@link System#nanoTime}.
 */
final class LostAnswers {
    private static final long STAYS_NANOS_MIN = TimeUnit.SECONDS.toNanos(1);
    private static final long STAYS_NANOS_MAX = TimeUnit.SECONDS.toNanos(60);

    /** Between two indices a follower stays, and how long it may before an entry is due. */
    private record Stay(long match, long next, long sinceNanos, long nanosMax) {
        static Stay of(Follower follower, long nowNanos, long nanosMax) {
            return new Stay(follower.match(), follower.next(), nowNanos, nanosMax);
        }

        boolean isOf(Follower follower) {
            return match == follower.match() && next == follower.next();
        }
    }

    private final Map<RaftPeerId, Stay> stays = new HashMap<>();

    /**
     * One look.
     *
     * @param end of the log, exclusive; asked for only if there is a follower to compare with it
     * @return whether one more entry should be appended now
     */
    boolean isEntryDue(Collection<Follower> followers, LongSupplier end, long nowNanos) {
        var missing = followers.stream()
                .filter(LostAnswers::misses)
                // Else there is more to be sent, by entries or as a snapshot, and answered.
                .filter(follower -> follower.next() >= end.getAsLong())
                .toList();
        stays.keySet().retainAll(missing.stream().map(Follower::id).toList());
        boolean due = false;
        for (var follower : missing) {
            due |= isDue(follower, nowNanos);
        }
        return due;
    }

    /** Whether there are entries that it was sent, and has not said to have. */
    private static boolean misses(Follower follower) {
        return follower.match() + 1 < follower.next();
    }

    private boolean isDue(Follower follower, long nowNanos) {
        var stay = stays.get(follower.id());
        if (stay == null || !stay.isOf(follower)) {
            // An entry that did not help moved the next index alone, and is no reason to ask for more of them sooner.
            boolean isSameMatch = stay != null && stay.match() == follower.match();
            stays.put(follower.id(), Stay.of(follower, nowNanos, isSameMatch ? stay.nanosMax() : STAYS_NANOS_MIN));
            return false;
        }
        boolean hasAnswered = nowNanos - follower.silentNanos() - stay.sinceNanos() > 0;
        if (!hasAnswered || nowNanos - stay.sinceNanos() < stay.nanosMax()) {
            return false;
        }
        stays.put(follower.id(), Stay.of(follower, nowNanos, Math.min(2 * stay.nanosMax(), STAYS_NANOS_MAX)));
        return true;
    }

    /** This member leads no more. */
    void clear() {
        stays.clear();
    }
}
