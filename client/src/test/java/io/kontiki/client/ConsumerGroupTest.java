package io.kontiki.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** How members come, share and go. */
class ConsumerGroupTest extends GroupFixture {
    @Test
    void partitionsChangeHandsOnlyAfterACommitOfWhatWasWorkedThrough() {
        cluster.appendRaw(1, batch("a", "b"));
        var first = subscribed(settings().memberId("m1"));
        read(first, 2);
        var second = start(settings().memberId("m2"));
        second.subscribe(List.of(FakeCluster.TOPIC));
        pollUntil(first, () -> groups.ownedBy("m2").contains(P1));

        assertThat(listener.told).containsExactly("assigned [orders-0, orders-1]", "revoked [orders-1]");
        assertThat(groups.events()).containsSubsequence("commit orders-1@2", "owned [orders-0]");
        pollUntil(second, () -> second.assignment().contains(P1));
        assertThat(second.position(P1)).isEqualTo(2);
        assertThat(first.assignment()).containsExactly(P0);
    }

    @Test
    void aBrokenStreamCostsNoPartition() {
        var consumer = subscribed(settings());
        pollUntil(consumer, () -> consumer.assignment().size() == 2);
        int broker = groups.brokerOf(memberId(consumer));

        groups.breakStream(memberId(consumer));
        pollUntil(consumer, () -> groups.brokerOf(memberId(consumer)) != 0);

        assertThat(groups.brokerOf(memberId(consumer))).isNotEqualTo(broker);
        assertThat(groups.joins()).isEqualTo(2);
        assertThat(listener.told).containsExactly("assigned [orders-0, orders-1]");
    }

    @Test
    void aBrokerThatHangsIsLeftForAnother() {
        var consumer = subscribed(settings());
        pollUntil(consumer, () -> consumer.assignment().size() == 2);
        int broker = groups.brokerOf(memberId(consumer));

        cluster.broker(broker).hang();
        pollUntil(consumer, () -> groups.brokerOf(memberId(consumer)) != broker);

        assertThat(listener.told).containsExactly("assigned [orders-0, orders-1]");
    }

    @Test
    void recordsAreHeldBackOnceTheSessionMayBeOver() {
        groups.sessionMillis(1000);
        var consumer = subscribed(settings().maxPollRecords(1));
        pollUntil(consumer, () -> consumer.assignment().size() == 2);
        groups.refuseJoins(io.kontiki.proto.v1.ErrorReason.ERROR_REASON_NOT_COORDINATOR);
        groups.breakStream(memberId(consumer));
        pollFor(consumer, Duration.ofMillis(1100));

        cluster.appendRaw(0, batch("a"));
        pollFor(consumer, Duration.ofMillis(300));
        groups.refuseJoins(io.kontiki.proto.v1.ErrorReason.ERROR_REASON_UNSPECIFIED);

        assertThat(read(consumer, 1)).containsExactly("a");
        assertThat(listener.told).containsExactly("assigned [orders-0, orders-1]");
    }

    @Test
    void aFencedMemberLosesAllAndJoinsAnew() {
        cluster.appendRaw(0, batch("a"));
        var consumer = subscribed(settings().autoCommit(false));
        read(consumer, 1);

        groups.fence(memberId(consumer), io.kontiki.proto.v1.ErrorReason.ERROR_REASON_UNKNOWN_MEMBER);

        assertThat(read(consumer, 1)).containsExactly("a");
        assertThat(listener.told)
                .containsExactly(
                        "assigned [orders-0, orders-1]", "lost [orders-0, orders-1]", "assigned [orders-0, orders-1]");
    }

    @Test
    void aMemberFencedWhileItsStreamBreaksReadsNoMore() {
        groups.sessionMillis(4000);
        var consumer = subscribed(settings());
        pollUntil(consumer, () -> consumer.assignment().size() == 2);
        groups.refuseJoins(io.kontiki.proto.v1.ErrorReason.ERROR_REASON_NOT_COORDINATOR);
        groups.fenceUnheard(memberId(consumer));
        pollFor(consumer, Duration.ofMillis(1100));

        cluster.appendRaw(0, batch("a"));
        pollFor(consumer, Duration.ofMillis(300));
        groups.refuseJoins(io.kontiki.proto.v1.ErrorReason.ERROR_REASON_UNSPECIFIED);

        assertThat(read(consumer, 1)).containsExactly("a");
        assertThat(listener.told)
                .containsExactly(
                        "assigned [orders-0, orders-1]", "lost [orders-0, orders-1]", "assigned [orders-0, orders-1]");
    }

    @Test
    void aMemberWhoseNameWasTakenStaysOut() {
        var consumer = subscribed(settings().instanceId("one"));
        pollUntil(consumer, () -> consumer.assignment().size() == 2);

        groups.fence(memberId(consumer), io.kontiki.proto.v1.ErrorReason.ERROR_REASON_FENCED_INSTANCE);

        for (int i = 0; i < 2; i++) {
            var failure = catchThrowableOfType(KontikiException.class, () -> pollUntil(consumer, () -> false));
            assertThat(failure.reason()).isEqualTo(ErrorReason.FENCED_INSTANCE);
        }
        assertThat(listener.told).containsExactly("assigned [orders-0, orders-1]", "lost [orders-0, orders-1]");
        assertThat(groups.joins()).isEqualTo(1);
    }

    @Test
    void aListenerMaySeek() {
        cluster.appendRaw(0, batch("a", "b"));
        groups.commit(P0, 0);
        var consumer = start(settings());
        consumer.subscribe(List.of(FakeCluster.TOPIC), new RebalanceListener() {
            @Override
            public void onAssigned(Set<TopicPartition> partitions) {
                consumer.seek(P0, Position.offset(1));
                assertThatThrownBy(() -> consumer.poll(SHORT)).isInstanceOf(IllegalStateException.class);
            }
        });

        assertThat(read(consumer, 1)).containsExactly("b");
    }

    @Test
    void whatAListenerThrowsComesOutOfPollAndChangesNothing() {
        cluster.appendRaw(0, batch("a"));
        var consumer = start(settings());
        consumer.subscribe(List.of(FakeCluster.TOPIC), new RebalanceListener() {
            @Override
            public void onAssigned(Set<TopicPartition> partitions) {
                throw new IllegalArgumentException("from the listener");
            }
        });

        assertThatThrownBy(() -> pollUntil(consumer, () -> false)).hasMessage("from the listener");
        assertThat(read(consumer, 1)).containsExactly("a");
    }

    @Test
    void pausedPartitionsAreLeftOut() {
        cluster.appendRaw(0, batch("a"));
        cluster.appendRaw(1, batch("b"));
        var consumer = subscribed(settings());
        consumer.subscribe(List.of(FakeCluster.TOPIC), new RebalanceListener() {
            @Override
            public void onAssigned(Set<TopicPartition> partitions) {
                consumer.pause(List.of(P0));
            }
        });

        assertThat(read(consumer, 1)).containsExactly("b");
        assertThat(consumer.paused()).containsExactly(P0);
        assertThat(consumer.poll(Duration.ofMillis(100))).isEmpty();
        consumer.resume(List.of(P0));
        assertThat(read(consumer, 1)).containsExactly("a");
    }

    @Test
    void closingLeavesTheGroupAndAStaticMemberForAWhileOnly() {
        var consumer = subscribed(settings().instanceId("one").memberId("m1"));
        pollUntil(consumer, () -> consumer.assignment().size() == 2);
        consumer.close();
        assertThat(departures()).containsExactly("left for a while");
        assertThat(groups.memberIds()).containsExactly("m1");

        var other = subscribed(settings().memberId("m2"));
        pollUntil(other, () -> groups.memberIds().contains("m2"));
        other.close();
        assertThat(departures()).containsExactly("left for a while", "left");
    }

    private List<String> departures() {
        return groups.events().stream()
                .filter(event -> event.startsWith("left"))
                .toList();
    }

    @Test
    void closingTakesNoLongerThanAllowedThoughNobodyAnswers() {
        cluster.appendRaw(0, batch("a"));
        var consumer = subscribed(settings());
        read(consumer, 1);
        pollUntil(consumer, () -> true);
        consumer.poll(SHORT);
        List.of(1, 2, 3).forEach(id -> cluster.broker(id).hang());

        long beforeNanos = System.nanoTime();
        consumer.close(Duration.ofMillis(500));

        assertThat(Duration.ofNanos(System.nanoTime() - beforeNanos)).isLessThan(Duration.ofSeconds(5));
    }

    @Test
    void unsubscribesAndSubscribesAgain() {
        cluster.appendRaw(0, batch("a"));
        var consumer = subscribed(settings());
        read(consumer, 1);
        consumer.poll(SHORT);
        consumer.unsubscribe();
        assertThat(consumer.assignment()).isEmpty();
        cluster.appendRaw(0, batch("b"));

        consumer.subscribe(Pattern.compile("ord.*"), listener);

        assertThat(read(consumer, 1)).containsExactly("b");
        assertThat(groups.joined().get(0).getSubscription().getTopicPattern()).isEqualTo("ord.*");
        assertThat(listener.told)
                .containsExactly(
                        "assigned [orders-0, orders-1]",
                        "revoked [orders-0, orders-1]",
                        "assigned [orders-0, orders-1]");
    }

    @Test
    void theGroupHearsOfAnUnsubscribeRightBeforeClose() {
        var consumer = subscribed(settings());
        pollUntil(consumer, () -> consumer.assignment().size() == 2);
        consumer.unsubscribe();
        consumer.close();

        assertThat(departures()).containsExactly("left");
    }

    @Test
    void anotherSubscriptionIsToldOnTheSameStream() {
        var consumer = subscribed(settings());
        pollUntil(consumer, () -> consumer.assignment().size() == 2);

        consumer.subscribe(List.of(FakeCluster.TOPIC, "not-there-yet"), listener);

        pollUntil(consumer, () -> groups.events().contains("subscribed [not-there-yet, orders]"));
        assertThat(groups.joins()).isEqualTo(1);
    }

    @Test
    void interceptorsSeeWhatPollReturns() {
        cluster.appendRaw(0, batch("a", "b"));
        var seen = new ArrayList<Long>();
        ConsumerInterceptor counting = records -> records.forEach(record -> seen.add(record.offset()));
        var consumer = subscribed(settings().interceptors(List.of(counting)));

        read(consumer, 2);

        assertThat(seen).containsExactly(0L, 1L);
    }

    @Test
    void aFullGroupIsToldAndTriedAgain() {
        groups.refuseJoins(io.kontiki.proto.v1.ErrorReason.ERROR_REASON_GROUP_FULL);
        var consumer = subscribed(settings());
        var failure = catchThrowableOfType(KontikiException.class, () -> pollUntil(consumer, () -> false));
        assertThat(failure.reason()).isEqualTo(ErrorReason.GROUP_FULL);

        groups.refuseJoins(io.kontiki.proto.v1.ErrorReason.ERROR_REASON_UNSPECIFIED);
        while (consumer.assignment().isEmpty()) {
            try {
                consumer.poll(SHORT);
            } catch (KontikiException e) {
                assertThat(e.reason()).isEqualTo(ErrorReason.GROUP_FULL);
            }
        }
    }
}
