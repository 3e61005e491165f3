package io.kontiki.client;

import io.kontiki.client.OffsetCalls.Asker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Stores offsets one commit after the other, so that a retry of an earlier one never undoes a later one. Those that wait
 * while one is under way go together in the next call. Thread-safe; a thread of its own makes the calls.
 */
final class Commits implements AutoCloseable {
    private static final int WAITING_MAX = 1000;
    /** Of commits that go together. */
    private static final int PARTITIONS_MAX = 10_000;

    /** See {@link OffsetCalls#commit}. */
    interface Call {
        Map<TopicPartition, Optional<KontikiException>> commit(
                Asker asker, Map<TopicPartition, CommittedOffset> offsets, Duration timeout);
    }

    private final Call call;
    private final Duration requestTimeout;
    private final BlockingQueue<Runnable> waiting = new ArrayBlockingQueue<>(WAITING_MAX);
    private final ThreadPoolExecutor thread;

    Commits(Call call, Duration requestTimeout) {
        this.call = call;
        this.requestTimeout = requestTimeout;
        this.thread = new ThreadPoolExecutor(
                1, 1, 10, TimeUnit.SECONDS, waiting, task -> Threads.daemon("kontiki-commits", task));
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
            store(this);
        }
    }

    private void store(Commit first) {
        var together = new ArrayList<>(List.of(first));
        try {
            long leftNanos = first.deadlineNanos - System.nanoTime();
            if (leftNanos <= 0) {
                throw new KontikiException(
                        ErrorReason.TIMED_OUT,
                        "commit for group " + first.asker.groupId() + ": earlier ones took too long");
            }
            var offsets = join(together);
            var results = offsets.isEmpty()
                    ? Map.<TopicPartition, Optional<KontikiException>>of()
                    : call.commit(first.asker, offsets, Duration.ofNanos(leftNanos));
            together.forEach(commit -> settle(commit, results));
        } catch (RuntimeException | Error e) {
            // The consumer waits for these before it commits by itself again.
            together.forEach(commit -> commit.done.completeExceptionally(e));
        }
    }

    /** Takes what waits behind the commit on the same behalf. Of a partition in several of them the last offset counts. */
    private Map<TopicPartition, CommittedOffset> join(List<Commit> together) {
        var first = together.get(0);
        var offsets = new TreeMap<>(first.offsets);
        while (waiting.peek() instanceof Commit next
                && next.asker.equals(first.asker)
                && offsets.size() + next.offsets.size() <= PARTITIONS_MAX
                && waiting.remove(next)) {
            offsets.putAll(next.offsets);
            together.add(next);
        }
        return offsets;
    }

    private static void settle(Commit commit, Map<TopicPartition, Optional<KontikiException>> results) {
        var failures = commit.offsets.keySet().stream()
                .flatMap(partition -> results.get(partition).stream())
                .toList();
        if (failures.isEmpty()) {
            commit.done.complete(null);
            return;
        }
        var first = failures.get(0);
        var more = failures.size() == 1 ? "" : "; and " + (failures.size() - 1) + " more partitions";
        commit.done.completeExceptionally(new KontikiException(
                first.reason(), "group " + commit.asker.groupId() + ": " + first.getMessage() + more, first));
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
        for (var left : thread.shutdownNow()) {
            // Nothing else is ever given to the thread.
            var commit = (Commit) left;
            commit.done.completeExceptionally(closed(commit.asker));
        }
    }
}
