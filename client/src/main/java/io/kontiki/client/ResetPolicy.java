package io.kontiki.client;

import java.time.Duration;
import java.util.Optional;

/**
 * What a consumer does when its position is no longer, or not yet, in the log and, in a group, where it starts in a
 * partition in which the group has committed nothing.
 *
 * <p>A topic that was deleted and made again is read from its first record, whatever the policy, unless it is {@link
 * #ERROR}: all its records are new.
 */
public sealed interface ResetPolicy {
    /** Go on at the first readable record. Records may come twice, if the position was beyond the end. */
    ResetPolicy EARLIEST = new ToPosition(Position.earliest());

    /** Go on at the end. Records may be missed. */
    ResetPolicy LATEST = new ToPosition(Position.latest());

    /** {@code poll} fails with {@link ErrorReason#OFFSET_OUT_OF_RANGE}; the position stays until a seek. */
    ResetPolicy ERROR = new Fail();

    /** Go on at the first record that is younger than this, 0 to 36500 days; at the end if there is none. */
    static ResetPolicy ago(Duration age) {
        return new Ago(age);
    }

    /**
     * The place to go on at; empty if there is none.
     *
     * @param nowMs the time, in milliseconds since 1970
     */
    Optional<Position> position(long nowMs);

    /** See {@link #EARLIEST} and {@link #LATEST}. */
    record ToPosition(Position place) implements ResetPolicy {
        @Override
        public Optional<Position> position(long nowMs) {
            return Optional.of(place);
        }
    }

    /** See {@link #ERROR}. */
    record Fail() implements ResetPolicy {
        @Override
        public Optional<Position> position(long nowMs) {
            return Optional.empty();
        }
    }

    /** See {@link #ago}. */
    record Ago(Duration age) implements ResetPolicy {
        private static final Duration MAX_AGE = Duration.ofDays(36_500);

        public Ago {
            Limits.within("age", age, Duration.ZERO, MAX_AGE);
        }

        @Override
        public Optional<Position> position(long nowMs) {
            return Optional.of(Position.timestampMs(Math.max(0, nowMs - age.toMillis())));
        }
    }
}
