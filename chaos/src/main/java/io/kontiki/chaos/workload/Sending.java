package io.kontiki.chaos.workload;

import io.kontiki.chaos.history.Operation;
import io.kontiki.chaos.history.Operation.Send;
import io.kontiki.chaos.history.Outcome;
import io.kontiki.chaos.history.RecordId;
import io.kontiki.client.Acks;
import io.kontiki.client.KontikiException;
import io.kontiki.client.Producer;
import io.kontiki.client.ProducerRecord;
import io.kontiki.client.RecordMetadata;
import java.time.Duration;
import java.util.SplittableRandom;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * One producer, which sends to all partitions at a steady rate. A partition that does not answer gets no more than
 * {@link #PENDING_MAX} records, while the others go on.
 */
final class Sending implements Runnable {
    private static final int PENDING_MAX = 200;
    private static final long TICK_MILLIS = 10;

    private final int number;
    private final Operation.Acks acks;
    private final double recordsPerSecond;
    private final String topic;
    private final Recording recording;
    private final Producer producer;
    private final SplittableRandom random;
    private final long[] nextSequences;
    private final Semaphore[] room;
    private volatile boolean stopped;

    Sending(
            int number,
            Operation.Acks acks,
            Duration deliveryTimeout,
            double recordsPerSecond,
            WorkloadTarget target,
            Recording recording) {
        this.number = number;
        this.acks = acks;
        this.recordsPerSecond = recordsPerSecond;
        this.topic = target.topic();
        this.recording = recording;
        this.random = new SplittableRandom(number);
        nextSequences = new long[target.partitions()];
        room = new Semaphore[target.partitions()];
        for (int partition = 0; partition < room.length; partition++) {
            room[partition] = new Semaphore(PENDING_MAX);
        }
        producer = Producer.builder()
                .bootstrapServers(target.bootstrap())
                .clientId("chaos-producer-" + number)
                .acks(acks == Operation.Acks.ALL ? Acks.ALL : Acks.LEADER)
                .deliveryTimeout(deliveryTimeout)
                .build();
    }

    @Override
    public void run() {
        long start = System.nanoTime();
        long due = 0;
        long done = 0;
        try {
            while (!stopped) {
                due = (long) ((System.nanoTime() - start) / 1e9 * recordsPerSecond);
                for (; done < due && !stopped; done++) {
                    sendTo(random.nextInt(nextSequences.length));
                }
                TimeUnit.MILLISECONDS.sleep(TICK_MILLIS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void sendTo(int partition) {
        if (!room[partition].tryAcquire()) {
            return;
        }
        RecordId id = new RecordId(number, partition, nextSequences[partition]++);
        long invoked = recording.now();
        producer.send(ProducerRecord.to(topic)
                        .partition(partition)
                        .value(Payload.of(id))
                        .build())
                .whenComplete((stored, error) -> {
                    recording.write(answered(id, invoked, stored, error));
                    room[partition].release();
                });
    }

    private Send answered(RecordId id, long invoked, RecordMetadata stored, Throwable error) {
        long now = recording.now();
        if (error == null) {
            return new Send(id, acks, invoked, now, Outcome.OK, stored.offset().orElse(Send.NO_OFFSET), "");
        }
        boolean definite = error instanceof KontikiException e && e.definite();
        String message = error instanceof KontikiException e ? e.reason() + ": " + e.getMessage() : error.toString();
        return new Send(id, acks, invoked, now, definite ? Outcome.FAILED : Outcome.UNKNOWN, Send.NO_OFFSET, message);
    }

    /** Ends {@link #run} soon. */
    void stop() {
        stopped = true;
    }

    /** Waits for the last answers, at most so long; after that every record has an outcome. */
    void close(Duration timeout) {
        producer.close(timeout);
    }
}
