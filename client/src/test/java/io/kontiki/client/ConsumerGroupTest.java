package io.kontiki.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.kontiki.record.RecordBatchBuilder;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.function.BooleanSupplier;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class ConsumerGroupTest {
    private static final TopicPartition P0 = new TopicPartition(FakeCluster.TOPIC, 0);
    private static final TopicPartition P1 = new TopicPartition(FakeCluster.TOPIC, 1);
    private static final Duration SHORT = Duration.ofMillis(20);

    private final FakeCluster cluster = new FakeCluster(3, 2);
    private final FakeGroups groups = cluster.groups();
    private final List<Consumer> consumers = new ArrayList<>();
    private final Recording listener = new Recording();

    /** Writes down what it is told. */
    private static final class Recording implements RebalanceListener {
        private final List<String> told = new ArrayList<>();

        @Override
        public void onAssigned(Set<TopicPartition> partitions) {
            told.add("assigned " + partitions);
        }

        @Override
        public void onRevoked(Set<TopicPartition> partitions) {
            told.add("revoked " + partitions);
        }

        @Override
        public void onLost(Set<TopicPartition> partitions) {
            told.add("lost " + partitions);
        }
    }

    @AfterEach
    void close() {
        consumers.forEach(consumer -> consumer.close(Duration.ofMillis(200)));
        cluster.close();
    }

    private Consumer.Builder settings() {
        return Consumer.builder()
                .bootstrapServers(cluster.bootstrap())
                .transport(cluster)
                .group("g")
                .resetPolicy(ResetPolicy.EARLIEST);
    }

    private Consumer start(Consumer.Builder settings) {
        var consumer = settings.build();
        consumers.add(consumer);
        return consumer;
    }

    private Consumer subscribed(Consumer.Builder settings) {
        var consumer = start(settings);
        consumer.subscribe(List.of(FakeCluster.TOPIC), listener);
        return consumer;
    }

    private static ByteBuffer batch(String... values) {
        var builder = new RecordBatchBuilder(1 << 16);
        for (var value : values) {
            builder.add(7, null, ByteBuffer.wrap(value.getBytes(StandardCharsets.UTF_8)), List.of());
        }
        return builder.build();
    }

    private static List<String> read(Consumer consumer, int count) {
        var values = new ArrayList<String>();
        while (values.size() < count) {
            consumer.poll(SHORT)
                    .forEach(record -> values.add(new String(record.value().orElseThrow(), StandardCharsets.UTF_8)));
        }
        return values;
    }

    /** Polls until it is so; nothing is to be read meanwhile. */
    private static void pollUntil(Consumer consumer, BooleanSupplier condition) {
        while (!condition.getAsBoolean()) {
            assertThat(consumer.poll(SHORT)).isEmpty();
        }
    }

    /** Polls for so long; nothing is to be read meanwhile. */
    private static void pollFor(Consumer consumer, Duration time) {
        long endNanos = System.nanoTime() + time.toNanos();
        pollUntil(consumer, () -> System.nanoTime() - endNanos > 0);
    }

    private static String memberId(Consumer consumer) {
        return consumer.memberId().orElseThrow();
    }

    @Test
    void goesOnWhereTheGroupHasCommitted() {
        cluster.appendRaw(0, batch("a", "b"));
        var first = subscribed(settings().autoCommit(false));
        assertThat(read(first, 2)).containsExactly("a", "b");
        first.commit();
        first.close();
        cluster.appendRaw(0, batch("c"));

        var second = subscribed(settings());

        assertThat(read(second, 1)).containsExactly("c");
        assertThat(groups.commitOf(P0).getLeaderEpoch()).isEqualTo(1);
        assertThat(second.committed(Set.of(P0, P1)).get(P0).offset()).isEqualTo(2);
        assertThat(listener.told)
                .containsExactly(
                        "assigned [orders-0, orders-1]",
                        "revoked [orders-0, orders-1]",
                        "assigned [orders-0, orders-1]");
    }

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
    void automaticCommitsLeaveOutWhatTheLastPollReturned() {
        cluster.appendRaw(0, batch("a", "b", "c"));
        var consumer = subscribed(settings().maxPollRecords(1).autoCommitInterval(Duration.ofMillis(1)));
        assertThat(read(consumer, 2)).containsExactly("a", "b");
        consumer.close();

        assertThat(groups.committed().get(P0)).isEqualTo(1);
    }

    /** Closing commits automatically what is settled, which is behind what the caller has committed. */
    @Test
    void aCommitBeforeCloseIsNotTakenBack() {
        cluster.appendRaw(0, batch("a", "b"));
        var consumer = subscribed(settings().maxPollRecords(1));
        assertThat(read(consumer, 2)).containsExactly("a", "b");

        consumer.commit();
        consumer.close();

        assertThat(groups.committed()).containsEntry(P0, 2L);
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
    void aCommitIsRepeatedWhileTheCoordinatorMovesAndTellsWhatARepeatDoesNotMend() {
        cluster.appendRaw(0, batch("a"));
        var consumer = subscribed(settings().autoCommit(false));
        read(consumer, 1);
        groups.failNextCommits(
                io.kontiki.proto.v1.ErrorReason.ERROR_REASON_NOT_COORDINATOR,
                io.kontiki.proto.v1.ErrorReason.ERROR_REASON_QUORUM_UNAVAILABLE);

        consumer.commit();

        assertThat(groups.committed()).containsEntry(P0, 1L);
        groups.failNextCommits(io.kontiki.proto.v1.ErrorReason.ERROR_REASON_STALE_MEMBER_EPOCH);
        var late = consumer.commitAsync(Map.of(P0, CommittedOffset.of(0)));
        assertThatThrownBy(late::get)
                .isInstanceOf(ExecutionException.class)
                .cause()
                .isInstanceOfSatisfying(
                        KontikiException.class, e -> assertThat(e.reason()).isEqualTo(ErrorReason.STALE_MEMBER_EPOCH));
        assertThat(groups.committed()).containsEntry(P0, 1L);
    }

    @Test
    void commitsAreStoredInTheirOrderThoughAnEarlierOneIsRepeated() throws Exception {
        cluster.appendRaw(0, batch("a", "b"));
        var consumer = subscribed(settings().autoCommit(false));
        read(consumer, 2);
        groups.failNextCommits(io.kontiki.proto.v1.ErrorReason.ERROR_REASON_NOT_COORDINATOR);

        consumer.commitAsync(Map.of(P0, CommittedOffset.of(1)));
        consumer.commitAsync(Map.of(P0, CommittedOffset.of(2).withMetadata("x")))
                .get();

        assertThat(groups.events()).containsExactly("commit orders-0@1", "commit orders-0@2");
        assertThat(consumer.committed(Set.of(P0)).get(P0).metadata()).isEqualTo("x");
    }

    @Test
    void offsetsThatCannotBeReadAreNotTakenForNone() {
        cluster.appendRaw(0, batch("a", "b"));
        groups.commit(P0, 1);
        groups.failNextFetches(
                io.kontiki.proto.v1.ErrorReason.ERROR_REASON_QUORUM_UNAVAILABLE,
                io.kontiki.proto.v1.ErrorReason.ERROR_REASON_NOT_COORDINATOR);

        assertThat(read(subscribed(settings()), 1)).containsExactly("b");
    }

    @Test
    void aPartitionWhoseOffsetIsNotToldHoldsUpNoOther() {
        cluster.appendRaw(1, batch("a"));
        groups.hideOffsetOf(P0);

        assertThat(read(subscribed(settings()), 1)).containsExactly("a");
    }

    @Test
    void withoutACommitTheResetPolicyDecides() {
        cluster.appendRaw(0, batch("old"));
        var latest = subscribed(settings().autoCommit(false).resetPolicy(ResetPolicy.LATEST));
        pollUntil(latest, () -> latest.assignment().contains(P0));
        assertThat(latest.position(P0)).isEqualTo(1);
        latest.close();

        var ago = subscribed(settings().autoCommit(false).resetPolicy(ResetPolicy.ago(Duration.ofHours(1))));
        pollUntil(ago, () -> ago.assignment().contains(P0));
        // The record's time stamp is long ago.
        assertThat(ago.position(P0)).isEqualTo(1);
        ago.close();

        var error = subscribed(settings().resetPolicy(ResetPolicy.ERROR));
        var failure = catchThrowableOfType(KontikiException.class, () -> pollUntil(error, () -> false));
        assertThat(failure.reason()).isEqualTo(ErrorReason.OFFSET_OUT_OF_RANGE);
        assertThat(failure).hasMessageContaining("has committed nothing");
        error.seek(P0, Position.earliest());
        error.seek(P1, Position.earliest());
        assertThat(read(error, 1)).containsExactly("old");
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
    void aTopicMadeAgainIsReadFromItsStart() {
        cluster.appendRaw(0, batch("a", "b", "c"));
        var consumer = subscribed(settings().resetPolicy(ResetPolicy.LATEST));
        pollUntil(consumer, () -> consumer.assignment().contains(P0));
        assertThat(consumer.position(P0)).isEqualTo(3);

        cluster.makeTopicAgain();
        cluster.appendRaw(0, batch("new"));

        assertThat(read(consumer, 1)).containsExactly("new");
    }

    @Test
    void anAssignedTopicMadeAgainIsNotReadAtTheOldPosition() {
        cluster.appendRaw(0, batch("a", "b"));
        var consumer =
                start(Consumer.builder().bootstrapServers(cluster.bootstrap()).transport(cluster));
        consumer.assign(List.of(P0));
        consumer.seek(P0, Position.offset(1));
        assertThat(read(consumer, 1)).containsExactly("b");

        cluster.makeTopicAgain();
        cluster.appendRaw(0, batch("c", "d", "e"));

        assertThatThrownBy(() -> pollUntil(consumer, () -> false)).hasMessageContaining("made again");
        consumer.seek(P0, Position.earliest());
        assertThat(read(consumer, 3)).containsExactly("c", "d", "e");
    }

    /** An unclean election lost "b", which was committed: the offset behind it is another record's (KIP-320). */
    @Test
    void aCommitOfRecordsThatWereLostIsNoPlaceToGoOn() {
        cluster.appendRaw(0, batch("a"));
        cluster.appendRaw(0, batch("b"));
        var first = subscribed(settings().autoCommit(false));
        read(first, 2);
        first.commit();
        first.close();
        cluster.loseFrom(0, 1, 3);
        cluster.appendRaw(0, batch("c"));
        cluster.appendRaw(0, batch("d"));

        var strict = subscribed(settings().autoCommit(false).resetPolicy(ResetPolicy.ERROR));
        strict.subscribe(List.of(FakeCluster.TOPIC), new RebalanceListener() {
            @Override
            public void onAssigned(Set<TopicPartition> partitions) {
                // Where nothing is committed, the policy has its say as well.
                strict.seek(P1, Position.earliest());
            }
        });
        var failure = catchThrowableOfType(KontikiException.class, () -> pollUntil(strict, () -> false));
        assertThat(failure.reason()).isEqualTo(ErrorReason.OFFSET_OUT_OF_RANGE);
        assertThat(strict.position(P0)).isEqualTo(2);
        strict.close();

        assertThat(read(subscribed(settings().resetPolicy(ResetPolicy.LATEST)), 2))
                .containsExactly("c", "d");
    }

    /** The control batch moves the position into an epoch that no record that was returned is of. */
    @Test
    void aPositionBehindAControlBatchIsOfItsEpoch() {
        cluster.appendRaw(0, batch("a"));
        cluster.elect(0, 2);
        cluster.appendRaw(0, io.kontiki.record.ControlRecords.leaderChange(2, List.of(2), List.of(2), 5));
        var first = subscribed(settings().autoCommit(false));
        read(first, 1);
        pollUntil(first, () -> first.position(P0) == 2);
        first.commit();
        first.close();
        assertThat(groups.commitOf(P0).getLeaderEpoch()).isEqualTo(2);
        cluster.appendRaw(0, batch("b"));

        assertThat(read(subscribed(settings().resetPolicy(ResetPolicy.EARLIEST)), 1))
                .containsExactly("b");
    }

    @Test
    void aTopicMadeAgainThatTheMetadataLackYetIsNotReadAtTheOldPosition() {
        cluster.appendRaw(0, batch("a", "b"));
        var consumer =
                start(Consumer.builder().bootstrapServers(cluster.bootstrap()).transport(cluster));
        consumer.assign(List.of(P0));
        consumer.seek(P0, Position.offset(1));
        assertThat(read(consumer, 1)).containsExactly("b");

        cluster.makeTopicAgainQuietly();
        cluster.appendRaw(0, batch("c", "d", "e"));
        int refused = cluster.refusedIds();
        pollUntil(consumer, () -> cluster.refusedIds() > refused + 2);
        cluster.tellWatchers();

        assertThatThrownBy(() -> pollUntil(consumer, () -> false)).hasMessageContaining("made again");
    }

    @Test
    void offsetsOfATopicThatTheMetadataLackYetAreNotTold() {
        cluster.appendRaw(0, batch("a", "b"));
        var consumer = start(Consumer.builder()
                .bootstrapServers(cluster.bootstrap())
                .transport(cluster)
                .requestTimeout(Duration.ofMillis(300)));
        assertThat(consumer.endOffsets(List.of(P0))).containsEntry(P0, 2L);

        cluster.makeTopicAgainQuietly();
        cluster.appendRaw(0, batch("c"));

        assertThatThrownBy(() -> consumer.endOffsets(List.of(P0)))
                .isInstanceOfSatisfying(
                        KontikiException.class, e -> assertThat(e.reason()).isEqualTo(ErrorReason.TIMED_OUT));
        cluster.tellWatchers();
        org.awaitility.Awaitility.await().until(() -> consumer.topic(FakeCluster.TOPIC)
                .id()
                .equals(WireValues.topicId(cluster.topicId())));
        assertThat(consumer.endOffsets(List.of(P0))).containsEntry(P0, 1L);
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
    void assigningByHandStartsAtTheCommitAndCommitsFromOutside() {
        cluster.appendRaw(0, batch("a", "b"));
        groups.commit(P0, 1);
        var consumer = start(settings().autoCommit(false));
        consumer.assign(List.of(P0));
        assertThatThrownBy(() -> consumer.subscribe(List.of("x"))).isInstanceOf(IllegalStateException.class);

        assertThat(read(consumer, 1)).containsExactly("b");
        consumer.commit();

        assertThat(groups.committed()).containsEntry(P0, 2L);
        assertThat(groups.joins()).isZero();
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
