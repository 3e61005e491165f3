package io.kontiki.thin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kontiki.client.TopicPartition;
import io.kontiki.proto.v1.ConsumedRecord;
import io.kontiki.thin.GroupConsumer.Fetched;
import java.util.List;
import org.junit.jupiter.api.Test;

class DeliveriesTest {
    private static final TopicPartition T0 = new TopicPartition("t", 0);
    private static final TopicPartition T1 = new TopicPartition("t", 1);

    private static void deliver(Deliveries deliveries, TopicPartition partition, long offset) {
        deliveries.onDelivered(new Fetched(
                partition, ConsumedRecord.newBuilder().setOffset(offset).build(), 1));
    }

    @Test
    void creditsAreForTheOldestRecordsOfAllPartitions() {
        var deliveries = new Deliveries(true, 10);
        deliver(deliveries, T0, 5);
        deliver(deliveries, T1, 8);
        deliver(deliveries, T0, 7);
        deliveries.onCredits(2);

        var first = deliveries.takeToCommit();
        assertThat(first.get(T0).offset()).isEqualTo(6);
        assertThat(first.get(T1).offset()).isEqualTo(9);
        assertThat(deliveries.takeToCommit()).isEmpty();
        deliveries.onCredits(1);
        assertThat(deliveries.takeToCommit().get(T0).offset()).isEqualTo(8);
    }

    /** Credits in advance say nothing of what is still on its way. */
    @Test
    void creditsInAdvanceConfirmNothing() {
        var deliveries = new Deliveries(true, 10);
        deliveries.onCredits(100);
        deliver(deliveries, T0, 0);

        assertThat(deliveries.takeToCommit()).isEmpty();
    }

    @Test
    void whatCouldNotBeCommittedGivesWayToWhatIsNewer() {
        var deliveries = new Deliveries(true, 10);
        deliver(deliveries, T0, 0);
        deliver(deliveries, T1, 0);
        deliveries.onCredits(2);
        var taken = deliveries.takeToCommit();
        deliver(deliveries, T0, 1);
        deliveries.onCredits(1);
        deliveries.putBack(taken);

        var again = deliveries.takeToCommit();
        assertThat(again.get(T0).offset()).isEqualTo(2);
        assertThat(again.get(T1).offset()).isEqualTo(1);
        deliveries.forget(List.of(T1));
        deliveries.putBack(taken);
        assertThat(deliveries.takeToCommit()).containsOnlyKeys(T0);
    }

    @Test
    void manyCreditsAreRememberedByFewPlaces() {
        var deliveries = new Deliveries(true, 1_000_000);
        for (long offset = 0; offset < 1_000_000; offset++) {
            deliver(deliveries, offset % 2 == 0 ? T0 : T1, offset);
        }

        assertThat(deliveries.credits()).isZero();
        assertThat(deliveries.places()).isLessThan(2100);
        deliveries.onCredits(500_000);
        var confirmed = deliveries.takeToCommit();
        assertThat(confirmed.get(T0).offset()).isBetween(498_000L, 500_000L);
        assertThat(confirmed.get(T1).offset()).isBetween(498_000L, 500_000L);
    }

    @Test
    void creditsHaveALimit() {
        var deliveries = new Deliveries(false, 999_999);
        deliveries.onCredits(1);
        assertThatThrownBy(() -> deliveries.onCredits(1)).hasMessageContaining("credits.records");
        assertThatThrownBy(() -> deliveries.onCredits(0)).hasMessageContaining("credits.records");
    }
}
