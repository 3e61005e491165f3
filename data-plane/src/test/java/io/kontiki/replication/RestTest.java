package io.kontiki.replication;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** When a replica needs no ticks. That a tick at rest does nothing is checked by {@link Rig} in all other tests. */
class RestTest {
    private static final long LONG = TimeUnit.HOURS.toNanos(1);

    /** Leader 1 of epoch 1, all three in sync, 2 and 3 attached at its end. */
    private static Rig whole() {
        Rig rig = new Rig(1, new TestLog()).record(1, 1, 1, 1, 2, 3).attach(2, 1, 1, 1);
        // Whoever led before may have a lease for a session.
        return told(rig.attach(3, 1, 1, 1).pass(LONG));
    }

    /** What is to be pushed goes out, and ticks tell the followers what did not go with it. */
    private static Rig told(Rig rig) {
        for (int tick = 0; tick < 3; tick++) {
            List<Effect.PushTo> pushes = rig.all(Effect.PushTo.class);
            rig.forget();
            for (Effect.PushTo push : pushes) {
                long end = push.maxBytes() == 0 ? push.fromOffset() : rig.log.endOffset();
                rig.run(rig.replica.onPushSent(push.follower(), push.link(), end, 0, rig.now()));
            }
            rig.passMillis(50);
        }
        return rig;
    }

    @Test
    void leaderOfWhatAllHaveRests() {
        assertThat(whole().replica.isAtRest()).isTrue();
    }

    @Test
    void leaderWhoseFormerLeaderMayHaveALeaseDoesNot() {
        Rig rig = new Rig(1, new TestLog()).record(2, 0, 0, 1, 2, 3).record(1, 1, 1, 1, 2, 3);
        rig.attach(3, 1, 1, 1);
        assertThat(rig.replica.isAtRest()).isFalse();
    }

    @Test
    void leaderOfAFollowerThatMayComeToLagDoesNot() {
        Rig rig = whole().produce(1).ack(2, 1, 2);
        assertThat(rig.replica.isAtRest()).isFalse();
        assertThat(told(rig.ack(3, 1, 2)).replica.isAtRest()).isTrue();
    }

    @Test
    void leaderOfAMemberThatIsGoneDoesNotUntilItIsOutOfTheIsr() {
        Rig rig = whole();
        rig.run(rig.replica.onFollowerDisconnected(3, 1, rig.now()));
        assertThat(rig.replica.isAtRest()).isFalse();
        assertThat(told(rig.record(1, 1, 2, 1, 2)).replica.isAtRest()).isTrue();
    }

    @Test
    void leaderThatHasAHighWatermarkToTellDoesNot() {
        Rig rig = whole().produce(1).ack(2, 1, 2).ack(3, 1, 2);
        assertThat(rig.replica.isAtRest()).isFalse();
        assertThat(told(rig).replica.isAtRest()).isTrue();
    }

    @Test
    void leaderOfAFollowerThatMayJoinDoesNot() {
        Rig rig = whole().record(1, 1, 2, 1, 2).attach(3, 2, 1, 1);
        assertThat(rig.replica.isAtRest()).isFalse();
    }

    @Test
    void leaderForWhomSomebodyWaitsDoesNot() {
        Rig rig = whole().produce(1);
        rig.await(7, 2, Acks.ALL);
        assertThat(rig.replica.isAtRest()).isFalse();
        assertThat(told(rig.ack(2, 1, 2).ack(3, 1, 2)).replica.isAtRest()).isTrue();
    }

    @Test
    void followerRestsOnceItIsAttached() {
        Rig rig = new Rig(2, new TestLog()).record(1, 1, 1, 1, 2, 3);
        assertThat(rig.replica.isAtRest()).isFalse();
        rig.run(rig.replica.onAttached(
                rig.last(Effect.SendAttach.class).attach().link(), 0, 0, rig.now()));
        assertThat(rig.replica.isAtRest()).isTrue();
        rig.run(rig.replica.onLeaderDisconnected(1, rig.now()));
        assertThat(rig.replica.isAtRest()).isFalse();
    }

    @Test
    void whoHasNoPartRests() {
        assertThat(new Rig(2, new TestLog()).replica.isAtRest()).isTrue();
    }
}
