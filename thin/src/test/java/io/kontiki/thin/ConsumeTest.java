package io.kontiki.thin;

import static io.kontiki.thin.ConsumeFixture.named;
import static io.kontiki.thin.ConsumeFixture.start;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.kontiki.client.CommittedOffset;
import io.kontiki.client.ErrorReason;
import io.kontiki.client.KontikiException;
import io.kontiki.client.TopicPartition;
import io.kontiki.proto.v1.CommitConsumed;
import io.kontiki.proto.v1.CommitMode;
import io.kontiki.proto.v1.ConsumeRequest;
import io.kontiki.proto.v1.ConsumeResponse.ResponseCase;
import io.kontiki.proto.v1.OffsetToCommit;
import io.kontiki.thin.ConsumeFixture.Caller;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ConsumeTest {
    private static final TopicPartition T0 = new TopicPartition("t", 0);
    private static final TopicPartition T1 = new TopicPartition("t", 1);
    private static final int STREAMS_MAX = 2;

    private ConsumeFixture fixture;

    @BeforeEach
    void begin() throws Exception {
        fixture = new ConsumeFixture(STREAMS_MAX);
    }

    @AfterEach
    void end() throws InterruptedException {
        fixture.close();
    }

    private Caller consuming(int credits, CommitMode mode) {
        int before = fixture.consumers.size();
        var caller = fixture.open(true).start(start().setInitialCredits(credits).setCommitMode(mode));
        await().until(() -> fixture.consumers.size() > before && !caller.answers.isEmpty());
        return caller;
    }

    private FakeConsumer consumer() {
        return fixture.consumers.get(fixture.consumers.size() - 1);
    }

    private static CommittedOffset behind(long offset) {
        return new CommittedOffset(offset + 1, OptionalInt.of(7), "", OptionalLong.empty());
    }

    @Test
    void recordsComeInOrderAsFarAsCreditsAllow() {
        var caller = consuming(3, CommitMode.COMMIT_MODE_MANUAL);
        assertThat(caller.answers.get(0).getStarted().getMemberId()).isEqualTo("m");
        consumer().fill(T0, 1000);
        consumer().assign(T0);
        await().until(() -> caller.offsets(T0).size() == 3);
        assertThat(caller.answers.get(1).getAssigned()).isEqualTo(named(T0));
        caller.credits(4);
        await().until(() -> caller.offsets(T0).size() == 7);
        caller.credits(2000);
        await().until(() -> caller.offsets(T0).size() == 1000);

        assertThat(caller.offsets(T0))
                .containsExactlyElementsOf(LongStream.range(0, 1000).boxed().toList());
    }

    @Test
    void withoutCreditsNoMoreThanOnePollIsFetched() {
        var caller = consuming(1, CommitMode.COMMIT_MODE_MANUAL);
        consumer().fill(T0, 1_000_000);
        consumer().assign(T0, T1);
        consumer().fill(T1, 1_000_000);
        await().until(() -> caller.offsets(T0).size() + caller.offsets(T1).size() == 1);
        caller.commitAll();
        await().until(() -> caller.count(ResponseCase.COMMITTED) == 1);

        assertThat(consumer().polled()).isLessThanOrEqualTo(FakeConsumer.POLL_RECORDS_MAX);
    }

    /** Ten thousand records of 10 KB wait for a caller with all the credits and no time to read. */
    @Test
    void aCallerThatDoesNotReadCostsBoundedMemory() {
        var caller = fixture.open(false)
                .start(start().setInitialCredits(1_000_000).setCommitMode(CommitMode.COMMIT_MODE_MANUAL));
        await().until(() -> !fixture.consumers.isEmpty());
        consumer().valueBytes(10_000);
        consumer().fill(T0, 10_000);
        consumer().assign(T0);
        await().until(() -> consumer().polled() > 0);
        var before = new AtomicLong(-1);
        await().pollInterval(Duration.ofMillis(300))
                .until(() -> before.getAndSet(consumer().polled()) == consumer().polled());

        assertThat(consumer().polled()).isLessThanOrEqualTo(2 * FakeConsumer.POLL_RECORDS_MAX);
        caller.out.request(Integer.MAX_VALUE);
        await().until(() -> caller.offsets(T0).size() == 10_000);
    }

    @Test
    void whatACallerDoesNotTakeIsForgottenAndFetchedAgain() {
        var caller = consuming(2, CommitMode.COMMIT_MODE_MANUAL);
        consumer().fill(T0, 10);
        consumer().fill(T1, 10);
        consumer().assign(T0, T1);
        await().until(() -> caller.offsets(T0).size() + caller.offsets(T1).size() == 2);
        assertThat(consumer().polled()).isEqualTo(20);

        fixture.secondsPassed = 5;
        consumer().wakeup();
        await().until(() -> consumer().position(T0) + consumer().position(T1) == 2);
        caller.credits(18);

        await().until(() -> caller.offsets(T0).size() + caller.offsets(T1).size() == 20);
        for (var partition : List.of(T0, T1)) {
            assertThat(caller.offsets(partition))
                    .containsExactlyElementsOf(LongStream.range(0, 10).boxed().toList());
        }
        assertThat(consumer().polled()).isEqualTo(38);
    }

    /** Each commit has an answer. */
    @Test
    void aCallerThatCommitsAndReadsNothingIsListenedToNoMore() {
        var caller = fixture.open(false).start(start().setCommitMode(CommitMode.COMMIT_MODE_MANUAL));
        await().until(() -> !fixture.consumers.isEmpty());
        var offset = OffsetToCommit.newBuilder().setTopic("t").setPartition(1).setOffset(42);
        for (int commits = 0; commits < 300; commits++) {
            caller.say(ConsumeRequest.newBuilder()
                    .setCommit(CommitConsumed.newBuilder().addOffsets(offset)));
        }
        var before = new AtomicLong(-1);
        await().pollInterval(Duration.ofMillis(300))
                .until(() -> before.getAndSet(consumer().commits().size())
                        == consumer().commits().size());

        assertThat(consumer().commits()).hasSizeLessThan(50);
        caller.out.request(Integer.MAX_VALUE);
        await().until(() -> caller.count(ResponseCase.COMMITTED) == 300);
    }

    @Test
    void aStreamThatEndsBeforeItsStartIsRefused() {
        var caller = fixture.open(true);
        caller.out.onCompleted();
        await().until(() -> !caller.ends.isEmpty());

        assertThat(caller.ends.get(0)).contains("start");
    }

    @Test
    void messagesWithRecordsAreSmall() {
        var caller = consuming(1000, CommitMode.COMMIT_MODE_MANUAL);
        consumer().valueBytes(100_000);
        consumer().fill(T0, 20);
        consumer().assign(T0);
        await().until(() -> caller.offsets(T0).size() == 20);

        assertThat(caller.answers)
                .allSatisfy(answer -> assertThat(answer.getSerializedSize())
                        .isLessThanOrEqualTo(ConsumeSession.MESSAGE_BYTES_MAX + 100));
    }

    @Test
    void onlyWhatCreditsGiveBackIsCommittedAutomatically() {
        var caller = consuming(10, CommitMode.COMMIT_MODE_AUTOMATIC);
        consumer().fill(T0, 100);
        consumer().assign(T0);
        await().until(() -> caller.offsets(T0).size() == 10);
        caller.credits(4);
        await().until(() -> caller.offsets(T0).size() == 14);
        caller.out.onCompleted();
        await().until(() -> !caller.ends.isEmpty());

        assertThat(consumer().commits()).containsExactly(Map.of(T0, behind(3)));
        assertThat(caller.ends).containsExactly("completed");
        assertThat(consumer().end()).isEqualTo("left");
    }

    @Test
    void nothingIsCommittedUnaskedForInManualMode() {
        var caller = consuming(10, CommitMode.COMMIT_MODE_MANUAL);
        consumer().fill(T0, 100);
        consumer().assign(T0);
        await().until(() -> caller.offsets(T0).size() == 10);
        caller.credits(10);
        await().until(() -> caller.offsets(T0).size() == 20);
        caller.out.onCompleted();
        await().until(() -> !caller.ends.isEmpty());

        assertThat(consumer().commits()).isEmpty();
    }

    @Test
    void commitsAreAnsweredInTheirOrderAndTellWhatFailed() {
        var caller = consuming(10, CommitMode.COMMIT_MODE_MANUAL);
        consumer().storeLater();
        consumer().fill(T0, 5);
        consumer().assign(T0);
        await().until(() -> caller.offsets(T0).size() == 5);
        caller.commitAll();
        caller.say(ConsumeRequest.newBuilder()
                .setCommit(CommitConsumed.newBuilder()
                        .addOffsets(OffsetToCommit.newBuilder()
                                .setTopic("t")
                                .setPartition(1)
                                .setOffset(42)
                                .setMetadata("note"))));
        await().until(() -> consumer().commits().size() == 2);
        consumer().outcome(1).completeExceptionally(new KontikiException(ErrorReason.STALE_MEMBER_EPOCH, "not yours"));
        // The stream goes on meanwhile, so it has seen that.
        consumer().fill(T0, 6);
        await().until(() -> caller.offsets(T0).size() == 6);
        assertThat(caller.count(ResponseCase.COMMITTED)).isZero();
        consumer().outcome(0).complete(null);
        await().until(() -> caller.count(ResponseCase.COMMITTED) == 2);

        assertThat(consumer().commits().get(0)).isEqualTo(Map.of(T0, behind(4)));
        assertThat(consumer().commits().get(1))
                .isEqualTo(Map.of(T1, CommittedOffset.of(42).withMetadata("note")));
        var answers = caller.answers.subList(caller.answers.size() - 2, caller.answers.size());
        assertThat(answers.get(0).getCommitted().getFailuresList()).isEmpty();
        assertThat(answers.get(1).getCommitted().getFailuresList())
                .singleElement()
                .satisfies(failure -> {
                    assertThat(failure.getPartition()).isEqualTo(1);
                    assertThat(failure.getError().getReason().name()).isEqualTo("ERROR_REASON_STALE_MEMBER_EPOCH");
                });
    }

    @Test
    void pausedPartitionsComeAgainWhereTheyWere() {
        var caller = consuming(5, CommitMode.COMMIT_MODE_MANUAL);
        consumer().fill(T0, 20);
        consumer().assign(T0, T1);
        await().until(() -> caller.offsets(T0).size() == 5);
        caller.say(ConsumeRequest.newBuilder().setPause(named(T0, new TopicPartition("gone", 3))));
        caller.credits(100);
        consumer().fill(T1, 10);
        await().until(() -> caller.offsets(T1).size() == 10);
        assertThat(caller.offsets(T0)).hasSize(5);
        caller.say(ConsumeRequest.newBuilder().setResume(named(T0)));
        await().until(() -> caller.offsets(T0).size() == 20);

        assertThat(caller.offsets(T0))
                .containsExactlyElementsOf(LongStream.range(0, 20).boxed().toList());
    }

    @Test
    void whatIsReleasedBeforeItHasToGoIsWaitedForAllTheSame() {
        var caller = consuming(10, CommitMode.COMMIT_MODE_MANUAL);
        consumer().fill(T0, 100);
        consumer().assign(T0, T1);
        await().until(() -> caller.offsets(T0).size() == 10);
        caller.say(ConsumeRequest.newBuilder().setReleased(named(T0)));
        caller.commitAll();
        await().until(() -> caller.count(ResponseCase.COMMITTED) == 1);
        consumer().revoke(T0);
        await().until(() -> caller.count(ResponseCase.REVOKED) == 1);
        caller.commitAll();
        await().until(() -> caller.count(ResponseCase.COMMITTED) == 2);

        assertThat(consumer().assignment()).contains(T0);
        caller.say(ConsumeRequest.newBuilder().setReleased(named(T0)));
        await().until(() -> !consumer().assignment().contains(T0));
    }

    @Test
    void aRevokedPartitionGoesOnceTheCallerHasReleasedIt() {
        var caller = consuming(10, CommitMode.COMMIT_MODE_MANUAL);
        consumer().fill(T0, 100);
        consumer().assign(T0, T1);
        await().until(() -> caller.offsets(T0).size() == 10);
        consumer().revoke(T0);
        await().until(() -> caller.count(ResponseCase.REVOKED) == 1);
        caller.commitAll();
        await().until(() -> caller.count(ResponseCase.COMMITTED) == 1);
        assertThat(consumer().assignment()).contains(T0);
        caller.say(ConsumeRequest.newBuilder().setReleased(named(T0)));
        await().until(() -> !consumer().assignment().contains(T0));
        caller.credits(100);
        consumer().fill(T1, 3);
        await().until(() -> caller.offsets(T1).size() == 3);

        assertThat(caller.offsets(T0)).hasSize(10);
        assertThat(consumer().commits()).containsExactly(Map.of(T0, behind(9)));
    }

    @Test
    void aMemberThatWasFencedSaysWhatIsLostAndEnds() {
        var caller = consuming(10, CommitMode.COMMIT_MODE_AUTOMATIC);
        consumer().assign(T0);
        await().until(() -> caller.count(ResponseCase.ASSIGNED) == 1);
        consumer().lose(new KontikiException(ErrorReason.STALE_MEMBER_EPOCH, "came by another stream"));
        await().until(() -> !caller.ends.isEmpty());

        assertThat(caller.answers.get(caller.answers.size() - 1).getLost()).isEqualTo(named(T0));
        assertThat(caller.ends).singleElement().asString().contains("STALE_MEMBER_EPOCH");
        assertThat(consumer().end()).isEqualTo("abandoned");
        await().until(() -> fixture.service.streams() == 0);
    }

    @Test
    void aStreamThatBreaksLeavesTheMemberInTheGroup() {
        var caller = consuming(10, CommitMode.COMMIT_MODE_AUTOMATIC);
        caller.out.cancel("gone", null);

        await().until(() -> consumer().end().equals("abandoned"));
        await().until(() -> fixture.service.streams() == 0);
    }

    /** Rule G9. */
    @Test
    void aSecondStreamOfOneMemberEndsTheFirstAndDeliversAfterIt() {
        var first = consuming(10, CommitMode.COMMIT_MODE_AUTOMATIC);
        var firstConsumer = consumer();
        consumer().assign(T0);
        var second = consuming(10, CommitMode.COMMIT_MODE_AUTOMATIC);

        assertThat(firstConsumer.end()).isEqualTo("abandoned");
        await().until(() -> !first.ends.isEmpty());
        assertThat(first.ends).singleElement().asString().contains("STALE_MEMBER_EPOCH");
        consumer().fill(T0, 1);
        consumer().assign(T0);
        await().until(() -> second.offsets(T0).size() == 1);
    }

    @Test
    void streamsAboveTheLimitAreRefused() {
        consuming(1, CommitMode.COMMIT_MODE_MANUAL);
        var other = fixture.open(true).start(start().setMemberId("n"));
        await().until(() -> fixture.consumers.size() == 2);
        var third = fixture.open(true).start(start().setMemberId("o"));
        await().until(() -> !third.ends.isEmpty());

        assertThat(third.ends).singleElement().asString().contains("OVERLOADED").contains("at most 2");
        other.out.onCompleted();
        await().until(() -> fixture.service.streams() == 1);
        fixture.open(true).start(start().setMemberId("p"));
        await().until(() -> fixture.consumers.size() == 3);
    }

    @Test
    void aBrokerThatStopsEndsItsStreamsButNotTheirMembers() {
        var caller = consuming(1, CommitMode.COMMIT_MODE_MANUAL);
        fixture.service.close(Duration.ofSeconds(ConsumeFixture.SECONDS_MAX));
        await().until(() -> !caller.ends.isEmpty());

        assertThat(caller.ends).singleElement().asString().contains("SHUTTING_DOWN");
        assertThat(consumer().end()).isEqualTo("abandoned");
        var late = fixture.open(true).start(start());
        await().until(() -> !late.ends.isEmpty());
        assertThat(late.ends).singleElement().asString().contains("SHUTTING_DOWN");
    }

    @Test
    void badMessagesEndTheStreamWithTheFieldToBlame() {
        assertEnds(fixture.open(true).credits(1), "start");
        assertEnds(fixture.open(true).start(start().setGroupId("a b")), "group_id");
        assertEnds(fixture.open(true).start(start().setMemberId("ü")), "member_id");
        assertEnds(fixture.open(true).start(start().clearSubscription()), "subscription");
        assertEnds(fixture.open(true).start(start().setSessionTimeoutMs(999)), "session_timeout_ms");
        assertEnds(fixture.open(true).start(start().setRebalanceTimeoutMs(3_600_001)), "rebalance_timeout_ms");
        assertEnds(fixture.open(true).start(start().setInitialCredits(1_000_001)), "initial_credits");
        var badPattern = start();
        badPattern.getSubscriptionBuilder().setTopicPattern("(");
        assertEnds(fixture.open(true).start(badPattern), "subscription.topic_pattern");
        assertThat(fixture.consumers).isEmpty();
        assertEnds(consuming(1_000_000, CommitMode.COMMIT_MODE_MANUAL).credits(1), "credits.records");
        assertEnds(consuming(1, CommitMode.COMMIT_MODE_MANUAL).start(start()), "start");
        assertEnds(
                consuming(1, CommitMode.COMMIT_MODE_MANUAL)
                        .say(ConsumeRequest.newBuilder()
                                .setCommit(CommitConsumed.newBuilder()
                                        .addOffsets(OffsetToCommit.newBuilder()
                                                .setTopic("t")
                                                .setOffset(-1)))),
                "commit.offsets[0].offset");
    }

    private static void assertEnds(Caller caller, String field) {
        await().until(() -> !caller.ends.isEmpty());
        assertThat(caller.ends).singleElement().asString().contains("INVALID_ARGUMENT " + field);
    }

    @Test
    void namesBesideAPatternBecomePartOfIt() {
        var wanted = start();
        wanted.getSubscriptionBuilder().addTopics("a.b").setTopicPattern("log-.*");
        fixture.open(true).start(wanted);
        await().until(() -> !fixture.consumers.isEmpty());

        var pattern = consumer().start.pattern().orElseThrow();
        assertThat(pattern.matcher("t").matches()).isTrue();
        assertThat(pattern.matcher("a.b").matches()).isTrue();
        assertThat(pattern.matcher("axb").matches()).isFalse();
        assertThat(pattern.matcher("log-7").matches()).isTrue();
        assertThat(pattern.matcher("blog-7").matches()).isFalse();
    }
}
