package io.kontiki.service;

import java.util.concurrent.atomic.AtomicLong;

/**
 * How many bytes answers to consumers may take that have not reached them, all streams together: consumers that ask for
 * much and never read cost no more than this. Any thread.
 */
final class FetchBudget {
    private final AtomicLong available;

    /** @param bytes at least 1 */
    FetchBudget(long bytes) {
        this.available = new AtomicLong(bytes);
    }

    /** @return bytes granted: {@code wanted} if that much is left, else what is left, perhaps 0 */
    long take(long wanted) {
        while (true) {
            long left = available.get();
            long granted = Math.max(0, Math.min(left, wanted));
            if (granted == 0 || available.compareAndSet(left, left - granted)) {
                return granted;
            }
        }
    }

    /** Books what goes beyond a grant: a first batch is always read whole, and errors are always told. */
    void overdraw(long bytes) {
        available.addAndGet(-bytes);
    }

    void giveBack(long bytes) {
        available.addAndGet(bytes);
    }
}
