package io.kontiki.partition;

import io.kontiki.replication.ReplicaRole;
import java.util.Set;

/**
 * Followers that hold other records than their leader, by nobody's checksum wrong (rule R14): nobody knows which copy is
 * right, so nothing of it may go.
 *
 * @param leaderEpoch of the leader that found out; the next one starts without suspicion
 * @param followers broker ids
 */
record DivergentCopies(int leaderEpoch, Set<Integer> followers) {
    static final DivergentCopies NONE = new DivergentCopies(-1, Set.of());

    DivergentCopies {
        followers = Set.copyOf(followers);
    }

    /** Those that count under this leadership. */
    Set<Integer> followersIn(ReadView view) {
        return view.role() == ReplicaRole.LEADER && view.leaderEpoch() == leaderEpoch ? followers : Set.of();
    }
}
