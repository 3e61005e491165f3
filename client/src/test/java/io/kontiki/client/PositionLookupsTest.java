package io.kontiki.client;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What nobody foresaw is told to the caller, and the partition can be looked up again. */
class PositionLookupsTest {
    private static final TopicPartition PARTITION = new TopicPartition("t", 0);

    private final LinkedBlockingQueue<Runnable> events = new LinkedBlockingQueue<>();
    /** There is no cluster: whatever it does throws. */
    private final PositionLookups lookups = new PositionLookups(null, events::add);

    @AfterEach
    void close() {
        lookups.close();
    }

    private static PartitionFetcher partition(Optional<Position> start) {
        var backoff = new Backoff(1, 1, new SplittableRandom(1));
        var partition = new PartitionFetcher(PARTITION, start, 1000, true, backoff);
        partition.onLeader(Optional.of(new Leader(new java.util.UUID(1, 2), 1, new HostPort("b", 1))));
        return partition;
    }

    private void assertTold(PartitionFetcher partition) throws InterruptedException {
        lookups.start(List.of(partition), System.nanoTime());
        var event = events.poll(10, TimeUnit.SECONDS);
        assertThat(event).isNotNull();
        event.run();

        var failure = partition.takeFailure().orElseThrow();
        assertThat(failure.reason()).isEqualTo(ErrorReason.UNKNOWN);
        assertThat(failure).hasMessageContaining("a defect of the client");
    }

    @Test
    void aLookUpThatThrowsIsTold() throws Exception {
        var partition = partition(Optional.of(Position.latest()));

        assertTold(partition);
        assertThat(partition.lookUpDue(System.nanoTime() + 1000)).isPresent();
    }

    @Test
    void aQuestionToTheGroupThatThrowsIsTold() throws Exception {
        lookups.startWith(new GroupStarts(
                null, () -> OffsetCalls.Asker.outsideOf("g"), ResetPolicy.EARLIEST, Duration.ofSeconds(1)));
        var partition = partition(Optional.empty());

        assertTold(partition);
        assertThat(partition.askGroupDue(System.nanoTime() + 1000)).isTrue();
    }
}
