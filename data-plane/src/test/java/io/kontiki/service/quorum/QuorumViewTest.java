package io.kontiki.service.quorum;

import static org.assertj.core.api.Assertions.assertThat;

import io.kontiki.metadata.Endpoint;
import io.kontiki.metadata.LocalMetadata;
import io.kontiki.metadata.UuidBytes;
import io.kontiki.proto.internal.v1.WatchImageResponse.Voters;
import io.kontiki.proto.v1.LeaderHint;
import io.kontiki.quorum.ratis.QuorumConfig;
import io.kontiki.quorum.ratis.RatisMetadataLog;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a broker knows of a quorum of which it is no member. */
class QuorumViewTest {
    private static final UUID QUORUM = new UUID(1, 2);
    private static final Endpoint VOTER = new Endpoint("voter", 9092);

    @TempDir
    private Path directory;

    private QuorumView view() {
        var metadata = new LocalMetadata(fault -> {});
        var notStarted = new RatisMetadataLog(
                QuorumConfig.founder(1, Map.of(1, new Endpoint("127.0.0.1", 1)), directory, "test-cluster"),
                metadata,
                () -> VOTER,
                (message, e) -> {});
        return new QuorumView(notStarted, notStarted, metadata, List.of());
    }

    private static Voters.Builder voter() {
        return Voters.newBuilder()
                .addBrokers(LeaderHint.newBuilder()
                        .setLeaderId(1)
                        .setHost(VOTER.host())
                        .setPort(VOTER.port()));
    }

    @Test
    void quorumIsKnownBeforeItsVotersAreRegistered() {
        QuorumView view = view();

        assertThat(view.heard(Voters.newBuilder()
                        .setQuorumId(UuidBytes.toBytes(QUORUM))
                        .build()))
                .isTrue();

        assertThat(view.quorumId()).contains(QUORUM);
    }

    @Test
    void quorumIsNotForgottenForOneThatKnowsNone() {
        QuorumView view = view();
        view.heard(voter().setQuorumId(UuidBytes.toBytes(QUORUM)).build());

        assertThat(view.heard(voter().build())).isTrue();

        assertThat(view.quorumId()).contains(QUORUM);
        assertThat(view.servers()).containsExactly(VOTER);
    }

    /** Whoever asks this broker for a change of the quorum is sent there. */
    @Test
    void leaderIsNotForgottenForMembersOfWhomLessIsKnown() {
        QuorumView view = view();
        view.heard(voter().setLeaderId(1).build());
        var other = new Endpoint("other", 9092);

        view.learned(List.of(VOTER, other));

        assertThat(view.leaderId()).hasValue(1);
        assertThat(view.voterIds()).containsExactly(1);
        assertThat(view.servers()).containsExactly(VOTER, other);
    }

    /** Else this broker would follow any quorum from then on. */
    @Test
    void quorumIsNotForgottenWhenTwoThreadsLearn() throws Exception {
        var told = voter().setQuorumId(UuidBytes.toBytes(QUORUM)).build();
        var start = new CyclicBarrier(2);
        var views = IntStream.range(0, 2_000).mapToObj(i -> view()).toList();
        var other = CompletableFuture.runAsync(() -> views.forEach(view -> {
            await(start);
            view.heard(told);
        }));
        views.forEach(view -> {
            await(start);
            view.learned(List.of(VOTER));
        });
        other.join();

        assertThat(views).allSatisfy(view -> assertThat(view.quorumId()).contains(QUORUM));
    }

    private static void await(CyclicBarrier start) {
        try {
            start.await(20, TimeUnit.SECONDS);
        } catch (InterruptedException | BrokenBarrierException | TimeoutException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void anotherQuorumIsNotFollowed() {
        QuorumView view = view();
        view.heard(Voters.newBuilder().setQuorumId(UuidBytes.toBytes(QUORUM)).build());

        assertThat(view.heard(
                        voter().setQuorumId(UuidBytes.toBytes(new UUID(3, 4))).build()))
                .isFalse();

        assertThat(view.quorumId()).contains(QUORUM);
        assertThat(view.servers()).isEmpty();
    }
}
