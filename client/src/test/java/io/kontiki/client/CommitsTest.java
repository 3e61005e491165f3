package io.kontiki.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kontiki.client.OffsetCalls.Asker;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class CommitsTest {
    private static final TopicPartition P0 = new TopicPartition("t", 0);
    private static final TopicPartition P1 = new TopicPartition("t", 1);
    private static final Map<TopicPartition, CommittedOffset> OFFSETS = Map.of(P0, CommittedOffset.of(1));

    @Test
    void whatWaitsWhenItIsClosedFails() throws Exception {
        var begun = new CountDownLatch(1);
        var never = new CountDownLatch(1);
        var commits = new Commits(
                (asker, offsets, timeout) -> {
                    begun.countDown();
                    await(never);
                    throw new AssertionError();
                },
                Duration.ofSeconds(30));
        var underWay = commits.store(Asker.outsideOf("g"), OFFSETS);
        begun.await();
        var waiting = commits.store(Asker.outsideOf("g"), OFFSETS);

        commits.close();

        assertThatThrownBy(() -> waiting.get(10, TimeUnit.SECONDS)).hasRootCauseMessage(closed());
        assertThatThrownBy(() -> underWay.get(10, TimeUnit.SECONDS)).hasMessageContaining("interrupted");
        assertThatThrownBy(() -> commits.store(Asker.outsideOf("g"), OFFSETS).get(10, TimeUnit.SECONDS))
                .hasRootCauseMessage(closed());
    }

    @Test
    void whatWaitsGoesTogether() throws Exception {
        var begun = new CountDownLatch(1);
        var goOn = new CountDownLatch(1);
        var calls = new LinkedBlockingQueue<Map<TopicPartition, CommittedOffset>>();
        var commits = new Commits(
                (asker, offsets, timeout) -> {
                    begun.countDown();
                    await(goOn);
                    calls.add(Map.copyOf(offsets));
                    var results = new TreeMap<TopicPartition, Optional<KontikiException>>();
                    offsets.keySet().forEach(partition -> results.put(partition, Optional.empty()));
                    results.computeIfPresent(
                            P1,
                            (name, fine) -> Optional.of(new KontikiException(ErrorReason.STALE_MEMBER_EPOCH, "p1")));
                    return results;
                },
                Duration.ofSeconds(30));
        var member = new Asker("g", "m", 1);
        commits.store(member, at(P0, 1));
        begun.await();
        var second = commits.store(member, at(P0, 2));
        var third = commits.store(member, at(P1, 3));
        var fourth = commits.store(member, at(P0, 4));
        var ofLaterEpoch = commits.store(new Asker("g", "m", 2), at(P0, 5));
        goOn.countDown();

        ofLaterEpoch.get(10, TimeUnit.SECONDS);
        assertThat(calls)
                .containsExactly(at(P0, 1), Map.of(P0, CommittedOffset.of(4), P1, CommittedOffset.of(3)), at(P0, 5));
        assertThat(second).isCompleted();
        assertThat(fourth).isCompleted();
        assertThatThrownBy(() -> third.get(10, TimeUnit.SECONDS)).hasRootCauseMessage("p1");
        commits.close();
    }

    private static Map<TopicPartition, CommittedOffset> at(TopicPartition partition, long offset) {
        return Map.of(partition, CommittedOffset.of(offset));
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new KontikiException(ErrorReason.INTERRUPTED, "interrupted", e);
        }
    }

    private static String closed() {
        return "commit for group g: the consumer is closed";
    }
}
