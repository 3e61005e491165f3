package io.kontiki.quorum;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/** Closes many things at once: each Ratis server waits up to a second for its log's thread, however little it has to do. */
public final class Together {
    private Together() {}

    /** Returns when all are closed; fails as the first of them that failed. */
    public static void close(Collection<? extends AutoCloseable> all) {
        List<Exception> failures = new ArrayList<>();
        List<Thread> threads = all.stream()
                .map(one -> new Thread(() -> {
                    try {
                        one.close();
                    } catch (Exception e) {
                        synchronized (failures) {
                            failures.add(e);
                        }
                    }
                }))
                .toList();
        threads.forEach(Thread::start);
        try {
            for (Thread thread : threads) {
                thread.join();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while things close", e);
        }
        if (!failures.isEmpty()) {
            throw new IllegalStateException("did not close", failures.get(0));
        }
    }
}
