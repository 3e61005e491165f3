package io.kontiki.client;

import io.kontiki.client.OffsetCalls.Asker;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Stores offsets one commit after the other, so that a retry of an earlier one never undoes a later one. Thread-safe; a
 * thread of its own makes the calls.
 */
final class Commits implements AutoCloseable {
    private static final int WAITING_MAX = 1000;

    private final OffsetCalls calls;
    private final Duration requestTimeout;
    private final ThreadPoolExecutor thread;

    Commits(OffsetCalls calls, Duration requestTimeout) {
        this.calls = calls;
        this.requestTimeout = requestTimeout;
        this.thread = new ThreadPoolExecutor(
                1,
                1,
                10,
                TimeUnit.SECONDS,
                new ArrayBlockingQueue<>(WAITING_MAX),
                task -> Threads.daemon("kontiki-commits", task));
        thread.allowCoreThreadTimeOut(true);
    }

    /** Stores them behind all that were given before. Fails as {@link Consumer#commit()} does. */
    CompletableFuture<Void> store(Asker asker, Map<TopicPartition, CommittedOffset> offsets) {
        var copy = new TreeMap<>(offsets);
        long deadlineNanos = System.nanoTime() + requestTimeout.toNanos();
        var done = new CompletableFuture<Void>();
        try {
            thread.execute(new Commit(asker, copy, deadlineNanos, done));
        } catch (RejectedExecutionException e) {
            done.completeExceptionally(
                    thread.isShutdown()
                            ? closed(asker)
                            : new KontikiException(
                                    ErrorReason.OVERLOADED,
                                    "commit for group " + asker.groupId() + ": " + WAITING_MAX
                                            + " commits are waiting"));
        }
        return done;
    }

    private static KontikiException closed(Asker asker) {
        return new KontikiException(
                ErrorReason.CLOSED, "commit for group " + asker.groupId() + ": the consumer is closed");
    }

    /** One that waits for its turn. */
    private final class Commit implements Runnable {
        private final Asker asker;
        private final Map<TopicPartition, CommittedOffset> offsets;
        private final long deadlineNanos;
        private final CompletableFuture<Void> done;

        Commit(
                Asker asker,
                Map<TopicPartition, CommittedOffset> offsets,
                long deadlineNanos,
                CompletableFuture<Void> done) {
            this.asker = asker;
            this.offsets = offsets;
            this.deadlineNanos = deadlineNanos;
            this.done = done;
        }

        @Override
        public void run() {
            store(asker, offsets, deadlineNanos, done);
        }
    }

    private void store(
            Asker asker,
            Map<TopicPartition, CommittedOffset> offsets,
            long deadlineNanos,
            CompletableFuture<Void> done) {
        try {
            long leftNanos = deadlineNanos - System.nanoTime();
            if (leftNanos <= 0) {
                throw new KontikiException(
                        ErrorReason.TIMED_OUT, "commit for group " + asker.groupId() + ": earlier ones took too long");
            }
            var results = offsets.isEmpty()
                    ? Map.<TopicPartition, Optional<KontikiException>>of()
                    : calls.commit(asker, offsets, Duration.ofNanos(leftNanos));
            requireAll(asker, results);
            done.complete(null);
        } catch (RuntimeException | Error e) {
            // The consumer waits for this one before it commits by itself again.
            done.completeExceptionally(e);
        }
    }

    private static void requireAll(Asker asker, Map<TopicPartition, Optional<KontikiException>> results) {
        var failures = results.values().stream().flatMap(Optional::stream).toList();
        if (!failures.isEmpty()) {
            var first = failures.get(0);
            var more = failures.size() == 1 ? "" : "; and " + (failures.size() - 1) + " more partitions";
            throw new KontikiException(
                    first.reason(), "group " + asker.groupId() + ": " + first.getMessage() + more, first);
        }
    }

    /** Waits for a commit; throws what it fails with, or TIMED_OUT. */
    static void await(CompletableFuture<Void> commit, Duration timeout) {
        try {
            commit.get(timeout.toNanos(), TimeUnit.NANOSECONDS);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof KontikiException failure) {
                throw new KontikiException(failure.reason(), failure.getMessage(), failure);
            }
            throw new IllegalStateException("commit failed for a defect of the client", e.getCause());
        } catch (TimeoutException e) {
            throw new KontikiException(ErrorReason.TIMED_OUT, "commit not stored within " + timeout, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new KontikiException(ErrorReason.INTERRUPTED, "interrupted while waiting for a commit", e);
        }
    }

    /** Gives up what is waiting, which fails with CLOSED. */
    @Override
    public void close() {
        for (var waiting : thread.shutdownNow()) {
            // Nothing else is ever given to the thread.
            var commit = (Commit) waiting;
            commit.done.completeExceptionally(closed(commit.asker));
        }
    }
}
