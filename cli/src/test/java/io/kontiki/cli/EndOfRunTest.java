package io.kontiki.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class EndOfRunTest {
    private final StopSignal stop = new StopSignal();

    @Test
    void requestWaitsUntilTheRunIsClosed() {
        var end = EndOfRun.of(stop);
        var request = CompletableFuture.runAsync(stop::request);

        await().until(end::asked);
        assertThat(request).isNotDone();
        end.close();
        request.join();
    }

    @Test
    void requestBeforeTheRunHoldsNobody() {
        stop.request();

        assertThat(EndOfRun.of(stop).asked()).isTrue();
    }
}
