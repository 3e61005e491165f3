package io.kontiki.group;

import io.kontiki.proto.v1.ErrorReason;
import java.util.Optional;

/**
 * How long this broker may answer members and calls (rule L16): until then no other broker coordinates what this one's image
 * gives to it, but for slots that are moved to balance load.
 */
final class CoordinatorLease {
    private final int brokerId;
    private Optional<Long> endNanos = Optional.empty();
    private boolean lost = true;

    CoordinatorLease(int brokerId) {
        this.brokerId = brokerId;
    }

    /** The quorum granted it anew. Whether it had been given up before. */
    boolean renew(long untilNanos, Moment now) {
        endNanos = Optional.of(untilNanos);
        boolean back = lost && holds(now);
        lost &= !back;
        return back;
    }

    boolean holds(Moment now) {
        return goneFor(now) < 0;
    }

    /** Gives it up if it has been over for that long; whether that is news. */
    boolean giveUpAfter(long nanos, Moment now) {
        boolean news = !lost && goneFor(now) >= nanos;
        lost |= news;
        return news;
    }

    /** Why nobody is answered. */
    Refusal expired() {
        return new Refusal(
                ErrorReason.ERROR_REASON_LEASE_EXPIRED,
                "broker " + brokerId + " has not reached the controller for so long that another one may coordinate"
                        + " its groups");
    }

    private long goneFor(Moment now) {
        return endNanos.map(end -> now.nanos() - end).orElse(Long.MAX_VALUE);
    }
}
