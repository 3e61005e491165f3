package io.kontiki.replication;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** Rule Q8: what a replica knows of its partition does not become older, whatever comes late. */
class OlderRecordTest {
    @Test
    void recordOfAnEarlierEpochDoesNotEndALeadership() {
        Rig rig = new Rig(1, new TestLog()).record(1, 2, 5, 1, 2, 3);
        rig.record(2, 1, 4, 1, 2, 3);
        assertThat(rig.replica.role()).isEqualTo(ReplicaRole.LEADER);
        assertThat(rig.replica.leaderEpoch()).isEqualTo(2);
    }

    @Test
    void recordOfAnEarlierVersionTakesNobodyOutOfTheInSyncReplicas() {
        Rig rig = new Rig(1, new TestLog())
                .record(1, 1, 5, 1, 2, 3)
                .attach(2, 1, 1, 1)
                .attach(3, 1, 1, 1)
                .produce(1)
                .ack(2, 1, 2);
        rig.record(1, 1, 4, 1, 2);
        assertThat(rig.replica.highWatermark())
                .as("3 was let in since, and has not acknowledged")
                .isEqualTo(1);
    }
}
