package io.kontiki.replication;

import java.util.Comparator;
import java.util.Iterator;
import java.util.PriorityQueue;

/** Appends of one leadership that wait until a bound reaches their end (rule L6). */
final class CommitQueue {
    private record Waiter(long token, long endOffset, long deadlineNanos) {}

    /** By end offset: duplicates of earlier appends (rule D3) come in out of order. */
    private final PriorityQueue<Waiter> waiters =
            new PriorityQueue<>(Comparator.comparingLong(Waiter::endOffset).thenComparingLong(Waiter::token));

    int size() {
        return waiters.size();
    }

    void add(long token, long endOffset, long deadlineNanos) {
        waiters.add(new Waiter(token, endOffset, deadlineNanos));
    }

    /** Completes those that end at or below {@code bound}. */
    void completeUpTo(long bound, Outbox outbox) {
        while (!waiters.isEmpty() && waiters.peek().endOffset <= bound) {
            outbox.add(new Effect.Complete(waiters.poll().token, CommitOutcome.COMMITTED));
        }
    }

    void expire(long nowNanos, CommitOutcome outcome, Outbox outbox) {
        for (Iterator<Waiter> each = waiters.iterator(); each.hasNext(); ) {
            Waiter waiter = each.next();
            if (nowNanos - waiter.deadlineNanos >= 0) {
                each.remove();
                outbox.add(new Effect.Complete(waiter.token, outcome));
            }
        }
    }

    void failAll(CommitOutcome outcome, Outbox outbox) {
        while (!waiters.isEmpty()) {
            outbox.add(new Effect.Complete(waiters.poll().token, outcome));
        }
    }
}
