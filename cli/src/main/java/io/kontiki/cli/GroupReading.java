package io.kontiki.cli;

import io.kontiki.cli.output.RecordPrinter;
import io.kontiki.client.CommittedOffset;
import io.kontiki.client.Consumer;
import io.kontiki.client.ConsumerRecord;
import io.kontiki.client.ErrorReason;
import io.kontiki.client.KontikiException;
import io.kontiki.client.RebalanceListener;
import io.kontiki.client.TopicPartition;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/**
 * Prints what a member of a group reads, and commits it once it is written: at least every second, before partitions go to
 * another member, and at the end. Belongs to one thread; {@link #stop} alone may come from another.
 */
final class GroupReading implements RebalanceListener {
    private static final Duration POLL = Duration.ofMillis(500);
    private static final long COMMIT_NANOS = TimeUnit.SECONDS.toNanos(1);
    /** As programs wait that read without an end. */
    private static final Duration FOR_EVER = Duration.ofNanos(Long.MAX_VALUE);

    private final Consumer consumer;
    private final boolean untilEnd;
    private final Duration patience;
    private final Messages messages;
    private volatile boolean stopped;
    private final boolean endless;
    private long recordsLeft;
    private long lastCommitNanos = System.nanoTime();
    private long lastProgressNanos = lastCommitNanos;
    /** When the first of the commits began that failed one after another; empty if the last one went well. */
    private OptionalLong failingSinceNanos = OptionalLong.empty();
    /** What is written and not yet committed. */
    private final Map<TopicPartition, CommittedOffset> written = new TreeMap<>();
    /** Where each partition that is owned ended when it came. */
    private final Map<TopicPartition, Long> ends = new TreeMap<>();

    /**
     * @param consumer of a group, without automatic commits: only this class knows what was written
     * @param untilEnd whether to end once all that is owned is read to where it ended when it came
     * @param limit most records to print
     * @param patience longest time without any progress before the ends are reached, and of commits that fail
     */
    GroupReading(Consumer consumer, boolean untilEnd, OptionalLong limit, Duration patience, Messages messages) {
        this.consumer = consumer;
        this.untilEnd = untilEnd;
        this.endless = !untilEnd && limit.isEmpty();
        this.recordsLeft = limit.orElse(Long.MAX_VALUE);
        this.patience = patience;
        this.messages = messages;
    }

    /** Ends the reading as soon as the records at hand are printed. */
    void stop() {
        stopped = true;
        consumer.wakeup();
    }

    /**
     * Prints until the end. A reader that closed the pipe is an end too.
     *
     * @throws IOException never for the output, which fails with {@link Failure}
     */
    void printAll(RecordPrinter printer, OutputStream out) throws IOException {
        boolean well = false;
        try {
            pollAll(printer, out);
            well = true;
        } catch (IOException e) {
            if (!Terminal.readerIsGone(e)) {
                throw Terminal.outputFailure(e);
            }
            well = true;
        } finally {
            commitAtEnd(well);
        }
    }

    private void pollAll(RecordPrinter printer, OutputStream out) throws IOException {
        while (!stopped && recordsLeft > 0) {
            List<ConsumerRecord> records = consumer.poll(POLL);
            print(records, printer, out);
            if (untilEnd && isOver(!records.isEmpty())) {
                return;
            }
            if (System.nanoTime() - lastCommitNanos > COMMIT_NANOS) {
                commitOrLater(endless ? FOR_EVER : patience);
            }
        }
    }

    private void print(List<ConsumerRecord> records, RecordPrinter printer, OutputStream out) throws IOException {
        var printed = new TreeMap<TopicPartition, CommittedOffset>();
        for (ConsumerRecord record : records) {
            if (recordsLeft > 0) {
                printer.print(TopicReading.printed(record), out);
                printed.put(record.topicPartition(), CommittedOffset.after(record));
                recordsLeft--;
            }
        }
        out.flush();
        // Not before: what is lost on the way out is to come again.
        written.putAll(printed);
    }

    private boolean isOver(boolean progress) {
        long now = System.nanoTime();
        lastProgressNanos = progress ? now : lastProgressNanos;
        boolean finished = ends.entrySet().stream().allMatch(end -> consumer.position(end.getKey()) >= end.getValue());
        if (finished && !ends.isEmpty()) {
            return true;
        }
        if (now - lastProgressNanos <= patience.toNanos()) {
            return false;
        }
        if (!ends.isEmpty()) {
            throw TopicReading.stuck(patience, ends.keySet());
        }
        requireBrokers();
        messages.tell("this member got no partition for " + patience.toSeconds() + " s: others have them all,"
                + " or there is no such topic");
        return true;
    }

    /** Whoever gets no partition because brokers are away or still start is not at the end of anything. */
    private void requireBrokers() {
        try {
            consumer.subscription().forEach(consumer::topic);
        } catch (KontikiException e) {
            if (e.reason() != ErrorReason.TOPIC_NOT_FOUND) {
                throw e;
            }
        }
    }

    private void commitAtEnd(boolean well) {
        try {
            while (!commitOrLater(well && !stopped ? patience : Duration.ZERO)) {
                TimeUnit.NANOSECONDS.sleep(COMMIT_NANOS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Failure(ExitCode.INTERRUPTED, "interrupted before what was read could be committed", "", e);
        } catch (KontikiException e) {
            if (well) {
                throw e;
            }
            messages.tell("not committed: " + e.getMessage());
        }
    }

    /**
     * Brokers that are away, or have not finished starting, are waited for: a commit that time may mend is made again later.
     *
     * @param limit since the first of those that failed began; then the last failure is thrown
     * @return whether all is committed
     */
    private boolean commitOrLater(Duration limit) {
        long beganNanos = System.nanoTime();
        try {
            commit(written);
            failingSinceNanos = OptionalLong.empty();
            return true;
        } catch (KontikiException e) {
            long sinceNanos = failingSinceNanos.orElse(beganNanos);
            boolean over = System.nanoTime() - sinceNanos >= limit.toNanos();
            if (over || !e.retriable() || e.reason() == ErrorReason.INTERRUPTED) {
                throw e;
            }
            if (failingSinceNanos.isEmpty()) {
                messages.tell("not committed yet, trying again: " + ErrorReport.plain(String.valueOf(e.getMessage())));
            }
            failingSinceNanos = OptionalLong.of(sinceNanos);
            return false;
        }
    }

    private void commit(Map<TopicPartition, CommittedOffset> offsets) {
        lastCommitNanos = System.nanoTime();
        if (offsets.isEmpty()) {
            return;
        }
        try {
            consumer.commit(Map.copyOf(offsets));
        } catch (KontikiException e) {
            if (e.reason() != ErrorReason.STALE_MEMBER_EPOCH && e.reason() != ErrorReason.UNKNOWN_MEMBER) {
                throw e;
            }
            // Whoever has the partitions now goes on from the commit before; the next poll tells which they are.
            messages.tell("not committed, so others print it again: " + e.getMessage());
        }
        offsets.clear();
    }

    @Override
    public void onAssigned(Set<TopicPartition> partitions) {
        messages.tell("got " + GroupText.partitions(partitions));
        lastProgressNanos = System.nanoTime();
        if (untilEnd) {
            ends.putAll(consumer.endOffsets(partitions));
        }
    }

    @Override
    public void onRevoked(Set<TopicPartition> partitions) {
        messages.tell("gave up " + GroupText.partitions(partitions));
        commitOrLater(FOR_EVER);
        // Too late for them after this: they go to others, who print again what is not committed.
        written.keySet().removeAll(partitions);
        ends.keySet().removeAll(partitions);
    }

    @Override
    public void onLost(Set<TopicPartition> partitions) {
        messages.tell("lost " + GroupText.partitions(partitions));
        written.keySet().removeAll(partitions);
        ends.keySet().removeAll(partitions);
    }
}
