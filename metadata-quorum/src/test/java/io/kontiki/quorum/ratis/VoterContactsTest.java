package io.kontiki.quorum.ratis;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Proxy;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.apache.ratis.proto.RaftProtos.AppendEntriesReplyProto;
import org.apache.ratis.proto.RaftProtos.AppendEntriesReplyProto.AppendResult;
import org.apache.ratis.proto.RaftProtos.RaftRpcReplyProto;
import org.apache.ratis.protocol.RaftPeer;
import org.apache.ratis.protocol.RaftPeerId;
import org.apache.ratis.server.leader.FollowerInfo;
import org.apache.ratis.server.leader.LeaderState;
import org.apache.ratis.server.leader.LogAppender;
import org.junit.jupiter.api.Test;

/** When a majority last followed the leader, by what Ratis' appenders ask and are answered (rule L16). */
class VoterContactsTest {
    private static final RaftPeerId OWN = RaftPeerId.valueOf("1");

    private final VoterContacts contacts = new VoterContacts();

    /** An answer may lie in a buffer while this process stands still, and others elect another leader. */
    @Test
    void whatCountsIsWhenTheRequestWasMade() {
        var follower = follow("2");
        ask(follower, 0);
        long asked = System.nanoTime();
        while (System.nanoTime() - asked < 1_000_000) {
            Thread.onSpinWait();
        }
        assertThat(contacts.majorityNanos(peers("1", "2", "3"), List.of(), OWN)).isEmpty();
        answer(follower, 0, AppendResult.SUCCESS);

        assertThat(contacts.majorityNanos(peers("1", "2", "3"), List.of(), OWN).orElseThrow() - asked)
                .isNotPositive();
    }

    @Test
    void voterThatKnowsOfAHigherTermConfirmsNothing() {
        var follower = follow("2");
        ask(follower, 0);
        answer(follower, 0, AppendResult.NOT_LEADER);

        assertThat(contacts.majorityNanos(peers("1", "2", "3"), List.of(), OWN)).isEmpty();
    }

    @Test
    void lateAnswerTakesNothingBack() {
        var follower = follow("2");
        ask(follower, 0);
        long between = System.nanoTime();
        ask(follower, 1);
        answer(follower, 1, AppendResult.SUCCESS);
        answer(follower, 0, AppendResult.SUCCESS);

        assertThat(contacts.majorityNanos(peers("1", "2", "3"), List.of(), OWN).orElseThrow() - between)
                .isNotNegative();
    }

    @Test
    void majorityIsOfTheVotersOfBothWhileTheyChange() {
        var second = follow("2");
        ask(second, 0);
        answer(second, 0, AppendResult.SUCCESS);
        var learner = follow("9");
        ask(learner, 0);
        answer(learner, 0, AppendResult.INCONSISTENCY);

        assertThat(contacts.majorityNanos(peers("1"), List.of(), OWN)).isPresent();
        assertThat(contacts.majorityNanos(peers("1", "2", "3"), List.of(), OWN)).isPresent();
        assertThat(contacts.majorityNanos(peers("1", "3", "4"), List.of(), OWN)).isEmpty();
        assertThat(contacts.majorityNanos(peers("1", "2", "3", "4"), List.of(), OWN))
                .isEmpty();
        assertThat(contacts.majorityNanos(peers("1", "2", "3"), peers("1", "3", "4"), OWN))
                .isEmpty();
        assertThat(contacts.majorityNanos(peers("1", "2", "9"), peers("1", "2"), OWN))
                .isPresent();
    }

    /** The leader as the appender of that voter sees it. */
    private LeaderState follow(String id) {
        var seen = new AtomicReference<LeaderState>();
        var follower = (FollowerInfo) Proxy.newProxyInstance(
                getClass().getClassLoader(),
                new Class<?>[] {FollowerInfo.class},
                (proxy, method, arguments) -> RaftPeerId.valueOf(id));
        var leader = (LeaderState) Proxy.newProxyInstance(
                getClass().getClassLoader(), new Class<?>[] {LeaderState.class}, (proxy, method, arguments) -> null);
        contacts.follow(null, leader, follower, (server, state, to) -> {
            seen.set(state);
            return (LogAppender) null;
        });
        return seen.get();
    }

    private static void ask(LeaderState leader, long callId) {
        leader.newAppendEntriesRequestProto(null, List.of(), null, callId);
    }

    private static void answer(LeaderState leader, long callId, AppendResult result) {
        leader.onAppendEntriesReply(
                null,
                AppendEntriesReplyProto.newBuilder()
                        .setServerReply(RaftRpcReplyProto.newBuilder().setCallId(callId))
                        .setResult(result)
                        .build());
    }

    private static List<RaftPeer> peers(String... ids) {
        return Stream.of(ids).map(id -> RaftPeer.newBuilder().setId(id).build()).toList();
    }
}
