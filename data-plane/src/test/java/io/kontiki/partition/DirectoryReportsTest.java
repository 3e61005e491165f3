package io.kontiki.partition;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.kontiki.metadata.MetadataImage;
import io.kontiki.metadata.PartitionRegistration;
import io.kontiki.metadata.TopicPartition;
import io.kontiki.metadata.UuidBytes;
import io.kontiki.metadata.command.TestQuorum;
import io.kontiki.proto.internal.v1.Command;
import io.kontiki.proto.internal.v1.CommandReply;
import io.kontiki.proto.internal.v1.DeleteTopic;
import io.kontiki.proto.internal.v1.ProposeRequest;
import io.kontiki.proto.internal.v1.ProposeResponse;
import io.kontiki.proto.v1.ErrorReason;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ScheduledExecutorService;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Broker 1 tells of a partition that brokers 1 and 2 hold, of which both are in sync. */
class DirectoryReportsTest {
    private static final UUID DIRECTORY = new UUID(3, 4);
    private static final int BROKER = 1;

    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();
    private final LinkedBlockingQueue<ErrorReason> refusals = new LinkedBlockingQueue<>();
    private final List<ProposeRequest> requests = new CopyOnWriteArrayList<>();

    /** Where they are lost, the test answers. */
    private final LinkedBlockingQueue<CompletableFuture<ProposeResponse>> unanswered = new LinkedBlockingQueue<>();

    private final TestQuorum quorum = TestQuorum.withBrokers(1, 2);
    private final TopicPartition replica = new TopicPartition(quorum.topic(1, List.of(1, 2), Map.of()), 0);
    private final DirectoryReports reports =
            new DirectoryReports(this::propose, BROKER, () -> quorum.epoch(BROKER), timer, () -> this.known);
    private volatile MetadataImage known = quorum.image();
    private volatile boolean answersAreLost;

    private CompletableFuture<ProposeResponse> propose(ProposeRequest request) {
        requests.add(request);
        if (answersAreLost) {
            var answer = new CompletableFuture<ProposeResponse>();
            unanswered.add(answer);
            return answer;
        }
        return CompletableFuture.completedFuture(judge(request));
    }

    private ProposeResponse judge(ProposeRequest request) {
        ErrorReason refusal = refusals.poll();
        CommandReply reply = refusal == null
                ? quorum.apply(command(request))
                : CommandReply.newBuilder().setReason(refusal).build();
        return ProposeResponse.newBuilder().setReply(reply).build();
    }

    private static Command.Builder command(ProposeRequest request) {
        if (request.hasAssignDirectories()) {
            return Command.newBuilder().setAssignDirectories(request.getAssignDirectories());
        }
        return request.hasFailReplicas()
                ? Command.newBuilder().setFailReplicas(request.getFailReplicas())
                : Command.newBuilder().setFailDirectories(request.getFailDirectories());
    }

    private PartitionRegistration record() {
        return quorum.image().partition(replica).orElseThrow();
    }

    @AfterEach
    void endTimer() {
        timer.shutdownNow();
    }

    @Test
    void aReportIsRepeatedUntilTheQuorumKnows() { // M10, R12
        List<ErrorReason> all = List.of(
                ErrorReason.ERROR_REASON_INTERNAL,
                ErrorReason.ERROR_REASON_INVALID_ARGUMENT,
                ErrorReason.ERROR_REASON_QUORUM_UNAVAILABLE);
        refusals.addAll(all);

        CompletableFuture<Void> told = reports.failReplica(replica);

        assertThat(told).isNotDone();
        assertThat(reports.isGivenUp(replica, record().withReplicas(List.of(2), record().reassignment())))
                .isFalse();
        await().until(told::isDone);
        assertThat(reports.isGivenUp(replica, record())).isTrue();
        assertThat(requests).hasSize(all.size() + 1).allMatch(ProposeRequest::hasFailReplicas);
        assertThat(record().isr()).containsExactly(2);
    }

    /** The record has changed meanwhile, in the quorum first and here some time later. */
    @Test
    void aReportIsRepeatedOnTheRecordThatCameMeanwhile() { // Q2
        quorum.accept(quorum.fencing(2));

        CompletableFuture<Void> told = reports.failReplica(replica);

        await().until(() -> requests.size() == 2);
        assertThat(told).isNotDone();
        assertThat(record().isr()).containsExactly(1);
        known = quorum.image();
        await().until(told::isDone);
        assertThat(record().hasLeader()).isFalse();
        assertThat(record().lastKnown()).contains(BROKER);
    }

    @Test
    void aReplicaThatFailsAnewWhileAReportIsUnderWayIsToldAgain() throws InterruptedException {
        answersAreLost = true;
        CompletableFuture<Void> told = reports.failReplica(replica);
        ProposeResponse first = judge(requests.get(0));
        answersAreLost = false;

        reports.failReplica(replica);
        unanswered.take().complete(first);

        await().until(told::isDone);
        assertThat(requests).hasSize(2).allMatch(ProposeRequest::hasFailReplicas);
        assertThat(reports.isGivenUp(replica, record())).isTrue();
    }

    @Test
    void nothingIsLeftToBeSaidOfAPartitionThatIsGone() {
        quorum.accept(Command.newBuilder()
                .setDeleteTopic(DeleteTopic.newBuilder().setTopicId(UuidBytes.toBytes(replica.topicId()))));
        CompletableFuture<Void> told = reports.failReplica(replica);
        await().until(told::isDone);
        assertThat(requests).hasSize(1);
    }

    @Test
    void aDirectoryThatFailedIsNotForgotten() {
        refusals.add(ErrorReason.ERROR_REASON_INTERNAL);
        reports.failDirectory(DIRECTORY);
        await().until(() -> requests.size() == 2);
        assertThat(requests).allMatch(ProposeRequest::hasFailDirectories);
    }

    @Test
    void assignmentsThatFollowGoTogetherAndFailuresDoNotWaitForThem() {
        UUID topic = UUID.randomUUID();
        quorum.accept(Command.newBuilder()
                .setCreateTopic(TestQuorum.createTopic(
                        topic, "t", Map.of(), List.of(BROKER), List.of(BROKER), List.of(BROKER))));
        CountDownLatch gathered = new CountDownLatch(1);
        timer.execute(() -> await().until(() -> gathered.getCount() == 0));

        for (int number = 0; number < 3; number++) {
            reports.assign(
                    new TopicPartition(topic, number), TestQuorum.directory(BROKER), PartitionRegistration.UNASSIGNED);
        }
        reports.failReplica(replica);
        assertThat(requests).hasSize(2);
        assertThat(requests.get(0).getAssignDirectories().getReplicasCount()).isEqualTo(1);
        assertThat(requests.get(1).hasFailReplicas()).isTrue();

        gathered.countDown();
        await().until(() -> requests.size() == 3);
        assertThat(requests.get(2).getAssignDirectories().getReplicasCount()).isEqualTo(2);
        await().untilAsserted(() -> assertThat(
                        quorum.image().topic(topic).orElseThrow().partitions())
                .allMatch(record -> record.directoryOf(BROKER).equals(TestQuorum.directory(BROKER))));
    }

    @Test
    void aRunThatIsOverSaysNoMoreAndVouchesForNothing() {
        refusals.add(ErrorReason.ERROR_REASON_STALE_BROKER_EPOCH);
        CompletableFuture<Void> told = reports.failReplica(replica);
        reports.failDirectory(DIRECTORY);
        assertThat(requests).hasSize(1);
        assertThat(told).isNotDone();
    }
}
