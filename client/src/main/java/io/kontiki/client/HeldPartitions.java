package io.kontiki.client;

import io.kontiki.client.MembershipView.Assignment;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * What the consumer of a {@link Membership} may be reading, by the assignments that it was offered and those that it said it
 * had taken; and whether the group waits to hear that something is let go of. Pure, not thread-safe.
 */
final class HeldPartitions {
    /** How many assignments are told apart while the consumer does not look; it takes the last one only. */
    private static final int OFFERED_MAX = 32;

    private Optional<Assignment> latest = Optional.empty();
    /** What it took last, and what it was offered since. */
    private SortedSet<TopicPartition> mayHold = new TreeSet<>();
    /** Assignments that the consumer may be taking now, those after the last one that it has; oldest first. */
    private final Deque<Assignment> offered = new ArrayDeque<>();

    private boolean releaseDue;

    Optional<Assignment> latest() {
        return latest;
    }

    SortedSet<TopicPartition> mayHold() {
        return mayHold;
    }

    /** All is lost or let go of. */
    void clear() {
        latest = Optional.empty();
        offered.clear();
        releaseDue = false;
        mayHold = new TreeSet<>();
    }

    /** An assignment has come. */
    void offer(Assignment assignment) {
        latest = Optional.of(assignment);
        offered.addLast(assignment);
        if (offered.size() > OFFERED_MAX) {
            mergeOldest();
        }
        mayHold.addAll(assignment.partitions());
        releaseDue |= clings();
    }

    /** Held for taken until a later one is, whichever of the two the consumer may be taking. */
    private void mergeOldest() {
        var both = new TreeSet<>(offered.removeFirst().partitions());
        var later = offered.removeFirst();
        both.addAll(later.partitions());
        offered.addFirst(new Assignment(later.number(), later.memberEpoch(), both));
    }

    /**
     * The consumer owns just what this assignment has.
     *
     * @return whether that is news: not what an earlier life was assigned
     */
    boolean take(long number) {
        if (latest.isEmpty()) {
            return false;
        }
        Assignment taken = latest.get();
        while (!offered.isEmpty() && offered.peekFirst().number() <= number) {
            taken = offered.removeFirst();
        }
        if (taken.number() != number) {
            return false;
        }
        mayHold = new TreeSet<>(taken.partitions());
        offered.forEach(later -> mayHold.addAll(later.partitions()));
        releaseDue |= clings();
        return true;
    }

    /** Whether the consumer may be reading what it is not to own. */
    boolean clings() {
        return latest.isPresent() && !latest.get().partitions().containsAll(mayHold);
    }

    /** Whether the group waits to hear that something was let go of, and it was. */
    boolean isReleaseDue() {
        return releaseDue && offered.isEmpty();
    }

    /** The group is told what may be held; it waits on if that is more than is to be. */
    void onTold() {
        releaseDue &= clings();
    }
}
