package io.kontiki.benchmark.versus.load;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** Waits for what a cluster does in its own time. */
final class Patience {
    private static final Duration LONGEST = Duration.ofMinutes(5);
    private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

    private final SystemClient client;

    Patience(SystemClient client) {
        this.client = client;
    }

    void awaitBrokers(int count) {
        await(count + " brokers to serve", () -> client.servingBrokers() >= count);
    }

    /** Makes the topic and waits until all its replicas are in sync. */
    void create(Topic topic) {
        client.createTopic(topic);
        awaitWhole(topic);
    }

    /** Waits until all replicas of the topic are in sync. */
    void awaitWhole(Topic topic) {
        await("topic " + topic.name() + " to be whole", () -> client.whole(topic));
    }

    /** Asks again and again; a cluster that cannot answer yet is asked again too. */
    static void await(String what, BooleanSupplier condition) {
        long deadline = System.nanoTime() + LONGEST.toNanos();
        String last = "";
        while (System.nanoTime() - deadline < 0) {
            try {
                if (condition.getAsBoolean()) {
                    return;
                }
                last = "";
            } catch (NotYetException e) {
                last = "; the last answer was: " + e.getMessage();
            }
            LockSupport.parkNanos(PAUSE_NANOS);
        }
        throw new IllegalStateException("waited " + LONGEST.toSeconds() + " s for " + what + last);
    }
}
