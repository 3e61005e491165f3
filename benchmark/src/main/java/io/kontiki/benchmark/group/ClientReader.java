package io.kontiki.benchmark.group;

import io.kontiki.client.Consumer;
import io.kontiki.client.ResetPolicy;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/** The Java client, alone in its group, on a thread of its own; it stops by not calling {@code poll}. */
final class ClientReader implements SlowReader {
    private static final Duration POLL = Duration.ofMillis(200);

    private final String bootstrap;
    private final String topic;
    private final SequenceCheck check;
    private final Thread thread = new Thread(this::run, "client-reader");
    private volatile boolean stopped;
    private volatile boolean closed;
    private volatile RuntimeException failure;

    ClientReader(String bootstrap, String topic, int partitions) {
        this.bootstrap = bootstrap;
        this.topic = topic;
        this.check = new SequenceCheck(partitions);
        thread.start();
    }

    private void run() {
        try (Consumer consumer = Consumer.builder()
                .bootstrapServers(bootstrap)
                .group("client")
                .resetPolicy(ResetPolicy.EARLIEST)
                .build()) {
            consumer.subscribe(List.of(topic));
            while (!closed) {
                if (stopped) {
                    LockSupport.park(this);
                } else {
                    consumer.poll(POLL).forEach(record -> check.read(record.partition(), record.offset()));
                }
            }
        } catch (RuntimeException e) {
            failure = e;
        }
    }

    @Override
    public String name() {
        return "Java client, does not poll";
    }

    @Override
    public void stop() {
        stopped = true;
    }

    @Override
    public void goOn() {
        stopped = false;
        LockSupport.unpark(thread);
    }

    @Override
    public SequenceCheck check() {
        if (failure != null) {
            throw new IllegalStateException(name() + ": it failed", failure);
        }
        return check;
    }

    @Override
    public void close() {
        closed = true;
        LockSupport.unpark(thread);
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
