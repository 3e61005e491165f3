package io.kontiki.client;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kontiki.client.OffsetCalls.Asker;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class CommitsTest {
    private static final Map<TopicPartition, CommittedOffset> OFFSETS =
            Map.of(new TopicPartition("t", 0), CommittedOffset.of(1));

    @Test
    void whatWaitsWhenItIsClosedFails() throws Exception {
        var begun = new CountDownLatch(1);
        var never = new CountDownLatch(1);
        var calls = new OffsetCalls(new AnyBroker(
                null,
                () -> {
                    begun.countDown();
                    try {
                        never.await();
                    } catch (InterruptedException e) {
                        throw new KontikiException(ErrorReason.INTERRUPTED, "interrupted", e);
                    }
                    throw new AssertionError();
                },
                Duration.ofSeconds(30),
                Duration.ofSeconds(5)));
        var commits = new Commits(calls, Duration.ofSeconds(30));
        var underWay = commits.store(Asker.outsideOf("g"), OFFSETS);
        begun.await();
        var waiting = commits.store(Asker.outsideOf("g"), OFFSETS);

        commits.close();

        assertThatThrownBy(() -> waiting.get(10, TimeUnit.SECONDS)).hasRootCauseMessage(closed());
        assertThatThrownBy(() -> underWay.get(10, TimeUnit.SECONDS)).hasMessageContaining("interrupted");
        assertThatThrownBy(() -> commits.store(Asker.outsideOf("g"), OFFSETS).get(10, TimeUnit.SECONDS))
                .hasRootCauseMessage(closed());
    }

    private static String closed() {
        return "commit for group g: the consumer is closed";
    }
}
