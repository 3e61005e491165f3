package io.kontiki.replication;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** Rule L10: whatever the answer to an attach, what the link before it told does not count any more. */
class EarlierLinkTest {
    /** Leads from offset 1 on with 2 and 3 on link 1, and has nine records more, which 3 has acknowledged. */
    private static Rig leading() {
        return new Rig(1, new TestLog())
                .record(1, 1, 1, 1, 2, 3)
                .attach(2, 1, 1, 1)
                .attach(3, 1, 1, 1)
                .produce(9)
                .ack(3, 1, 10);
    }

    @Test
    void memberThatIsToldToCutHoldsTheHighWatermark() {
        Rig rig = leading().attach(3, 2, 1, 50).ack(2, 1, 10);
        assertThat(rig.none(Effect.SendDiverged.class)).isFalse();
        assertThat(rig.replica.highWatermark())
                .as("3 has other records than these, and is about to cut them")
                .isEqualTo(1);
    }

    @Test
    void newRunIsNotProposedByTheEndOfTheOneBefore() {
        long nextRun = Rig.epochOf(3) + 1;
        Rig rig = leading().ack(2, 1, 10).record(1, 1, 2, 1, 2).register(3, nextRun, false);
        rig.forget().attach(3, nextRun, 1, 1, 50, 50).produce(1).ack(2, 1, 11);
        assertThat(rig.none(Effect.ProposeIsr.class)).isTrue();
    }

    /** Rule F2: a new leader has not heard of the later run yet, but the quorum has. */
    @Test
    void lateAttachOfARunBeforeTheRegisteredOneIsRefused() {
        Rig rig =
                new Rig(1, new TestLog()).register(3, Rig.epochOf(3) + 1, false).record(1, 1, 1, 1, 2, 3);
        rig.attach(2, 1, 1, 1).attach(3, 1, 1, 1);
        assertThat(rig.last(Effect.SendRefused.class).follower()).isEqualTo(3);
        assertThat(rig.replica.highWatermark())
                .as("the later run of 3 may have less")
                .isZero();
    }
}
