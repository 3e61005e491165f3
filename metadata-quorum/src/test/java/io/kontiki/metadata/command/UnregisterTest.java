package io.kontiki.metadata.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.kontiki.metadata.ImageCodec;
import io.kontiki.proto.internal.v1.Command;
import io.kontiki.proto.internal.v1.RestartClaim;
import io.kontiki.proto.internal.v1.UnregisterBroker;
import io.kontiki.proto.v1.ErrorReason;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** A broker is forgotten (rule M12). */
class UnregisterTest {
    private static Command.Builder unregister(TestQuorum quorum, int id) {
        return Command.newBuilder()
                .setUnregisterBroker(
                        UnregisterBroker.newBuilder().setBrokerId(id).setBrokerEpoch(quorum.epoch(id)));
    }

    @Test
    void runningBrokerIsNotUnregistered() {
        var quorum = TestQuorum.withBrokers(1, 2);
        assertThat(quorum.apply(unregister(quorum, 1)).getReason())
                .isEqualTo(ErrorReason.ERROR_REASON_INVALID_ARGUMENT);
        assertThat(quorum.image().broker(1)).isPresent();
    }

    @Test
    void unregisteredBrokerIsNoCandidateAnyMoreButItsReplicasStay() {
        var quorum = TestQuorum.withBrokers(1, 2, 3);
        var topic = quorum.topic(1, List.of(1, 2, 3), Map.of());
        List.of(3, 2, 1).forEach(quorum::fence);
        assertThat(quorum.partition(topic).elr()).containsExactly(1, 2);
        var before = quorum.image();
        quorum.accept(unregister(quorum, 1));
        assertThat(quorum.image().broker(1)).isEmpty();
        var record = quorum.partition(topic);
        assertThat(record.elr()).containsExactly(2);
        assertThat(record.lastKnown()).containsExactly(1);
        assertThat(record.replicas()).containsExactly(1, 2, 3);
        var delta = quorum.last().delta();
        assertThat(delta.removedBrokers()).containsExactly(1);
        assertThat(delta.changedTopics()).containsExactly(topic);
        assertThat(ImageCodec.apply(before, ImageCodec.toRecord(delta, quorum.image()))
                        .image())
                .isEqualTo(quorum.image());
    }

    @Test
    void repetitionChangesNothingAndALateCopyDoesNotHitANewerRun() { // Q2
        var quorum = TestQuorum.withBrokers(1, 2);
        quorum.fence(1);
        var late = unregister(quorum, 1);
        quorum.accept(late);
        quorum.accept(late);
        assertThat(quorum.last().delta().isEmpty()).isTrue();
        quorum.register(TestQuorum.run(1, 2, RestartClaim.RESTART_CLAIM_UNCLEAN));
        assertThat(quorum.apply(late).getReason()).isEqualTo(ErrorReason.ERROR_REASON_STALE_BROKER_EPOCH);
        assertThat(quorum.image().broker(1)).isPresent();
    }
}
