package io.kontiki.quorum.ratis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.kontiki.metadata.ImageCodec;
import io.kontiki.proto.internal.v1.Command;
import io.kontiki.proto.internal.v1.CommandReply;
import io.kontiki.proto.v1.ErrorReason;
import io.kontiki.quorum.QuorumVoter;
import io.kontiki.quorum.SampleCommands;
import io.kontiki.quorum.Submission;
import io.kontiki.quorum.Together;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How quorums are formed, grow, shrink, and get over lost storages; real Ratis servers on loopback. */
class RatisMembershipTest {
    @TempDir
    Path directory;

    private final List<Voter> voters = new ArrayList<>();

    @BeforeEach
    void patience() {
        Awaitility.setDefaultTimeout(Duration.ofSeconds(20));
    }

    @AfterEach
    void stop() {
        Together.close(voters);
        voters.forEach(voter -> assertThat(voter.faults).isEmpty());
    }

    @Test
    void quorumGrowsOneByOneFromOneToFive() {
        found(1);
        submit(SampleCommands.initialize());
        for (int id = 2; id <= 5; id++) {
            var broker = waiting(id);
            assertDone(() -> leader().log.add(broker));
            submit(SampleCommands.register(id));
            assertThat(leader().log.voters()).hasSize(id);
        }

        assertAllHaveTheSameImage();
        assertThat(voters)
                .allSatisfy(voter ->
                        await().untilAsserted(() -> assertThat(voter.membership).contains("voting")));
        assertThat(reason(leader().log.add(waiting(6)))).isEqualTo(ErrorReason.ERROR_REASON_INVALID_ARGUMENT);
        // Five bear the loss of two, of whom one leads.
        voters.remove(5).close();
        var leader = leader();
        leader.close();
        voters.remove(leader);
        voters.remove(0).close();
        submit(SampleCommands.register(9));
    }

    @Test
    void restartedVotersKnowEachOtherWithoutTheirConfiguration() {
        found(1);
        submit(SampleCommands.initialize());
        var second = waiting(2);
        assertDone(() -> leader().log.add(second));
        var third = waiting(3);
        assertDone(() -> leader().log.add(third));
        Together.close(voters);

        voters.replaceAll(voter -> voter.again().start());

        submit(SampleCommands.register(1));
        assertAllHaveTheSameImage();
        assertThat(leader().log.voters()).hasSize(3);
    }

    @Test
    void removedVoterLeavesAndTheOthersGoOn() {
        found(3);
        submit(SampleCommands.initialize());
        var gone = follower();
        assertDone(() -> leader().log.remove(gone.config.nodeId()));
        var storage = gone.log.own().orElseThrow().storageId();

        assertThat(gone.log.leave("another")).isFalse();
        assertThat(gone.log.leave(storage)).isTrue();

        assertThat(gone.log.own()).isEmpty();
        assertThat(gone.config.storageDirectory()).isEmptyDirectory();
        submit(SampleCommands.register(1));
        assertThat(leader().log.voters()).hasSize(2);
        // Asked again, there is nothing to do; and it may come back, as another member.
        assertDone(() -> leader().log.remove(gone.config.nodeId()));
        assertDone(() -> leader().log.add(gone.log.join(leader().log.quorumId().orElseThrow())));
        assertThat(gone.log.own().orElseThrow().storageId()).isNotEqualTo(storage);
        assertAllHaveTheSameImage();
    }

    @Test
    void leaderThatIsToGoGivesTheLeadershipToAnother() {
        found(3);
        submit(SampleCommands.initialize());
        var old = leader();

        assertThat(reason(old.log.remove(old.config.nodeId()))).isEqualTo(ErrorReason.ERROR_REASON_NOT_LEADER);

        await().until(() -> voters.stream().anyMatch(voter -> voter != old && voter.leads()));
        assertDone(() -> leader().log.remove(old.config.nodeId()));
        assertThat(leader().log.voters()).hasSize(2);
    }

    @Test
    void leadershipGoesWhereItIsAsked() {
        found(3);
        var target = follower();

        assertDone(() -> leader().log.transfer(target.config.nodeId()));

        await().until(target::leads);
        assertThat(reason(target.log.transfer(77))).isEqualTo(ErrorReason.ERROR_REASON_INVALID_ARGUMENT);
    }

    /** One of the others is gone without a word: it may be asked first, and the second one leads nevertheless. */
    @Test
    void leaderThatStopsHandsOver() {
        found(3);
        submit(SampleCommands.initialize());
        var old = leader();
        follower().close();

        assertDone(old.log::handOver);

        assertThat(old.leads()).isFalse();
        await().until(() -> voters.stream().anyMatch(voter -> voter != old && voter.leads()));
        submit(SampleCommands.register(1));
    }

    @Test
    void leaderThatNobodyFollowsLeadsOn() {
        found(1);

        assertThat(reason(leader().log.handOver())).isEqualTo(ErrorReason.ERROR_REASON_QUORUM_UNAVAILABLE);
        submit(SampleCommands.initialize());
    }

    @Test
    void voterIsNotRemovedIfTooFewOthersAnswer() {
        found(3);
        var leader = leader();
        var dead = follower();
        dead.close();
        voters.remove(dead);
        var live = voters.stream().filter(voter -> voter != leader).findFirst().orElseThrow();

        // That takes some seconds.
        await().until(() -> leader.log.silentVoters().contains(dead.config.nodeId()));

        assertThat(reason(leader.log.remove(live.config.nodeId())))
                .isEqualTo(ErrorReason.ERROR_REASON_QUORUM_UNAVAILABLE);
        assertDone(() -> leader().log.remove(dead.config.nodeId()));
        assertThat(leader().log.voters()).hasSize(2);
    }

    @Test
    void onlyVoterStays() {
        found(1);

        assertThat(reason(leader().log.remove(1))).isEqualTo(ErrorReason.ERROR_REASON_INVALID_ARGUMENT);
    }

    /** Rule Q5, scenario S50: it must not vote under the old name, and gets its place back under a new one. */
    @Test
    void voterThatLostItsStorageStaysOutsideUntilItIsReplaced() throws IOException {
        found(3);
        submit(SampleCommands.initialize());
        var lost = follower();
        var old = lost.log.own().orElseThrow();
        lost.close();
        voters.remove(lost);
        delete(lost.config.storageDirectory());
        submit(SampleCommands.register(1));

        var back = lost.again().start();
        voters.add(back);
        await().until(() -> back.membership.contains("outside"));
        assertThat(back.log.votes()).isFalse();
        assertThat(back.membership).doesNotContain("voting");
        var fresh = back.log.join(leader().log.quorumId().orElseThrow());
        assertThat(fresh.sameMember(old)).isFalse();

        assertThat(reason(leader().log.add(fresh))).isEqualTo(ErrorReason.ERROR_REASON_INVALID_ARGUMENT);
        assertDone(() -> leader().log.replace(fresh));

        await().until(() -> back.membership.contains("voting"));
        submit(SampleCommands.register(2));
        assertAllHaveTheSameImage();
        assertThat(leader().log.voters()).hasSize(3).noneMatch(old::sameMember);
        // A vote that counts: without the third one, these two are the quorum.
        var third = voters.stream()
                .filter(voter -> voter != back && !voter.leads())
                .findFirst()
                .orElseThrow();
        third.close();
        voters.remove(third);
        submit(SampleCommands.register(3));
    }

    /** It must stay open, since the leader may be about to add it. */
    @Test
    void founderThatRestartsBeforeItIsAddedWaitsOn() throws IOException {
        found(3);
        submit(SampleCommands.initialize());
        var lost = loseFollower();
        var joined = lost.again().start();
        var fresh = joined.log.join(leader().log.quorumId().orElseThrow());
        joined.close();

        var back = lost.again().start();
        voters.add(back);
        await().until(() -> back.membership.contains("outside"));

        assertDone(() -> leader().log.replace(fresh));
        await().until(() -> back.membership.contains("voting"));
        assertAllHaveTheSameImage();
    }

    /** What the other founders said is old once the leader has added it: it must not be closed, for its vote counts. */
    @Test
    void founderThatIsAddedWhileItAsksGoesOnVoting() throws Exception {
        found(3);
        submit(SampleCommands.initialize());
        var lost = loseFollower();
        var asked = new CountDownLatch(1);
        var mayAnswer = new CountDownLatch(1);
        var back = new Voter(lost.config, (endpoint, own) -> {
                    var answer = Greetings.ask(endpoint, own);
                    asked.countDown();
                    assertThat(awaited(mayAnswer)).isTrue();
                    return answer;
                })
                .start();
        voters.add(back);
        assertThat(asked.await(20, TimeUnit.SECONDS)).isTrue();

        assertDone(
                () -> leader().log.replace(back.log.join(leader().log.quorumId().orElseThrow())));
        await().until(() -> back.membership.contains("voting"));
        mayAnswer.countDown();

        await().during(Duration.ofSeconds(1)).until(() -> back.log.votes() && !back.membership.contains("outside"));
        submit(SampleCommands.register(1));
        assertAllHaveTheSameImage();
    }

    @Test
    void quorumIsNotFormedBeforeAllOfItsFoundersAreThere() {
        var endpoints = Voter.endpoints(3);
        for (int id = 1; id <= 2; id++) {
            voters.add(new Voter(Voter.founder(id, endpoints, directory)).start());
        }
        await().during(Duration.ofSeconds(1))
                .until(() -> voters.stream().noneMatch(voter -> voter.leads() || voter.log.votes()));

        voters.add(new Voter(Voter.founder(3, endpoints, directory)).start());

        submit(SampleCommands.initialize());
        assertAllHaveTheSameImage();
    }

    /** Rule Q6, scenario S53: the same brokers, the same cluster id, and yet another quorum. */
    @Test
    void wipedQuorumThatIsFormedAgainIsAnotherOne() throws IOException {
        found(3);
        var before = leader().log.quorumId().orElseThrow();
        Together.close(voters);
        for (var voter : voters) {
            delete(voter.config.storageDirectory());
        }

        voters.replaceAll(voter -> voter.again().start());

        assertThat(leader().log.quorumId().orElseThrow()).isNotEqualTo(before);
    }

    @Test
    void voterThatWasRemovedWhileItWasDownFindsOut() {
        found(3);
        submit(SampleCommands.initialize());
        var gone = follower();
        gone.close();
        voters.remove(gone);
        assertDone(() -> leader().log.remove(gone.config.nodeId()));
        submit(SampleCommands.register(1));

        var back = gone.again().start();
        voters.add(back);

        await().until(() -> back.membership.contains("closed"));
        assertThat(back.log.leave(back.log.own().orElseThrow().storageId())).isTrue();
        submit(SampleCommands.register(2));
    }

    /** Ratis finds out by itself only while nobody asks anything of it. */
    @Test
    void busyLeaderWithoutAMajorityLeadsNoMore() {
        found(3);
        submit(SampleCommands.initialize());
        var leader = leader();
        assertThat(leader.log.confirmLeading().join()).isTrue();
        closeOthers(leader);

        await().pollInterval(Duration.ofMillis(20)).until(() -> {
            leader.log.submit(SampleCommands.register(1));
            return !leader.leads();
        });
    }

    /** Rule Q11: before that, too, it knows that it cannot tell, also of what was confirmed before. */
    @Test
    void leaderWithoutAMajorityConfirmsNothing() {
        found(3);
        var leader = leader();
        long term = leader.log.status().term();
        var silent = follower();
        assertThat(leader.log.confirmLeading().join()).isTrue();
        closeOthers(leader);

        assertThat(leader.log.status().term()).isEqualTo(term);
        assertThat(leader.log.confirmLeading().join()).isFalse();
        assertThat(reason(leader.log.remove(silent.config.nodeId()))).isEqualTo(ErrorReason.ERROR_REASON_NOT_LEADER);
    }

    /** Rule L16. */
    @Test
    void leaderKnowsWhenAMajorityConfirmedIt() {
        found(3);
        var leader = leader();
        long term = leader.log.status().term();
        long start = System.nanoTime();
        await().until(() -> isConfirmedSince(leader, term, start));
        assertThat(follower().log.confirmedNanos(term)).isEmpty();
        assertThat(leader.log.confirmedNanos(term + 1)).isEmpty();
        var others = voters.stream().filter(voter -> voter != leader).toList();
        others.get(0).close();
        voters.remove(others.get(0));
        long alone = System.nanoTime();
        await().until(() -> isConfirmedSince(leader, term, alone));
        others.get(1).close();
        voters.remove(others.get(1));

        long closed = System.nanoTime();
        await().until(() -> !leader.leads());
        assertThat(isConfirmedSince(leader, term, closed)).isFalse();
    }

    private static boolean isConfirmedSince(Voter leader, long term, long nanos) {
        var confirmed = leader.log.confirmedNanos(term);
        return confirmed.isPresent() && confirmed.getAsLong() - nanos >= 0;
    }

    @Test
    void changeIsRefusedWhileAnotherGoesOn() {
        found(1);
        // Nobody listens there, so this one waits until it is given up.
        var endpoint = Voter.other(2, directory).endpoint();
        var hanging = leader().log.add(new QuorumVoter(2, "deaf", endpoint));

        assertThat(reason(leader().log.add(waiting(3)))).isEqualTo(ErrorReason.ERROR_REASON_CONCURRENT_CHANGE);
        assertThat(hanging.orTimeout(50, TimeUnit.SECONDS).join().getReason())
                .isEqualTo(ErrorReason.ERROR_REASON_QUORUM_UNAVAILABLE);
        assertDone(() -> leader().log.add(voters.get(1).log.own().orElseThrow()));
    }

    private void found(int count) {
        var endpoints = Voter.endpoints(count);
        endpoints.keySet().forEach(id -> voters.add(new Voter(Voter.founder(id, endpoints, directory)).start()));
        leader();
    }

    /** Another broker, ready to be added. */
    private QuorumVoter waiting(int id) {
        var broker = new Voter(Voter.other(id, directory)).start();
        voters.add(broker);
        assertThat(broker.log.votes()).isFalse();
        return broker.log.join(leader().log.quorumId().orElseThrow());
    }

    private Voter leader() {
        await().pollInterval(Duration.ofMillis(5)).until(() -> voters.stream().anyMatch(Voter::leads));
        return voters.stream().filter(Voter::leads).findFirst().orElseThrow();
    }

    private Voter follower() {
        var leader = leader();
        return voters.stream().filter(voter -> voter != leader).findFirst().orElseThrow();
    }

    private void closeOthers(Voter leader) {
        var others = voters.stream().filter(voter -> voter != leader).toList();
        Together.close(others);
        voters.removeAll(others);
    }

    /** Again and again, since the leader may change meanwhile. */
    private void submit(Command command) {
        await().until(
                        () -> leader().log
                                .submit(command)
                                .orTimeout(10, TimeUnit.SECONDS)
                                .join(),
                        Submission::accepted);
    }

    /** Rule Q1, invariant I10. */
    private void assertAllHaveTheSameImage() {
        await().untilAsserted(() -> assertThat(voters)
                .allSatisfy(voter -> assertThat(ImageCodec.encode(voter.metadata.current()))
                        .isEqualTo(ImageCodec.encode(leader().metadata.current()))));
    }

    /** Again for as long as the leader changes meanwhile: what is done already is done. */
    private static void assertDone(Supplier<CompletableFuture<CommandReply>> change) {
        await().atMost(Duration.ofSeconds(100)).until(() -> {
            CommandReply reply = change.get().orTimeout(50, TimeUnit.SECONDS).join();
            boolean decided = reply.getReason() != ErrorReason.ERROR_REASON_NOT_LEADER;
            if (decided) {
                assertThat(reply).isEqualTo(CommandReply.getDefaultInstance());
            }
            return decided;
        });
    }

    private static ErrorReason reason(CompletableFuture<CommandReply> reply) {
        return reply.orTimeout(50, TimeUnit.SECONDS).join().getReason();
    }

    private static boolean awaited(CountDownLatch latch) {
        try {
            return latch.await(20, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /** It is down, and its storage is gone. */
    private Voter loseFollower() throws IOException {
        var lost = follower();
        lost.close();
        voters.remove(lost);
        delete(lost.config.storageDirectory());
        return lost;
    }

    private static void delete(Path storage) throws IOException {
        try (var files = Files.walk(storage)) {
            for (var file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}
