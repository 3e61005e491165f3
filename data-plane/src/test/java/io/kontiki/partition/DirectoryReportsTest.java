package io.kontiki.partition;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.kontiki.metadata.TopicPartition;
import io.kontiki.proto.internal.v1.CommandReply;
import io.kontiki.proto.internal.v1.ProposeRequest;
import io.kontiki.proto.internal.v1.ProposeResponse;
import io.kontiki.proto.v1.ErrorReason;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ScheduledExecutorService;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class DirectoryReportsTest {
    private static final UUID DIRECTORY = new UUID(3, 4);
    private static final TopicPartition REPLICA = new TopicPartition(new UUID(1, 2), 0);

    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();
    private final LinkedBlockingQueue<ErrorReason> answers = new LinkedBlockingQueue<>();
    private final List<ProposeRequest> requests = new CopyOnWriteArrayList<>();
    private final DirectoryReports reports = new DirectoryReports(this::propose, 1, () -> 7, timer);

    private CompletableFuture<ProposeResponse> propose(ProposeRequest request) {
        requests.add(request);
        ErrorReason reason = answers.poll();
        return CompletableFuture.completedFuture(ProposeResponse.newBuilder()
                .setReply(CommandReply.newBuilder()
                        .setReason(reason == null ? ErrorReason.ERROR_REASON_UNSPECIFIED : reason))
                .build());
    }

    @AfterEach
    void endTimer() {
        timer.shutdownNow();
    }

    @Test
    void aReportIsRepeatedUntilTheQuorumKnows() { // M10, R12
        List<ErrorReason> refusals = List.of(
                ErrorReason.ERROR_REASON_INTERNAL,
                ErrorReason.ERROR_REASON_INVALID_ARGUMENT,
                ErrorReason.ERROR_REASON_QUORUM_UNAVAILABLE);
        answers.addAll(refusals);

        CompletableFuture<Void> known = reports.failReplica(REPLICA);

        assertThat(known).isNotDone();
        await().until(known::isDone);
        assertThat(requests).hasSize(refusals.size() + 1).allMatch(ProposeRequest::hasFailReplicas);
    }

    @Test
    void aDirectoryThatFailedIsNotForgotten() {
        answers.add(ErrorReason.ERROR_REASON_INTERNAL);
        reports.failDirectory(DIRECTORY);
        await().until(() -> requests.size() == 2);
        assertThat(requests).allMatch(ProposeRequest::hasFailDirectories);
    }

    @Test
    void aRunThatIsOverSaysNoMoreAndVouchesForNothing() {
        answers.add(ErrorReason.ERROR_REASON_STALE_BROKER_EPOCH);
        CompletableFuture<Void> known = reports.failReplica(REPLICA);
        reports.failDirectory(DIRECTORY);
        assertThat(requests).hasSize(1);
        assertThat(known).isNotDone();
    }
}
