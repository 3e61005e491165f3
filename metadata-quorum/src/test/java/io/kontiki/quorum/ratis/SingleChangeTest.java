package io.kontiki.quorum.ratis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeoutException;
import org.apache.ratis.protocol.exceptions.ReconfigurationInProgressException;
import org.junit.jupiter.api.Test;

class SingleChangeTest {
    private static final Duration LONG = Duration.ofMinutes(5);

    private final SingleChange changes = new SingleChange();

    /** Else a storage that it is about to make a voter could be given up as one that was never added. */
    @Test
    void changeGoesOnWhenNobodyWaitsForIt() {
        var slow = new CompletableFuture<String>();
        var answer = changes.begin(() -> slow, Duration.ofMillis(1));

        assertThatThrownBy(answer::join).hasCauseInstanceOf(TimeoutException.class);
        assertThat(changes.isUnderWay()).isTrue();
        assertThatThrownBy(changes.begin(() -> new CompletableFuture<>(), LONG)::join)
                .hasCauseInstanceOf(ReconfigurationInProgressException.class);

        slow.complete("done");
        assertThat(changes.isUnderWay()).isFalse();
        assertThat(changes.begin(() -> CompletableFuture.completedFuture("next"), LONG)
                        .join())
                .isEqualTo("next");
    }

    @Test
    void changeThatFailsIsOver() {
        var answer = changes.begin(() -> CompletableFuture.failedFuture(new IllegalStateException()), LONG);

        assertThatThrownBy(answer::join).hasCauseInstanceOf(IllegalStateException.class);
        assertThat(changes.isUnderWay()).isFalse();
    }
}
