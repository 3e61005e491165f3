package io.kontiki.replication;

import java.util.Objects;
import java.util.OptionalInt;

/** Whether a request may go on at this replica. A refusal is definite: nothing was written. */
public sealed interface Admission {
    /**
     * Go on.
     *
     * @param leaderEpoch the epoch to stamp batches with
     */
    record Granted(int leaderEpoch) implements Admission {}

    /**
     * Answer the error.
     *
     * @param reason why
     * @param leader id of the broker that leads, as far as known here
     * @param leaderEpoch the newest leader epoch known here, or -1
     */
    record Refused(Reason reason, OptionalInt leader, int leaderEpoch) implements Admission {
        public Refused {
            Objects.requireNonNull(reason);
            Objects.requireNonNull(leader);
        }
    }

    /** Names as in the public API's error reasons. */
    enum Reason {
        /** Another broker leads; it is named. */
        NOT_LEADER,
        /** No leader is known now, or this broker is not ready to lead yet. */
        LEADER_UNKNOWN,
        /** The caller's leader epoch is older (rule L14). */
        FENCED_LEADER_EPOCH,
        /** The caller's leader epoch is newer (rule L14). */
        UNKNOWN_LEADER_EPOCH,
        /** Fewer in-sync replicas than {@code minIsr} (rule L3). */
        NOT_ENOUGH_REPLICAS,
        /** A new leader does not know yet how far the log is committed (rule L13). */
        OFFSET_NOT_AVAILABLE,
        /** The quorum may have fenced this broker meanwhile (rule L16). */
        LEASE_EXPIRED,
        /** The replica stopped after a fault. */
        STORAGE_ERROR,
        /** Too many appends wait for their acknowledgement. */
        OVERLOADED
    }
}
