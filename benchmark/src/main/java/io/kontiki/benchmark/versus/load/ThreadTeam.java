package io.kontiki.benchmark.versus.load;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Threads that do parts of one thing at once. Belongs to one thread. */
final class ThreadTeam implements AutoCloseable {
    private final ExecutorService threads;

    /** @param count of threads, so that as many parts run at once */
    ThreadTeam(int count) {
        this.threads = Executors.newFixedThreadPool(count);
    }

    /**
     * Returns when all parts are done, with what came of them.
     *
     * @throws IllegalStateException if one of them failed
     */
    <T> List<T> run(List<Callable<T>> parts) {
        try {
            List<T> results = new ArrayList<>();
            for (Future<T> part : threads.invokeAll(parts)) {
                results.add(part.get());
            }
            return results;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        } catch (ExecutionException e) {
            throw new IllegalStateException("one of the threads failed", e.getCause());
        }
    }

    @Override
    public void close() {
        threads.shutdownNow();
    }
}
