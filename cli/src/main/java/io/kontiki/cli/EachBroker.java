package io.kontiki.cli;

import io.kontiki.client.KontikiException;
import java.time.Duration;
import java.util.Collection;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.IntFunction;

/** Asks brokers all at once, with one limit of time for all of them: one that hangs does not hold up the others. */
final class EachBroker {
    /** A larger cluster is asked so many at a time. */
    private static final int AT_ONCE_MAX = 256;

    /** Both by the broker's id: what was answered, and why there is no answer. */
    record Answers<T>(SortedMap<Integer, T> told, SortedMap<Integer, String> silent) {}

    private EachBroker() {}

    /**
     * Waits until all have answered, or the time is over.
     *
     * @param question asks one broker, on a thread of its own; interrupted when the time is over
     * @throws KontikiException if one says that the question itself is wrong
     */
    static <T> Answers<T> ask(Collection<Integer> brokers, Duration limit, IntFunction<T> question) {
        var threads = Executors.newFixedThreadPool(Math.max(1, Math.min(AT_ONCE_MAX, brokers.size())), work -> {
            var thread = new Thread(work, "kontiki-ask");
            thread.setDaemon(true);
            return thread;
        });
        try {
            return ask(brokers, limit, question, threads);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Failure(ExitCode.INTERRUPTED, "interrupted while brokers were asked", "", e);
        } finally {
            threads.shutdownNow();
        }
    }

    private static <T> Answers<T> ask(
            Collection<Integer> brokers, Duration limit, IntFunction<T> question, ExecutorService threads)
            throws InterruptedException {
        long endNanos = System.nanoTime() + limit.toNanos();
        var asked = new TreeMap<Integer, Future<T>>();
        brokers.forEach(broker -> asked.put(broker, threads.submit(() -> question.apply(broker))));
        var told = new TreeMap<Integer, T>();
        var silent = new TreeMap<Integer, String>();
        for (var each : asked.entrySet()) {
            try {
                long leftNanos = Math.max(0, endNanos - System.nanoTime());
                told.put(each.getKey(), each.getValue().get(leftNanos, TimeUnit.NANOSECONDS));
            } catch (TimeoutException e) {
                silent.put(each.getKey(), "did not answer within " + words(limit));
            } catch (ExecutionException e) {
                silent.put(each.getKey(), reason(e.getCause()));
            }
        }
        return new Answers<>(told, silent);
    }

    /** A limit in words. */
    static String words(Duration limit) {
        long millis = limit.toMillis();
        return millis % TimeUnit.SECONDS.toMillis(1) == 0 ? limit.toSeconds() + " s" : millis + " ms";
    }

    private static String reason(Throwable failure) {
        if (failure instanceof KontikiException refused && ErrorReport.exitCode(refused.reason()) != ExitCode.USAGE) {
            return ErrorReport.plain(String.valueOf(refused.getMessage()));
        }
        if (failure instanceof Error error) {
            throw error;
        }
        throw (RuntimeException) failure; // The questions throw nothing that is checked.
    }
}
