package io.kontiki.benchmark.group;

import io.kontiki.client.CommittedOffset;
import io.kontiki.client.Consumer;
import io.kontiki.client.TopicPartition;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Semaphore;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * A member of a group, by the Java client, that commits all of its partitions again and again, with several commits under way.
 * Nothing is read: what a commit costs does not depend on it. Any thread may ask.
 */
final class CommittingMember implements AutoCloseable {
    private static final Duration POLL = Duration.ofMillis(100);

    private final Consumer consumer;
    private final String topic;
    private final int underWay;
    private final Semaphore free;
    private final Thread thread;
    private final ConcurrentLinkedQueue<Long> nanos = new ConcurrentLinkedQueue<>();
    private volatile int owned;
    private volatile boolean committing;
    private volatile boolean closed;
    private volatile Throwable failure;

    CommittingMember(String bootstrap, String topic, String group, String name, int underWay) {
        this.topic = topic;
        this.underWay = underWay;
        this.free = new Semaphore(underWay);
        this.consumer = Consumer.builder()
                .bootstrapServers(bootstrap)
                .clientId(name)
                .group(group)
                .autoCommit(false)
                .build();
        this.thread = new Thread(this::run, name);
        thread.start();
    }

    private void run() {
        try {
            consumer.subscribe(List.of(topic));
            for (long next = 0; !closed; next++) {
                if (committing) {
                    commit(next);
                } else {
                    consumer.poll(POLL);
                    owned = consumer.assignment().size();
                }
            }
            free.acquire(underWay);
        } catch (RuntimeException e) {
            failure = e;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            consumer.close();
        }
    }

    private void commit(long next) throws InterruptedException {
        free.acquire();
        Map<TopicPartition, CommittedOffset> offsets = consumer.assignment().stream()
                .collect(Collectors.toMap(Function.identity(), partition -> CommittedOffset.of(next)));
        long start = System.nanoTime();
        consumer.commitAsync(offsets).whenComplete((stored, cause) -> {
            if (cause == null) {
                nanos.add(System.nanoTime() - start);
            } else {
                failure = cause;
            }
            free.release();
        });
    }

    /** Partitions that it owns. */
    int owned() {
        if (failure != null) {
            throw new IllegalStateException("a member failed", failure);
        }
        return owned;
    }

    /** From now on it commits; partitions must not change hands any more. */
    void begin() {
        committing = true;
    }

    /** The times of the commits since the last call, in nanoseconds. */
    List<Long> taken() {
        if (failure != null) {
            throw new IllegalStateException("a commit was not acknowledged", failure);
        }
        int count = nanos.size();
        return java.util.stream.IntStream.range(0, count)
                .mapToObj(i -> nanos.poll())
                .toList();
    }

    /** Leaves the group once all of its commits are answered. */
    @Override
    public void close() {
        closed = true;
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
