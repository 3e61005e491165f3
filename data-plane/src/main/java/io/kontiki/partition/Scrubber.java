package io.kontiki.partition;

import io.kontiki.log.LogScrub;
import io.kontiki.partition.DigestAnswer.Reason;
import io.kontiki.record.InvalidBatchException;
import io.kontiki.storage.StorageException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks, from time to time and slowly, whether the closed segments of all logs in one directory still are what was written,
 * and whether followers hold the same (rule R14), on a thread of its own. A replica with damage steps aside as if a reader
 * had met it (rule L12).
 *
 * <p>On the same thread, and as slowly, it answers the leaders of this broker's followers. It does so between two batches of
 * its own pass, and while it waits for other brokers: two that ask each other wait for none.
 */
final class Scrubber implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Scrubber.class);
    /** Until the logs are open. */
    private static final long FIRST_PASS_NANOS = TimeUnit.MINUTES.toNanos(1);

    private static final long ANSWER_POLL_NANOS = TimeUnit.MILLISECONDS.toNanos(100);
    /** Each leader's broker asks one thing at a time for each of its directories. */
    private static final int ASKED_MAX = 64;

    /** What another broker waits for. */
    private record Asked(Partition partition, DigestQuestion question, CompletableFuture<DigestAnswer> answer) {
        void refuse() {
            answer.complete(DigestAnswer.refused(Reason.BUSY));
        }
    }

    private final LogDir dir;
    private final Supplier<? extends Collection<Partition>> partitions;
    private final CopyCheck copies;
    private final long intervalNanos;
    private final LongSupplier nanoTime;
    private final DiskThrottle throttle;
    private final BlockingQueue<Asked> asked = new ArrayBlockingQueue<>(ASKED_MAX);
    private final CountDownLatch ended = new CountDownLatch(1);
    private final LongAdder scrubbedBytes = new LongAdder();
    private final AtomicInteger remainingLogs = new AtomicInteger();
    private final Thread thread;

    /**
     * @param dir whose logs it looks through
     * @param partitions those of the moment, in any directory; any thread
     * @param throttle bounds what the scrubbers of all directories read together
     */
    Scrubber(
            LogDir dir,
            Supplier<? extends Collection<Partition>> partitions,
            CopyCheck copies,
            long intervalNanos,
            DiskThrottle throttle,
            LongSupplier nanoTime) {
        this.dir = dir;
        this.partitions = partitions;
        this.copies = copies;
        this.intervalNanos = intervalNanos;
        this.nanoTime = nanoTime;
        this.throttle = throttle;
        this.thread = dir.threads("kontiki-log-scrub").newThread(this::run);
        thread.start();
    }

    /** Bytes read, also for other brokers, since the start. */
    long scrubbedBytes() {
        return scrubbedBytes.sum();
    }

    /** Logs that the pass under way has not looked through yet; 0 between two. */
    int remainingLogs() {
        return remainingLogs.get();
    }

    /** Answers another broker when there is time. Any thread. */
    CompletableFuture<DigestAnswer> answer(Partition partition, DigestQuestion question) {
        Asked next = new Asked(partition, question, new CompletableFuture<>());
        if (!asked.offer(next) || ended.getCount() == 0) {
            next.refuse();
        }
        return next.answer();
    }

    private void run() {
        boolean over = pauseAndAnswer(Math.min(intervalNanos, FIRST_PASS_NANOS));
        while (!over) {
            long startNanos = nanoTime.getAsLong();
            pass();
            over = pauseAndAnswer(Math.max(0, startNanos + intervalNanos - nanoTime.getAsLong()));
        }
    }

    /** In another order each time, so that a broker that often starts anew gets round to all of them. */
    private void pass() {
        List<Partition> here = new ArrayList<>(
                partitions.get().stream().filter(each -> each.dir() == dir).toList());
        Collections.shuffle(here);
        remainingLogs.set(here.size());
        for (Partition partition : here) {
            if (ended.getCount() == 0) {
                return;
            }
            if (!dir.isOffline() && partition.dir() == dir) {
                scrub(partition);
            }
            remainingLogs.decrementAndGet();
        }
    }

    private void scrub(Partition partition) {
        try {
            LogScrub.Report report = partition.scrub(this::spend);
            if (report.indexesReplaced() > 0) {
                LOG.warn("Scrub of {}: {} wrong indexes were made again", partition.name(), report.indexesReplaced());
            }
            if (report.damage().isPresent()) {
                onDamage(partition, report.damage().get());
            } else {
                copies.run(partition, this::spend, this::await);
            }
        } catch (InvalidBatchException e) {
            onDamage(partition, e);
        } catch (StorageException e) {
            LOG.error("Scrub cannot read {}", partition.name(), e);
            partition.onUnreadable(e);
        } catch (RuntimeException | InternalError e) {
            LOG.error("Scrub of {} failed in a way that was not foreseen", partition.name(), e);
        }
    }

    private void onDamage(Partition partition, InvalidBatchException damage) {
        LOG.error("Scrub of {}: {}", partition.name(), damage.getMessage());
        partition.onUnreadable(damage);
    }

    // ---- Time

    /** Pace of the own pass. */
    private boolean spend(int bytes) {
        scrubbedBytes.add(bytes);
        return throttle.spend(bytes, nanoTime, nanos -> !pauseAndAnswer(nanos));
    }

    /** Pace of an answer. */
    private boolean spendOnAnswer(int bytes) {
        scrubbedBytes.add(bytes);
        return throttle.spend(bytes, nanoTime, nanos -> !pause(nanos));
    }

    private Optional<DigestAnswer> await(CompletableFuture<DigestAnswer> answer) {
        while (!answer.isDone()) {
            if (pauseAndAnswer(ANSWER_POLL_NANOS)) {
                return Optional.empty();
            }
        }
        return Optional.of(answer.join());
    }

    /** Whether the end came meanwhile. */
    private boolean pauseAndAnswer(long nanos) {
        long untilNanos = nanoTime.getAsLong() + nanos;
        try {
            while (ended.getCount() > 0) {
                long left = Math.min(untilNanos - nanoTime.getAsLong(), ANSWER_POLL_NANOS);
                Asked next = left > 0 ? asked.poll(left, TimeUnit.NANOSECONDS) : asked.poll();
                if (next != null) {
                    answer(next);
                } else if (left <= 0) {
                    return false;
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return true;
    }

    private void answer(Asked next) {
        if (next.partition().dir() != dir) {
            // It moved away, and this thread must not wait for another directory.
            next.refuse();
            return;
        }
        try {
            next.answer().complete(next.question().answer(next.partition(), this::spendOnAnswer));
        } catch (RuntimeException | InternalError e) {
            // A defect, which the call's end tells of.
            next.answer().completeExceptionally(e);
        }
    }

    /** Whether the end came meanwhile. Not by interrupt: that would close files under other threads. */
    private boolean pause(long nanos) {
        try {
            return ended.await(nanos, TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return true;
        }
    }

    /** Ends a pass between two batches, and the thread. */
    @Override
    public void close() {
        ended.countDown();
        try {
            thread.join(TimeUnit.SECONDS.toMillis(10));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        for (Asked next = asked.poll(); next != null; next = asked.poll()) {
            next.refuse();
        }
    }
}
