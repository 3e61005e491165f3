package io.kontiki.benchmark.versus.scenario;

import java.io.IOException;
import java.util.concurrent.TimeUnit;

/** Time that passes because a scenario is about it. */
final class Pause {
    private Pause() {}

    static void seconds(int seconds) throws IOException {
        try {
            TimeUnit.SECONDS.sleep(seconds);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }
}
