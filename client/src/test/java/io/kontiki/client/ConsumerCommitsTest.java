package io.kontiki.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.Test;

/** What is committed, and where consumers go on. */
class ConsumerCommitsTest extends GroupFixture {
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

        int before = groups.commits();
        consumer.commitAsync(Map.of(P0, CommittedOffset.of(1)));
        await("the first one is under way").until(() -> groups.commits() > before);
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
}
