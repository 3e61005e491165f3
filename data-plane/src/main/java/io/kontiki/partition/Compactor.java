package io.kontiki.partition;

import io.kontiki.log.CleaningPace;
import io.kontiki.log.CleaningPlan;
import io.kontiki.log.CleaningReport;
import io.kontiki.log.LogCleaner;
import io.kontiki.log.LogFailedException;
import io.kontiki.log.PartitionLog;
import io.kontiki.log.RememberedBatches;
import io.kontiki.record.InvalidBatchException;
import io.kontiki.storage.StorageException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.WeakHashMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Compacts the logs of a directory that ask for it, on threads of its own: an overdue one first, else the one with the greatest share of
 * bytes that are not compacted. A log in which a pass finds damage is left alone from then on and told; others go on.
 */
final class Compactor implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Compactor.class);
    private static final long ANSWER_POLL_MILLIS = 100;
    private static final int ANSWER_POLLS_MAX = 300;

    private final Supplier<? extends Collection<? extends Target>> targets;
    private final CompactionSettings settings;
    private final LongSupplier nanoTime;
    private final InstantSource clock;
    private final DiskThrottle throttle;
    private final List<Thread> threads = new ArrayList<>();
    /** Logs that a thread works on. Guarded by this. */
    private final Set<PartitionLog> busy = Collections.newSetFromMap(new WeakHashMap<>());
    /** Logs with damage. Guarded by this. */
    private final Set<PartitionLog> uncleanable = Collections.newSetFromMap(new WeakHashMap<>());

    private final LongAdder passes = new LongAdder();
    private final LongAdder removedRecords = new LongAdder();
    private volatile boolean running = true;

    /** A log that may be compacted. Any thread may call. */
    interface Target {
        /** For people. */
        String name();

        PartitionLog log();

        /** Offset below which records are committed. */
        long highWatermark();

        /** Whether every replica has what is committed: only then tombstones may go. */
        boolean isWhole();

        /** Runs something on the log's writer thread; it is dropped if that has ended. */
        void execute(Runnable onWriter);

        /** A pass found a batch damaged. */
        void onDamage(InvalidBatchException damage);

        /** The disk failed in a pass. */
        void onFailure(StorageException failure);
    }

    /**
     * Begins at once.
     *
     * @param targets gives the logs that there are at the time
     * @param threads makes the settings' number of threads
     * @param throttle may be shared with others
     */
    Compactor(
            Supplier<? extends Collection<? extends Target>> targets,
            CompactionSettings settings,
            ThreadFactory threads,
            DiskThrottle throttle,
            LongSupplier nanoTime,
            InstantSource clock) {
        this.targets = targets;
        this.settings = settings;
        this.nanoTime = nanoTime;
        this.clock = clock;
        this.throttle = throttle;
        for (int i = 0; i < settings.threads(); i++) {
            Thread thread = threads.newThread(this::run);
            this.threads.add(thread);
            thread.start();
        }
    }

    /** Passes that came to their end. */
    long passes() {
        return passes.sum();
    }

    /** Records that compaction has taken out of logs. */
    long removedRecords() {
        return removedRecords.sum();
    }

    /** Logs that are left alone because of damage. */
    synchronized int uncleanableLogs() {
        return uncleanable.size();
    }

    private void run() {
        while (running) {
            boolean worked = false;
            try {
                Optional<? extends Target> picked = pick();
                worked = picked.isPresent() && cleanAndRelease(picked.get());
            } catch (RuntimeException | Error e) {
                LOG.error("Compaction failed in a way that was not foreseen", e);
            }
            if (!worked) {
                pause(settings.backoff().toNanos());
            }
        }
    }

    /** Looks without the lock, as each look may wait for the disk; so another thread may have been faster. */
    private Optional<? extends Target> pick() {
        Target best = null;
        CleaningPlan bestPlan = null;
        for (Target next : targets.get()) {
            if (!isFree(next.log())) {
                continue;
            }
            Optional<CleaningPlan> plan = plan(next, next.highWatermark());
            if (plan.isPresent() && plan.get().isDue() && (best == null || isMoreUrgent(plan.get(), bestPlan))) {
                best = next;
                bestPlan = plan.get();
            }
        }
        return Optional.ofNullable(best).filter(target -> take(target.log()));
    }

    private synchronized boolean isFree(PartitionLog log) {
        return LogCleaner.isEnabledFor(log) && !log.isFailed() && !busy.contains(log) && !uncleanable.contains(log);
    }

    private synchronized boolean take(PartitionLog log) {
        return isFree(log) && busy.add(log);
    }

    private static boolean isMoreUrgent(CleaningPlan plan, CleaningPlan than) {
        return plan.isOverdue() != than.isOverdue() ? plan.isOverdue() : plan.dirtyRatio() > than.dirtyRatio();
    }

    private Optional<CleaningPlan> plan(Target target, long limitOffset) {
        try {
            return Optional.of(LogCleaner.plan(target.log(), limitOffset, target.isWhole(), clock.millis()));
        } catch (StorageException | InvalidBatchException e) {
            // It may be closed or cut just now. If it is damage, whoever reads there finds out.
            LOG.debug("Cannot look at {} for compaction", target.name(), e);
            return Optional.empty();
        }
    }

    private boolean cleanAndRelease(Target target) {
        try {
            return clean(target);
        } catch (InvalidBatchException damage) {
            LOG.error("Compaction leaves {} alone from now on: {}", target.name(), damage.getMessage());
            synchronized (this) {
                uncleanable.add(target.log());
            }
            target.onDamage(damage);
            return true;
        } catch (StorageException failure) {
            LOG.error("Compaction of {} failed", target.name(), failure);
            target.onFailure(failure);
            return false;
        } catch (LogFailedException | IllegalStateException offline) {
            LOG.warn("Compaction of {} ended: {}", target.name(), offline.getMessage());
            return false;
        } finally {
            synchronized (this) {
                busy.remove(target.log());
            }
        }
    }

    /** What a pass must know from the writer thread. */
    private record FromWriter(RememberedBatches remembered, long lastStableOffset) {}

    /** @return whether there may be more to do at once */
    private boolean clean(Target target) {
        PartitionLog log = target.log();
        CompletableFuture<FromWriter> asked = new CompletableFuture<>();
        target.execute(() ->
                asked.complete(new FromWriter(LogCleaner.remember(log), log.lastStableOffset(target.highWatermark()))));
        Optional<FromWriter> answer = await(asked);
        if (answer.isEmpty()) {
            return false;
        }
        Optional<CleaningPlan> plan = plan(target, answer.get().lastStableOffset());
        if (plan.isEmpty() || !plan.get().isDue()) {
            return false;
        }
        CleaningPace pace = this::spend;
        long mapBytes = settings.dedupeBufferBytes() / settings.threads();
        CleaningReport report =
                new LogCleaner(log, plan.get(), pace, mapBytes).run(answer.get().remembered(), clock.millis());
        removedRecords.add(report.removedRecords());
        LOG.info("Compacted {}: {}", target.name(), report);
        if (report.outcome() != CleaningReport.Outcome.COMPLETE) {
            return false;
        }
        passes.increment();
        return true;
    }

    private Optional<FromWriter> await(CompletableFuture<FromWriter> asked) {
        for (int i = 0; running && i < ANSWER_POLLS_MAX; i++) {
            try {
                return Optional.of(asked.get(ANSWER_POLL_MILLIS, TimeUnit.MILLISECONDS));
            } catch (TimeoutException waitOn) {
                continue;
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return Optional.empty();
            } catch (ExecutionException e) {
                throw new IllegalStateException(e.getCause());
            }
        }
        return Optional.empty();
    }

    private boolean spend(int bytes) {
        return throttle.spend(bytes, nanoTime, nanos -> {
            pause(nanos);
            return running && !Thread.currentThread().isInterrupted();
        });
    }

    /** Not by interrupt: that would close files under other threads. */
    private void pause(long nanos) {
        long end = nanoTime.getAsLong() + nanos;
        synchronized (threads) {
            long left = nanos;
            while (running && left > 0) {
                try {
                    TimeUnit.NANOSECONDS.timedWait(threads, left);
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                    return;
                }
                left = end - nanoTime.getAsLong();
            }
        }
    }

    /** Ends passes between two batches, and the threads. */
    @Override
    public void close() {
        running = false;
        synchronized (threads) {
            threads.notifyAll();
        }
        for (Thread thread : threads) {
            try {
                thread.join(TimeUnit.SECONDS.toMillis(10));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
