package io.kontiki.quickstart;

import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;

/** An endless load on a thread of its own, until it is closed. */
final class BackgroundLoad implements AutoCloseable {
    private static final int PENDING_MAX = 200;
    private static final long SEED = 2026;

    private final History history = new History(System::nanoTime);
    private final Load load;
    private final CompletableFuture<Void> sending;
    private volatile boolean stopped;

    BackgroundLoad(String bootstrap, String topic) {
        load = new Load(bootstrap, topic, history, PENDING_MAX);
        sending = CompletableFuture.runAsync(this::send, task -> new Thread(task, "background-load").start());
    }

    private void send() {
        SplittableRandom random = new SplittableRandom(SEED);
        try {
            while (!stopped) {
                load.send(Lines.generated(history.sent(), random));
            }
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    History history() {
        return history;
    }

    /** Stops sending and waits for the last answers. */
    @Override
    public void close() {
        stopped = true;
        sending.join();
        load.flush();
        load.close();
    }
}
