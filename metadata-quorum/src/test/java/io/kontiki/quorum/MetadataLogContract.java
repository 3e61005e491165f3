package io.kontiki.quorum;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.kontiki.metadata.LocalMetadata;
import io.kontiki.proto.internal.v1.Command;
import io.kontiki.proto.v1.ErrorReason;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What every metadata log with one voter does. */
public abstract class MetadataLogContract {
    private final List<RuntimeException> faults = new CopyOnWriteArrayList<>();
    private final LocalMetadata metadata = new LocalMetadata(faults::add);
    private final RecordedLeadership leadership = new RecordedLeadership();
    private MetadataLog log;

    /** A log with one voter, not started. */
    protected abstract MetadataLog create(LocalMetadata localMetadata);

    @BeforeEach
    void start() {
        log = create(metadata);
        log.start(leadership);
        await().until(() -> !leadership.own().isEmpty());
    }

    @AfterEach
    void stop() {
        log.close();
        assertThat(faults).isEmpty();
    }

    @Test
    void onlyVoterLeadsAndTellsItsTerm() {
        assertThat(leadership.own()).containsExactly("leading " + log.status().term());
        assertThat(log.status().leading()).isTrue();
        assertThat(log.status().lifeCycle()).isEqualTo(QuorumStatus.LifeCycle.RUNNING);
        assertThat(log.status().leaderId()).hasValue(1);
    }

    @Test
    void imageHoldsTheCommandWhenItsReplyArrives() {
        var submission = submit(SampleCommands.initialize());

        assertThat(submission.accepted()).isTrue();
        assertThat(metadata.current().clusterId()).isEqualTo(SampleCommands.CLUSTER_ID);
        assertThat(metadata.current().position().index()).isEqualTo(submission.index());
    }

    @Test
    void refusalByTheImageIsAReplyAtAnIndex() {
        submit(SampleCommands.initialize());

        var submission = submit(SampleCommands.allocate(9, 1, 1));

        assertThat(submission.accepted()).isFalse();
        assertThat(submission.index()).isPositive();
        assertThat(submission.reply().getReason()).isNotEqualTo(ErrorReason.ERROR_REASON_UNSPECIFIED);
    }

    @Test
    void commandOfTheControllerOfAnotherTermIsVoid() {
        var stale = SampleCommands.initialize().toBuilder()
                .setControllerTerm(log.status().term() + 1)
                .build();

        assertThat(submit(stale).reply().getReason()).isEqualTo(ErrorReason.ERROR_REASON_NOT_LEADER);
        assertThat(metadata.current().clusterId()).isEmpty();
    }

    @Test
    void oversizeCommandIsRefusedAndTheLeaderStays() {
        var submission = submit(SampleCommands.oversize());

        assertThat(submission.index()).isZero();
        assertThat(submission.reply().getReason()).isEqualTo(ErrorReason.ERROR_REASON_INVALID_ARGUMENT);
        assertThat(submit(SampleCommands.initialize()).accepted()).isTrue();
        assertThat(leadership.own()).hasSize(1);
    }

    @Test
    void manyCommandsUnderWayAreAppliedEachOnce() {
        submit(SampleCommands.initialize());
        var epoch = submit(SampleCommands.register(1)).index();
        var pending = new ArrayList<CompletableFuture<Submission>>();
        for (int i = 0; i < 500; i++) {
            pending.add(log.submit(SampleCommands.allocate(1, epoch, 10)));
        }

        var firstIds = pending.stream()
                .map(CompletableFuture::join)
                .map(submission -> submission.reply().getAllocateProducerIds().getFirstId())
                .toList();

        assertThat(firstIds).doesNotHaveDuplicates().isSorted();
        assertThat(metadata.current().nextProducerId()).isEqualTo(firstIds.get(0) + 5_000);
    }

    @Test
    void closingTellsThatTheLeadershipIsLost() {
        log.close();
        log.close();

        assertThat(leadership.own()).last().isEqualTo("lost");
        assertThat(log.status().lifeCycle()).isEqualTo(QuorumStatus.LifeCycle.CLOSED);
        assertThat(submit(SampleCommands.initialize()).reply().getReason())
                .isEqualTo(ErrorReason.ERROR_REASON_QUORUM_UNAVAILABLE);
    }

    private Submission submit(Command command) {
        return log.submit(command).orTimeout(10, TimeUnit.SECONDS).join();
    }
}
