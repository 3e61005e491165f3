package io.kontiki.benchmark.versus.load;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/** A member of a group with a thread of its own, that reads until it is closed. */
final class MemberThread {
    private static final Duration WAIT = Duration.ofMillis(100);

    private final GroupSource source;
    private final GroupSource.Visitor visitor;
    private final Thread thread;
    private final CompletableFuture<Void> end = new CompletableFuture<>();
    private volatile int owned;
    private volatile boolean closed;

    /** @param visitor called on the member's thread */
    MemberThread(String name, GroupSource source, GroupSource.Visitor visitor) {
        this.source = source;
        this.visitor = visitor;
        this.thread = new Thread(this::run, name);
        // Members whose broker does not answer must not keep the process.
        thread.setDaemon(true);
        thread.start();
    }

    private void run() {
        try (source) {
            while (!closed) {
                source.poll(WAIT, visitor);
                owned = source.owned();
            }
        } catch (RuntimeException e) {
            end.completeExceptionally(e);
        }
        end.complete(null);
    }

    /** Partitions that it owned after its last poll; fails if the member did. */
    int owned() {
        if (end.isCompletedExceptionally()) {
            end.join();
        }
        return owned;
    }

    /** Has it leave the group, and waits until it has. */
    void close() {
        closed = true;
        end.join();
    }
}
