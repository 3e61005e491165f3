package io.kontiki.replication;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** Rules L13 and L16: no latest offset is told while a former leader may tell one, too. */
class FormerLeadersTest {
    private static final long SESSION = ReplicaOptions.DEFAULTS.sessionNanos();

    private static Rig born() {
        return new Rig(1, new TestLog()).record(2, 0, 0, 1, 2, 3);
    }

    private static void assertTellsLatest(Rig rig, boolean tells) {
        assertThat(rig.admitLatest() instanceof Admission.Granted).isEqualTo(tells);
    }

    @Test
    void leaderBeforeTheLastOneIsWaitedFor() {
        Rig rig = born().record(3, 1, 1, 1, 2, 3)
                .record(1, 2, 2, 1, 3)
                .attach(3, 2, -1, 0)
                .ack(3, 2, 1);
        assertTellsLatest(rig, false);
        rig.attach(2, 2, -1, 0);
        assertTellsLatest(rig, true);
    }

    @Test
    void leaderBeforeThisOnesOwnEpochIsWaitedFor() {
        Rig rig = born().record(1, 1, 1, 1, 3)
                .record(1, 2, 2, 1, 3)
                .attach(3, 2, -1, 0)
                .ack(3, 2, 2);
        assertTellsLatest(rig, false);
        rig.pass(SESSION + 1);
        assertTellsLatest(rig, true);
    }

    @Test
    void leaderThatWasReplacedASessionAgoIsNotWaitedFor() {
        Rig rig = born().record(3, 1, 1, 1, 3).pass(SESSION + 1).record(1, 2, 2, 1, 3);
        assertTellsLatest(rig.attach(3, 2, -1, 0).ack(3, 2, 1), true);
    }

    /** Rule Q8: an image may take several steps at once. */
    @Test
    void leaderOfAnEpochThatWasSkippedIsWaitedFor() {
        Rig rig = born().record(1, 2, 5, 1, 2).attach(2, 2, -1, 0).ack(2, 2, 1);
        assertTellsLatest(rig, false);
        rig.pass(SESSION + 1);
        assertTellsLatest(rig, true);
    }

    @Test
    void leaderBeforeTheFirstRecordThatIsSeenIsWaitedFor() {
        Rig rig = new Rig(1, new TestLog())
                .record(1, 3, 5, 1, 2)
                .attach(2, 3, -1, 0)
                .ack(2, 3, 1);
        assertTellsLatest(rig, false);
        rig.register(3, Rig.epochOf(3), true);
        assertTellsLatest(rig, true);
    }

    @Test
    void nobodyLedBeforeTheFirstEpoch() {
        Rig rig = new Rig(1, new TestLog())
                .record(1, 0, 0, 1, 2)
                .attach(2, 0, -1, 0)
                .ack(2, 0, 1);
        assertTellsLatest(rig, true);
    }
}
