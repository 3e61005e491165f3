package io.kontiki.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.kontiki.measure.LatencyHistogram;
import io.kontiki.measure.Traffic;
import io.kontiki.metadata.TopicPartition;
import java.util.UUID;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class AckTimingTest {
    private static final long MILLI = 1_000_000;
    private static final TopicPartition ORDERS = new TopicPartition(new UUID(1, 1), 0);
    private static final TopicPartition OTHER = new TopicPartition(new UUID(1, 1), 1);

    private final LatencyHistogram times = new Traffic().replication().acknowledged();
    private final AckTiming timing = new AckTiming(times);

    private long count() {
        return LongStream.of(times.counts()).sum();
    }

    @Test
    void timeEndsWhenTheFollowerHasAllOfThePush() {
        assertThat(timing.waits()).isFalse();
        timing.onPushed(ORDERS, 20, 3 * MILLI, 4 * MILLI);
        timing.onAck(OTHER, 50, 5 * MILLI);
        timing.onAck(ORDERS, 19, 6 * MILLI);
        assertThat(count()).isZero();
        assertThat(timing.waits()).isTrue();

        timing.onAck(ORDERS, 25, 10 * MILLI);
        timing.onAck(ORDERS, 30, 11 * MILLI);

        assertThat(count()).isOne();
        assertThat(times.sumSeconds()).isCloseTo(0.007, within(1e-9));
        assertThat(timing.waits()).isFalse();
    }

    @Test
    void onePushAtATimeIsFollowed() {
        timing.onPushed(ORDERS, 20, 0, 0);
        timing.onPushed(OTHER, 5, MILLI, MILLI);
        timing.onAck(OTHER, 5, 2 * MILLI);
        assertThat(count()).isZero();
        timing.onAck(ORDERS, 20, 3 * MILLI);
        timing.onPushed(OTHER, 9, 4 * MILLI, 4 * MILLI);
        timing.onAck(OTHER, 9, 5 * MILLI);

        assertThat(count()).isEqualTo(2);
        assertThat(times.sumSeconds()).isCloseTo(0.004, within(1e-9));
    }

    /** Its partition may have gone to another leader. */
    @Test
    void whatIsNeverAcknowledgedGivesWay() {
        timing.onPushed(ORDERS, 20, 0, 0);
        long late = AckTiming.FOLLOWED_NANOS_MAX;
        timing.onPushed(OTHER, 5, late - 1, late - 1);
        timing.onPushed(OTHER, 6, late, late);
        timing.onAck(OTHER, 6, late + MILLI);

        assertThat(count()).isOne();
        assertThat(times.sumSeconds()).isCloseTo(0.001, within(1e-9));
    }
}
