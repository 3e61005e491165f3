package io.kontiki.benchmark.group;

import io.kontiki.client.Assignor;
import io.kontiki.client.Consumer;
import io.kontiki.client.ConsumerRecord;
import io.kontiki.client.ResetPolicy;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** A member of the group of a topic, with connections and a thread of its own, that reads until it leaves or crashes. */
final class GroupMember {
    /** Behind the name of the topic it makes the one of the group. */
    static final String GROUP_SUFFIX = "-readers";

    private static final Duration POLL = Duration.ofMillis(200);

    /** How a member ends. */
    enum End {
        /** It says so. */
        LEAVE,
        /** Its connections are cut, and nobody is told. */
        CRASH
    }

    private final String name;
    private final String bootstrap;
    private final String topic;
    private final Assignor assignor;
    private final ReadTimes times;
    private final Thread thread;
    private volatile End end;
    private volatile RuntimeException failure;

    GroupMember(String name, String bootstrap, String topic, Assignor assignor, ReadTimes times) {
        this.name = name;
        this.bootstrap = bootstrap;
        this.topic = topic;
        this.assignor = assignor;
        this.times = times;
        this.thread = new Thread(this::run, name);
        thread.start();
    }

    private void run() {
        Consumer consumer = Consumer.builder()
                .bootstrapServers(bootstrap)
                .clientId(name)
                .group(topic + GROUP_SUFFIX)
                .memberId(name)
                .assignor(assignor)
                .resetPolicy(ResetPolicy.EARLIEST)
                .build();
        try {
            consumer.subscribe(List.of(topic));
            while (end == null) {
                List<ConsumerRecord> records = consumer.poll(POLL);
                long now = System.nanoTime();
                records.forEach(record -> times.read(record.partition(), name, record.offset(), now));
            }
        } catch (RuntimeException e) {
            failure = e;
        } finally {
            if (end == End.LEAVE) {
                consumer.close();
            } else {
                consumer.abandon();
            }
        }
    }

    /** The member's id. */
    String name() {
        return name;
    }

    /** Ends it and waits until its connections are gone. */
    void end(End way) {
        end = way;
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** What ended it before it was asked to end. */
    Optional<RuntimeException> failure() {
        return Optional.ofNullable(failure);
    }
}
