package io.kontiki.service;

import static org.assertj.core.api.Assertions.assertThat;

import io.kontiki.metadata.FlushMode;
import io.kontiki.metadata.PartitionRegistration;
import io.kontiki.metadata.Reassignment;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class MetadataMessagesTest {
    private static final PartitionRegistration RECORD =
            PartitionRegistration.created(List.of(1, 2, 3), List.of(1, 2), 1, FlushMode.OS);

    private static List<PartitionRegistration> changes() {
        var reassignment = new Reassignment(List.of(3), List.of(), 1, 0);
        return List.of(
                RECORD.withDirectory(1, new UUID(1, 2)),
                RECORD.withReplicas(RECORD.replicas(), reassignment),
                RECORD.withReplicas(List.of(1, 2), Reassignment.NONE),
                RECORD.withPolicy(1, FlushMode.ACK),
                RECORD.withPolicy(2, FlushMode.OS),
                RECORD.withEpochs(0, 1),
                RECORD.withEpochs(1, 0),
                RECORD.next(),
                isr(List.of(1), List.of(), List.of(), 1),
                isr(List.of(1, 2), List.of(3), List.of(), 1),
                isr(List.of(1, 2), List.of(), List.of(3), 1),
                isr(List.of(1, 2), List.of(), List.of(), 2),
                isr(List.of(1, 2), List.of(), List.of(), PartitionRegistration.NO_LEADER));
    }

    /** Of the same version: its number is told, too. */
    private static PartitionRegistration isr(
            List<Integer> isr, List<Integer> elr, List<Integer> lastKnown, int leader) {
        return new PartitionRegistration(
                RECORD.replicas(),
                RECORD.directories(),
                isr,
                elr,
                lastKnown,
                leader,
                RECORD.leaderEpoch(),
                RECORD.partitionEpoch(),
                RECORD.minIsr(),
                RECORD.flushMode(),
                RECORD.reassignment(),
                RECORD.uncleanEpoch());
    }

    @ParameterizedTest
    @MethodSource("changes")
    void recordsShowTheSameIfAndOnlyIfTheirMessagesAreEqual(PartitionRegistration changed) {
        assertThat(MetadataMessages.showSame(RECORD, changed))
                .isEqualTo(MetadataMessages.partition(0, RECORD).equals(MetadataMessages.partition(0, changed)));
    }
}
