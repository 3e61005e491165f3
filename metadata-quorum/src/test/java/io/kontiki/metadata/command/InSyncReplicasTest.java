package io.kontiki.metadata.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.kontiki.metadata.FlushMode;
import io.kontiki.metadata.PartitionRegistration;
import io.kontiki.metadata.Reassignment;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** SETISR and ELECT on their own, also where no command leads today. */
class InSyncReplicasTest {
    private static PartitionRegistration partition(List<Integer> isr, List<Integer> elr, int leader) {
        return new PartitionRegistration(
                List.of(3, 1, 2),
                PartitionRegistration.unassigned(3),
                isr,
                elr,
                List.of(),
                leader,
                4,
                9,
                2,
                FlushMode.ACK,
                Reassignment.NONE,
                0);
    }

    @Test
    void unusableLeaderIsReplacedThoughItStaysInSync() { // K-19522
        var after = InSyncReplicas.set(partition(List.of(3, 1), List.of(), 3), List.of(1, 3), Set.of(), id -> id != 3);
        assertThat(after.leader()).isEqualTo(1);
        assertThat(after.leaderEpoch()).isEqualTo(5);
        assertThat(after.isr()).containsExactly(3, 1);
    }

    @Test
    void unusableMembersInSyncKeepTheEligibleOnesFromLeading() {
        var before = partition(List.of(1), List.of(2), 1);
        var after = InSyncReplicas.set(before, List.of(1), Set.of(), id -> id == 2);
        assertThat(after.hasLeader()).isFalse();
        assertThat(after.isr()).containsExactly(1);
    }

    @Test
    void usableLeaderStaysThoughAnotherIsPreferred() {
        var after = InSyncReplicas.set(partition(List.of(1, 2), List.of(), 1), List.of(1, 2, 3), Set.of(), id -> true);
        assertThat(after.leader()).isEqualTo(1);
        assertThat(after.leaderEpoch()).isEqualTo(4);
        assertThat(after.partitionEpoch()).isEqualTo(10);
        assertThat(after.isr()).containsExactly(3, 1, 2);
    }
}
