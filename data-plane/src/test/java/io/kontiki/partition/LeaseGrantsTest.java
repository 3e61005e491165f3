package io.kontiki.partition;

import static org.assertj.core.api.Assertions.assertThat;

import io.kontiki.metadata.LocalMetadata;
import io.kontiki.metadata.LogPosition;
import io.kontiki.metadata.MetadataDelta;
import io.kontiki.metadata.MetadataImage;
import io.kontiki.replication.Lease;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Rule L16: a lease counts when the broker knows what the controller knew. */
class LeaseGrantsTest {
    private final LocalMetadata metadata = new LocalMetadata(e -> {
        throw e;
    });
    private final List<Lease> renewed = new ArrayList<>();
    private final LeaseGrants grants = new LeaseGrants(new Lease(0), metadata, Runnable::run, renewed::add);

    @Test
    void grantWaitsForItsIndex() {
        publish(6);
        grants.add(new Lease(100), 7);
        assertThat(renewed).isEmpty();
        publish(7);
        assertThat(renewed).containsExactly(new Lease(100));
    }

    @Test
    void grantOfALaterIndexWaitsBehindAnEarlierOne() {
        grants.add(new Lease(100), 7);
        grants.add(new Lease(200), 8);
        publish(7);
        assertThat(renewed).containsExactly(new Lease(100));
        publish(8);
        assertThat(renewed).containsExactly(new Lease(100), new Lease(200));
    }

    @Test
    void laterLeaseStays() {
        publish(7);
        grants.add(new Lease(100), 7);
        grants.add(new Lease(90), 7);
        assertThat(renewed).containsExactly(new Lease(100));
    }

    @Test
    void imageThatStandsStillIsNotWaitedForWithoutEnd() {
        for (int i = 1; i <= 1_000; i++) {
            grants.add(new Lease(i), i);
        }
        publish(936);
        assertThat(renewed).isEmpty();
        publish(1_000);
        assertThat(renewed).contains(new Lease(1_000)).hasSizeLessThan(100);
    }

    private void publish(long index) {
        metadata.publish(MetadataDelta.EMPTY, MetadataImage.EMPTY.withPosition(new LogPosition(1, index)));
    }
}
