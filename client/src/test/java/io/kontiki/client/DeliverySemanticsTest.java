package io.kontiki.client;

import static io.kontiki.client.ProducerFixture.failure;
import static io.kontiki.client.ProducerFixture.get;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What docs/producing.md says that each setting gives when answers and requests are lost. */
@Timeout(120)
class DeliverySemanticsTest {
    private final ProducerFixture fixture = new ProducerFixture(1, 1);
    private final FakeCluster cluster = fixture.cluster;
    private final FakeBroker broker = cluster.broker(1);

    @AfterEach
    void close() {
        fixture.close();
    }

    @Test
    void acksAllStoresOnceWhateverIsLost() {
        var producer = fixture.start(fixture.settings().acks(Acks.ALL));
        get(fixture.send("a"));
        broker.storeNextAndBreak();
        get(fixture.send("b"));
        broker.breakNextUnstored();
        get(fixture.send("c"));
        broker.storeNextAndBreak();
        broker.storeNextAndBreak();
        broker.storeNextAndBreak();
        assertThat(get(fixture.send("d")).offset()).hasValue(3);
        producer.flush();

        assertThat(cluster.values(0)).containsExactly("a", "b", "c", "d");
    }

    @Test
    void acksLeaderStoresAtLeastOnceAndTwiceWhenTheAnswerIsLost() {
        fixture.start(fixture.settings().acks(Acks.LEADER));
        get(fixture.send("a"));
        broker.breakNextUnstored();
        get(fixture.send("b"));
        broker.storeNextAndBreak();
        get(fixture.send("c"));

        assertThat(cluster.values(0)).containsExactly("a", "b", "c", "c");
    }

    @Test
    void acksNoneStoresAtMostOnceAndTellsNobodyOfALoss() {
        fixture.start(fixture.settings().acks(Acks.NONE));
        get(fixture.send("a"));
        await().until(() -> cluster.endOffset(0) == 1);
        broker.breakNextUnstored();
        assertThat(get(fixture.send("lost")).offset()).isEmpty();
        await().until(() -> broker.seen().size() == 2);
        get(fixture.send("c"));

        await().until(() -> cluster.endOffset(0) == 2);
        assertThat(cluster.values(0)).containsExactly("a", "c");
    }

    /** The program cannot know, and hears just that. Sending again by itself is what makes the second copy. */
    @Test
    void aProgramThatSendsAgainAfterAnUnknownOutcomeMayStoreTwice() {
        fixture.start(fixture.settings().acks(Acks.ALL).deliveryTimeout(Duration.ofSeconds(1)));
        get(fixture.send("a"));
        broker.onNextProduce((request, answers) -> {
            cluster.append(1, request.getPartitions(0));
            return false;
        });
        var outcome = failure(fixture.send("b"));
        assertThat(outcome.definite()).isFalse();
        get(fixture.send("b"));

        assertThat(cluster.values(0)).isEqualTo(List.of("a", "b", "b"));
    }
}
