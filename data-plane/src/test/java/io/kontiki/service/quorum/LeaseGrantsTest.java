package io.kontiki.service.quorum;

import static org.assertj.core.api.Assertions.assertThat;

import io.kontiki.replication.Lease;
import org.junit.jupiter.api.Test;

/** Rule L16: a lease counts when the broker knows what the controller knew. */
class LeaseGrantsTest {
    private static final Lease NONE = new Lease(0);

    private final LeaseGrants grants = new LeaseGrants();

    @Test
    void grantWaitsForItsIndex() {
        grants.add(new Lease(100), 7);
        assertThat(grants.take(6, NONE)).isEqualTo(NONE);
        assertThat(grants.nextIndex()).isEqualTo(7);
        assertThat(grants.take(7, NONE)).isEqualTo(new Lease(100));
        assertThat(grants.isEmpty()).isTrue();
    }

    @Test
    void laterLeaseStays() {
        grants.add(new Lease(100), 7);
        grants.add(new Lease(90), 7);
        grants.add(new Lease(200), 8);
        assertThat(grants.take(7, NONE)).isEqualTo(new Lease(100));
        assertThat(grants.take(8, new Lease(300))).isEqualTo(new Lease(300));
    }

    @Test
    void imageThatStandsStillIsNotWaitedForWithoutEnd() {
        for (int i = 1; i <= 1_000; i++) {
            grants.add(new Lease(i), i);
        }
        assertThat(grants.nextIndex()).isGreaterThan(900);
        assertThat(grants.take(1_000, NONE)).isEqualTo(new Lease(1_000));
    }
}
