package io.kontiki.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.kontiki.broker.RecordTimes.Place;
import io.kontiki.metadata.TopicPartition;
import java.time.Duration;
import java.util.List;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class RecordTimesTest {
    private static final Duration LONG = Duration.ofSeconds(30);

    private final AtomicInteger lookUps = new AtomicInteger();

    private static Place at(long offset) {
        return new Place(new TopicPartition(new UUID(1, 1), 0), offset);
    }

    private OptionalLong time(Place place) {
        lookUps.incrementAndGet();
        return place.offset() < 0 ? OptionalLong.empty() : OptionalLong.of(1000 + place.offset());
    }

    @Test
    void whatWasFoundIsNotLookedUpAgain() {
        try (var times = new RecordTimes(this::time, LONG)) {
            assertThat(times.find(List.of(at(1), at(2), at(-1)))).hasSize(2).containsEntry(at(2), 1002L);
            assertThat(times.find(List.of(at(2), at(3)))).hasSize(2).containsEntry(at(3), 1003L);
            assertThat(lookUps).hasValue(4);
        }
    }

    @Test
    void manyAreFoundByTurns() {
        var places = LongStream.range(0, 2L * RecordTimes.LOOK_UPS_MAX)
                .mapToObj(RecordTimesTest::at)
                .toList();
        try (var times = new RecordTimes(this::time, LONG)) {
            assertThat(times.find(places)).hasSize(RecordTimes.LOOK_UPS_MAX);
            assertThat(times.find(places)).hasSize(2 * RecordTimes.LOOK_UPS_MAX);
        }
    }

    /** What cannot be found takes no turn from others. */
    @Test
    void whatIsNeverFoundHoldsUpNobody() {
        var places = LongStream.range(-RecordTimes.LOOK_UPS_MAX, RecordTimes.LOOK_UPS_MAX)
                .mapToObj(RecordTimesTest::at)
                .toList();
        try (var times = new RecordTimes(this::time, LONG)) {
            times.find(places);
            assertThat(times.find(places)).hasSize(RecordTimes.LOOK_UPS_MAX);
        }
    }

    @Test
    void aDiskThatHangsIsNotWaitedForLong() {
        var hangs = new CountDownLatch(1);
        try (var times = new RecordTimes(
                place -> {
                    try {
                        hangs.await();
                    } catch (InterruptedException e) {
                        throw new AssertionError(e);
                    }
                    return time(place);
                },
                Duration.ofMillis(1))) {
            assertThat(times.find(List.of(at(1)))).isEmpty();
            assertThat(times.find(List.of(at(1), at(2)))).isEmpty();
            assertThat(lookUps).hasValue(0);
            hangs.countDown();
            await().untilAsserted(
                            () -> assertThat(times.find(List.of(at(1), at(2)))).hasSize(2));
            // Nobody asked again while the first question was open.
            assertThat(lookUps).hasValue(2);
        }
    }
}
