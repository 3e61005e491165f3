package io.kontiki.replication;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.OptionalInt;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What a leader does when it has not heard from the controller for long: rules L16 and E3. */
class LeaseTest {
    private static final long SESSION = TimeUnit.SECONDS.toNanos(3);

    /** Leader 1 of epoch 1, all its records committed, without a lease. */
    private static Rig expired(IsolatedLeader isolated) {
        Rig rig = new Rig(1, new TestLog(), 0, ReplicaOptions.DEFAULTS.withIsolatedLeader(isolated));
        rig.record(1, 1, 1, 1, 2, 3).attach(2, 1, 1, 1).attach(3, 1, 1, 1);
        return rig.lease(new Lease(rig.now()));
    }

    private static Admission refused() {
        return new Admission.Refused(Admission.Reason.LEASE_EXPIRED, OptionalInt.of(1), 1);
    }

    @Test
    void endsAFifthOfASessionBeforeTheControllerCouldFence() {
        Lease lease = Lease.of(1_000, SESSION);
        assertThat(lease.holds(1_000 + SESSION / 10 * 8 - 1)).isTrue();
        assertThat(lease.holds(1_000 + SESSION / 10 * 8)).isFalse();
    }

    @Test
    void lateAnswerDoesNotShortenIt() {
        Lease later = Lease.of(2_000, SESSION);
        assertThat(Lease.of(1_000, SESSION).orLater(later)).isEqualTo(later);
        assertThat(later.orLater(Lease.of(1_000, SESSION))).isEqualTo(later);
    }

    @Test
    void clockMayPassItsLargestValue() {
        Lease lease = Lease.of(Long.MAX_VALUE - 10, SESSION);
        assertThat(lease.holds(Long.MAX_VALUE)).isTrue();
        assertThat(lease.holds(Long.MIN_VALUE + SESSION)).isFalse();
        assertThat(lease.orLater(Lease.of(Long.MAX_VALUE - 20, SESSION))).isEqualTo(lease);
    }

    @Test
    void leaderWithALeaseServesEverything() {
        Rig rig = expired(IsolatedLeader.STOP);
        rig.lease(Lease.of(rig.now(), SESSION));
        for (Acks acks : Acks.values()) {
            assertThat(rig.admit(acks)).isEqualTo(new Admission.Granted(1));
        }
        assertThat(rig.admitRead()).isEqualTo(new Admission.Granted(1));
        assertThat(rig.admitLatest()).isEqualTo(new Admission.Granted(1));
    }

    @ParameterizedTest
    @EnumSource
    void withoutALeaseNothingIsAppendedThatOthersNeedNotConfirm(IsolatedLeader isolated) {
        Rig rig = expired(isolated);
        assertThat(rig.admit(Acks.NONE)).isEqualTo(refused());
        assertThat(rig.admit(Acks.LEADER)).isEqualTo(refused());
    }

    @ParameterizedTest
    @EnumSource
    void withoutALeaseTheLatestOffsetIsNotTold(IsolatedLeader isolated) {
        assertThat(expired(isolated).admitLatest()).isEqualTo(refused());
    }

    @Test
    void outageOfTheQuorumIsNoOutageOfTheData() {
        Rig rig = expired(IsolatedLeader.SERVE);
        assertThat(rig.admitRead()).isEqualTo(new Admission.Granted(1));
        assertThat(rig.admit(Acks.ALL)).isEqualTo(new Admission.Granted(1));
        rig.produce(1).await(7, 2, Acks.ALL).ack(2, 1, 2).ack(3, 1, 2);
        assertThat(rig.last(Effect.Complete.class)).isEqualTo(new Effect.Complete(7, CommitOutcome.COMMITTED));
    }

    @Test
    void leaderThatIsToStopWithoutALeaseServesNothing() {
        Rig rig = expired(IsolatedLeader.STOP);
        assertThat(rig.admit(Acks.ALL)).isEqualTo(refused());
        assertThat(rig.admitRead()).isEqualTo(refused());
    }

    @Test
    void followerNamesTheLeaderAlsoWithoutALease() {
        Rig rig = new Rig(2, new TestLog()).record(1, 1, 1, 1, 2, 3);
        rig.lease(new Lease(rig.now()));
        assertThat(rig.admitRead()).isEqualTo(new Admission.Refused(Admission.Reason.NOT_LEADER, OptionalInt.of(1), 1));
    }
}
