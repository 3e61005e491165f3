package io.kontiki.service.quorum;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.kontiki.metadata.Endpoint;
import io.kontiki.proto.internal.v1.Command;
import io.kontiki.proto.internal.v1.FailReplicas;
import io.kontiki.proto.internal.v1.LeaveQuorumRequest;
import io.kontiki.proto.internal.v1.MemberServiceGrpc;
import io.kontiki.proto.v1.AddVoterRequest;
import io.kontiki.proto.v1.DescribeQuorumRequest;
import io.kontiki.proto.v1.DescribeQuorumResponse;
import io.kontiki.proto.v1.ErrorReason;
import io.kontiki.proto.v1.QuorumMember;
import io.kontiki.proto.v1.RemoveVoterRequest;
import io.kontiki.proto.v1.ReplaceVoterRequest;
import io.kontiki.proto.v1.TransferQuorumLeadershipRequest;
import io.kontiki.proto.v1.VoterServiceGrpc;
import io.kontiki.proto.v1.VoterServiceGrpc.VoterServiceBlockingStub;
import io.kontiki.quorum.FreePorts;
import io.kontiki.quorum.Together;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Changes of the voters by calls to any broker, and brokers that come to vote and cease to while they run. */
class QuorumMembershipTest {
    @TempDir
    Path directory;

    private final List<QuorumNode> nodes = new ArrayList<>();
    private final Map<Integer, Endpoint> founders = new TreeMap<>();

    @BeforeEach
    void start() {
        Awaitility.setDefaultTimeout(Duration.ofSeconds(20));
        for (int id = 1; id <= 3; id++) {
            founders.put(id, new Endpoint("127.0.0.1", FreePorts.find()));
        }
        founders.keySet().forEach(this::startFounder);
        awaitServing(3);
    }

    private QuorumNode startFounder(int id) {
        var endpoint = new Endpoint("127.0.0.1", FreePorts.find());
        var node = QuorumNode.voter(id, endpoint, founders, directory).start();
        nodes.add(node);
        return node;
    }

    private QuorumNode startOther(int id) {
        // It knows one of them only.
        var node =
                QuorumNode.other(id, List.of(nodes.get(0).endpoint), directory).start();
        nodes.add(node);
        return node;
    }

    @AfterEach
    void stop() {
        Together.close(nodes);
        nodes.forEach(node -> assertThat(node.faults).isEmpty());
    }

    @Test
    void brokerVotesWhileItIsAskedToAndGoesOnWithout() {
        var fourth = startOther(4);
        awaitServing(4);
        assertThat(role(4)).isEqualTo(QuorumMember.Role.ROLE_OBSERVER);
        assertThat(fourth.view.votes()).isFalse();

        service(fourth).addVoter(AddVoterRequest.newBuilder().setBrokerId(4).build());

        await().until(() -> fourth.view.votes() && role(4) == QuorumMember.Role.ROLE_VOTER);
        createTopic("first");
        service(fourth)
                .transferQuorumLeadership(TransferQuorumLeadershipRequest.newBuilder()
                        .setBrokerId(4)
                        .build());
        await().until(fourth::isController);
        createTopic("second");

        // The leader itself.
        service(nodes.get(1))
                .removeVoter(RemoveVoterRequest.newBuilder().setBrokerId(4).build());

        await().until(() -> fourth.log.own().isEmpty() && role(4) == QuorumMember.Role.ROLE_OBSERVER);
        createTopic("third");
        assertThat(describe(fourth).getMembersList())
                .extracting(QuorumMember::getProblem)
                .containsOnly("");
    }

    @Test
    void brokerWithoutAVoteFindsVotersThatItsConfigurationDoesNotName() {
        var fourth = startOther(4);
        awaitServing(4);
        assertThat(fourth.view.voterIds()).containsExactly(1, 2, 3);
        assertThat(fourth.host.leaderId()).isPresent();

        nodes.remove(0).close();

        createTopic("after");
        await().until(() -> !fourth.watcher.stale());
    }

    /** It never had anybody to follow before. */
    @Test
    void founderThatIsRemovedFollowsTheOthers() {
        var third = nodes.get(2);

        service(third)
                .removeVoter(RemoveVoterRequest.newBuilder().setBrokerId(3).build());

        await().until(() -> third.log.own().isEmpty());
        createTopic("after");
        assertThat(third.view.voterIds()).containsExactly(1, 2);
    }

    @Test
    void brokerThatDoesNotVoteSendsOthersToThoseThatDo() {
        startOther(4);
        awaitServing(4);
        var fifth =
                QuorumNode.other(5, List.of(nodes.get(3).endpoint), directory).start();
        nodes.add(fifth);

        awaitServing(5);

        assertThat(fifth.view.servers()).contains(nodes.get(0).endpoint, nodes.get(1).endpoint, nodes.get(2).endpoint);
    }

    /** Rule Q5, scenario S50. */
    @Test
    void voterThatLostItsDiskServesWithoutAVoteUntilItIsReplaced() throws IOException {
        var lost = nodes.remove(2);
        lost.close();
        delete(directory.resolve("quorum-3"));

        var back = startFounder(3);

        await().until(() -> back.events.contains("unfenced"));
        createTopic("without-vote");
        assertThat(back.view.votes()).isFalse();
        assertThat(member(3).getProblem()).contains("kontiki quorum replace 3");
        var notOpened = back.log.own();
        assertThatThrownBy(() -> service(back)
                        .addVoter(AddVoterRequest.newBuilder().setBrokerId(3).build()))
                .hasMessageContaining("replace it");
        // Another storage on the voter's address would answer in its name.
        assertThat(back.log.own()).isEqualTo(notOpened);
        assertThat(back.log.quorumId()).as("quorum of an opened storage").isEmpty();
        assertThat(back.view.leaderId()).isPresent();

        service(back)
                .replaceVoter(ReplaceVoterRequest.newBuilder().setBrokerId(3).build());

        await().until(back.view::votes);
        await().until(() -> member(3).getProblem().isEmpty());
        assertThat(describe(back).getMembersCount()).isEqualTo(3);
        createTopic("with-vote");
    }

    @Test
    void storageThatWasOfferedInVainIsTakenAwayAgain() {
        var fourth = startOther(4);
        awaitServing(4);

        assertThatThrownBy(() -> service(fourth)
                        .replaceVoter(
                                ReplaceVoterRequest.newBuilder().setBrokerId(4).build()))
                .hasMessageContaining("broker 4 is no voter");

        assertThat(fourth.log.own()).isEmpty();
        service(fourth).addVoter(AddVoterRequest.newBuilder().setBrokerId(4).build());
        await().until(fourth.view::votes);
    }

    /** Rule Q5: whoever says so, a storage that may have voted is not deleted while it counts. */
    @Test
    void storageThatVotesIsNotGivenUp() {
        var third = nodes.get(2);
        var own = third.log.own().orElseThrow();

        MemberServiceGrpc.newBlockingStub(third.channel(third.endpoint))
                .withDeadlineAfter(20, TimeUnit.SECONDS)
                .leaveQuorum(LeaveQuorumRequest.newBuilder()
                        .setClusterId(QuorumNode.CLUSTER_ID)
                        .setStorageId(own.storageId())
                        .build());

        assertThat(third.log.own()).contains(own);
        createTopic("after");
    }

    /** There is none for a moment after each end of a leader. */
    @Test
    void memberThatClosedItselfWaitsForALeaderThatSaysWhy() {
        var fourth = startOther(4);
        awaitServing(4);
        var storage =
                fourth.log.join(fourth.log.quorumId().or(fourth.view::quorumId).orElseThrow());
        var stopped = List.copyOf(nodes.subList(1, 3));
        nodes.removeAll(stopped);
        Together.close(stopped);
        await().until(() -> !nodes.get(0).log.confirmLeading().join());

        fourth.membership.onClosed(storage);

        // Asked after it on the same thread, which is refused since no leader tells.
        assertThatThrownBy(() -> fourth.membership
                        .join(fourth.view.quorumId().orElseThrow())
                        .orTimeout(20, TimeUnit.SECONDS)
                        .join())
                .hasMessageContaining("no leader tells");
        assertThat(fourth.events).doesNotContain("closed");
        stopped.forEach(node -> nodes.add(
                QuorumNode.voter(node.id, node.endpoint, founders, directory).start()));
        await().until(() -> fourth.log.own().isEmpty());
        assertThat(fourth.events).doesNotContain("closed");
    }

    /** Ratis' leaders tell those that are not counted only if their log is the shorter one. */
    @Test
    void voterThatWasRemovedFindsOutThoughItsLogIsLonger() {
        transferTo(3);
        var third = nodes.get(2);
        var others = List.copyOf(nodes.subList(0, 2));
        nodes.removeAll(others);
        Together.close(others);
        // Of these nobody else hears.
        for (int i = 0; i < 100; i++) {
            third.log.submit(Command.newBuilder()
                    .setFailReplicas(FailReplicas.getDefaultInstance())
                    .build());
        }
        await().until(() -> !third.isController());
        nodes.remove(third);
        third.close();
        others.forEach(node -> nodes.add(
                QuorumNode.voter(node.id, node.endpoint, founders, directory).start()));
        assertThat(controller()
                        .log
                        .remove(3)
                        .orTimeout(20, TimeUnit.SECONDS)
                        .join()
                        .getReason())
                .isEqualTo(ErrorReason.ERROR_REASON_UNSPECIFIED);

        var back = QuorumNode.voter(3, third.endpoint, founders, directory).start();
        nodes.add(back);

        await().until(() -> back.log.own().isEmpty());
        await().until(() -> back.events.contains("unfenced"));
    }

    private void transferTo(int broker) {
        if (!nodes.get(broker - 1).isController()) {
            service(nodes.get(0))
                    .transferQuorumLeadership(TransferQuorumLeadershipRequest.newBuilder()
                            .setBrokerId(broker)
                            .build());
        }
        await().until(nodes.get(broker - 1)::isController);
    }

    /** Rule Q5: it may be told to leave only after it was asked to come back. */
    @Test
    void storageThatWasRemovedNeverVotesAgain() {
        var third = nodes.get(2);
        var removed = third.log.own().orElseThrow();
        if (third.isController()) {
            service(third)
                    .transferQuorumLeadership(TransferQuorumLeadershipRequest.newBuilder()
                            .setBrokerId(1)
                            .build());
        }
        var leader = controller();
        assertThat(leader.log.remove(3).orTimeout(20, TimeUnit.SECONDS).join().getReason())
                .isEqualTo(ErrorReason.ERROR_REASON_UNSPECIFIED);

        service(leader).addVoter(AddVoterRequest.newBuilder().setBrokerId(3).build());

        await().until(third.view::votes);
        assertThat(third.log.own().orElseThrow().sameMember(removed)).isFalse();
        assertThat(describe(leader).getMembersList())
                .extracting(QuorumMember::getMemberId)
                .contains(third.log.own().orElseThrow().memberId())
                .doesNotContain(removed.memberId());
    }

    @Test
    void statusIsToldThoughNoVoterAnswers() {
        var fourth = startOther(4);
        awaitServing(4);
        closeFirstThree();

        var description = describe(fourth);

        assertThat(description.hasLeaderId()).isFalse();
        assertThat(description.getMembersList())
                .filteredOn(member -> member.getRole() == QuorumMember.Role.ROLE_VOTER)
                .extracting(QuorumMember::getBrokerId)
                .containsExactly(1, 2, 3);
        assertThat(description.getMembersList())
                .filteredOn(member -> member.getBrokerId() != 4)
                .allSatisfy(member -> assertThat(member.getProblem()).contains("does not answer"));
    }

    /** Rule Q6: to follow a quorum that was formed anew would be to delete all logs, for it knows no topics. */
    @Test
    void runningBrokerDoesNotFollowAQuorumThatWasFormedAnew() throws IOException {
        var fourth = startOther(4);
        awaitServing(4);
        createTopic("kept");
        var endpoints = nodes.stream().map(node -> node.endpoint).toList();
        closeFirstThree();
        for (int id = 1; id <= 3; id++) {
            delete(directory.resolve("quorum-" + id));
        }

        for (int id = 1; id <= 3; id++) {
            nodes.add(QuorumNode.voter(id, endpoints.get(id - 1), founders, directory)
                    .start());
        }
        nodes.remove(fourth);
        awaitServing(3);
        // Its log is soon longer than what the broker knows.
        while (nodes.get(0).metadata.current().position().index()
                <= fourth.metadata.current().position().index()) {
            createTopic("other-" + nodes.get(0).metadata.current().position().index());
        }

        var refused = fourth.createTopic("refused", 1, 1)
                .orTimeout(40, TimeUnit.SECONDS)
                .join();
        assertThat(refused.getReply().getMessage()).contains("which was formed anew");
        assertThat(fourth.metadata.current().topic("kept")).isPresent();
        // It may be the others who are wrong, and those it follows may come back.
        assertThat(fourth.events).noneMatch(event -> event.startsWith("rejected"));
        nodes.add(fourth);
    }

    @Test
    void digestsOfOneIndexAreEqual() {
        startOther(4);
        awaitServing(4);
        createTopic("some");

        await().untilAsserted(() -> {
            var members = describe(nodes.get(3)).getMembersList();
            assertThat(members)
                    .hasSize(4)
                    .extracting(QuorumMember::getImageIndex)
                    .containsOnly(members.get(0).getImageIndex());
            assertThat(members)
                    .extracting(QuorumMember::getImageDigest)
                    .containsOnly(members.get(0).getImageDigest());
            assertThat(members.get(0).getImageDigest()).hasSize(32);
        });
    }

    @Test
    void brokerThatIsNotThereCannotVote() {
        assertThatThrownBy(() -> service(nodes.get(0))
                        .addVoter(AddVoterRequest.newBuilder().setBrokerId(9).build()))
                .hasMessageContaining("broker_id 9 is no registered broker");
        nodes.remove(2).close();
        assertThatThrownBy(() -> service(nodes.get(0))
                        .replaceVoter(
                                ReplaceVoterRequest.newBuilder().setBrokerId(3).build()))
                .hasMessageContaining("broker 3 does not answer")
                .hasMessageEndingWith("connection refused");
    }

    private void closeFirstThree() {
        var three = List.copyOf(nodes.subList(0, 3));
        nodes.removeAll(three);
        Together.close(three);
    }

    private QuorumNode controller() {
        await().until(() -> nodes.stream().anyMatch(QuorumNode::isController));
        return nodes.stream().filter(QuorumNode::isController).findFirst().orElseThrow();
    }

    private void awaitServing(int count) {
        await().until(() -> nodes.stream()
                .allMatch(node -> node.metadata.current().brokers().values().stream()
                                .filter(broker -> broker.usable())
                                .count()
                        == count));
    }

    private void createTopic(String name) {
        var last = nodes.get(nodes.size() - 1);
        var response =
                last.createTopic(name, 2, 2).orTimeout(20, TimeUnit.SECONDS).join();
        assertThat(response.getReply().getReason()).isEqualTo(ErrorReason.ERROR_REASON_UNSPECIFIED);
        for (var node : nodes) {
            node.metadata
                    .awaitIndex(response.getIndex())
                    .orTimeout(20, TimeUnit.SECONDS)
                    .join();
            assertThat(node.metadata.current().topic(name)).isPresent();
        }
    }

    private QuorumMember member(int id) {
        return describe(nodes.get(0)).getMembersList().stream()
                .filter(member -> member.getBrokerId() == id)
                .findFirst()
                .orElseThrow();
    }

    private QuorumMember.Role role(int id) {
        return member(id).getRole();
    }

    private static DescribeQuorumResponse describe(QuorumNode node) {
        return service(node).describeQuorum(DescribeQuorumRequest.getDefaultInstance());
    }

    private static VoterServiceBlockingStub service(QuorumNode node) {
        return VoterServiceGrpc.newBlockingStub(node.channel(node.endpoint)).withDeadlineAfter(40, TimeUnit.SECONDS);
    }

    private static void delete(Path storage) throws IOException {
        try (var files = Files.walk(storage)) {
            for (var file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}
