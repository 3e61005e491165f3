package io.kontiki.partition;

import io.kontiki.log.RangeDigest;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * What one pass over a leader's log learns of its followers' copies, range by range (rule R14). No I/O; one thread.
 *
 * <pre>
 *                 all ranges equal
 *   compared ----------------------------> equal: what was known of it before is over
 *      |      a range could not be asked
 *      +---------------------------------> unknown: what was known of it before holds
 *      |      a range differs
 *      +---------------------------------> divergent
 * </pre>
 */
final class CopyComparison {
    private final Set<Integer> compared;
    private final Set<Integer> divergent = new TreeSet<>();

    /** @param followers those in sync with the leader now */
    CopyComparison(Collection<Integer> followers) {
        this.compared = new TreeSet<>(followers);
    }

    /** Whom to ask about the next range. */
    List<Integer> followers() {
        return List.copyOf(compared);
    }

    /**
     * Judges one range.
     *
     * @param own what the leader holds there
     * @return whether the follower holds something else, though each batch of both has a right checksum. It is asked no more
     *     in this pass
     */
    boolean differs(int follower, RangeDigest own, DigestAnswer answer) {
        if (answer instanceof DigestAnswer.Refused) {
            compared.remove(follower);
            return false;
        }
        if (((DigestAnswer.Digest) answer).sha256().equals(own.sha256())) {
            return false;
        }
        compared.remove(follower);
        divergent.add(follower);
        return true;
    }

    /**
     * Whose copies differ, as far as is known after the pass.
     *
     * @param before what was known before it
     * @param replicas those that the partition has now
     * @param toTheEnd whether the pass came to its end
     */
    Set<Integer> divergent(Set<Integer> before, Collection<Integer> replicas, boolean toTheEnd) {
        Set<Integer> known = new TreeSet<>(before);
        if (toTheEnd) {
            known.removeAll(compared);
        }
        known.addAll(divergent);
        known.retainAll(replicas);
        return known;
    }
}
