package io.kontiki.cli;

import io.kontiki.cli.output.PrintedRecord;
import io.kontiki.cli.output.PrintedRecord.PrintedHeader;
import io.kontiki.cli.output.RecordPrinter;
import io.kontiki.client.Consumer;
import io.kontiki.client.ConsumerRecord;
import io.kontiki.client.TopicPartition;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Reads partitions to an end and prints their records. Belongs to one thread; {@link #stop} alone may come from another.
 */
final class TopicReading {
    private static final Duration POLL = Duration.ofMillis(500);
    private static final long STOP_WAIT_SECONDS = 3;

    private final Consumer consumer;
    private final Set<TopicPartition> partitions;
    private final boolean follow;
    private final Duration patience;
    private final CountDownLatch ended = new CountDownLatch(1);
    private volatile boolean stopped;
    private long recordsLeft;
    /** Where each partition ends that is not read to its end yet. Empty when following. */
    private final Map<TopicPartition, Long> ends = new TreeMap<>();

    /**
     * @param follow whether to go on behind the present ends
     * @param limit most records to print
     * @param patience longest time without any progress before the ends are reached
     */
    TopicReading(
            Consumer consumer, Set<TopicPartition> partitions, boolean follow, OptionalLong limit, Duration patience) {
        this.consumer = consumer;
        this.partitions = partitions;
        this.follow = follow;
        this.recordsLeft = limit.orElse(Long.MAX_VALUE);
        this.patience = patience;
    }

    /**
     * Prints until the end. A reader that closed the pipe is an end too.
     *
     * @throws IOException never for the output, which fails with {@link Failure}
     */
    void printAll(RecordPrinter printer, OutputStream out) throws IOException {
        try {
            consumer.assign(partitions);
            if (!follow) {
                ends.putAll(consumer.endOffsets(partitions));
                dropFinished();
            }
            pollAll(printer, out);
            out.flush();
        } catch (IOException e) {
            if (!Terminal.readerIsGone(e)) {
                throw Terminal.outputFailure(e);
            }
        } finally {
            ended.countDown();
        }
    }

    /** Ends the reading as soon as the records at hand are printed, and waits for that a moment. */
    void stop() {
        stopped = true;
        consumer.wakeup();
        try {
            ended.await(STOP_WAIT_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void pollAll(RecordPrinter printer, OutputStream out) throws IOException {
        long lastProgressNanos = System.nanoTime();
        while (!stopped && recordsLeft > 0 && (follow || !ends.isEmpty())) {
            List<ConsumerRecord> records = consumer.poll(POLL);
            for (ConsumerRecord record : records) {
                printIfWanted(record, printer, out);
            }
            // People and programs behind a pipe see records when they come, not when a buffer is full.
            out.flush();
            boolean progress = dropFinished() || !records.isEmpty();
            lastProgressNanos = progress ? System.nanoTime() : lastProgressNanos;
            if (!follow && System.nanoTime() - lastProgressNanos > patience.toNanos()) {
                throw stuck(patience, ends.keySet());
            }
        }
    }

    private void printIfWanted(ConsumerRecord record, RecordPrinter printer, OutputStream out) throws IOException {
        Long end = ends.get(record.topicPartition());
        boolean beforeEnd = follow || (end != null && record.offset() < end);
        if (recordsLeft > 0 && beforeEnd) {
            printer.print(printed(record), out);
            recordsLeft--;
        }
    }

    /** Leaves out the partitions read to their ends; tells whether there were any. */
    private boolean dropFinished() {
        boolean dropped = ends.entrySet().removeIf(end -> consumer.position(end.getKey()) >= end.getValue());
        if (dropped && !ends.isEmpty()) {
            consumer.assign(ends.keySet());
        }
        return dropped;
    }

    /** @param open partitions that nothing came from; not empty */
    static Failure stuck(Duration patience, Collection<TopicPartition> open) {
        TopicPartition one = open.iterator().next();
        return new Failure(
                ExitCode.UNREACHABLE,
                "nothing came for " + patience.toSeconds() + " s from " + open.size() + " partition(s), among them "
                        + one,
                "See whether it has a leader: kontiki topic describe " + one.topic());
    }

    static PrintedRecord printed(ConsumerRecord record) {
        List<PrintedHeader> headers = record.headers().stream()
                .map(header -> new PrintedHeader(header.key(), header.value()))
                .toList();
        return new PrintedRecord(
                record.topic(),
                record.partition(),
                record.offset(),
                record.timestampMs(),
                record.key(),
                record.value(),
                headers);
    }
}
