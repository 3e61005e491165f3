package io.kontiki.client;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.kontiki.record.RecordBatchBuilder;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class FetchDemandTest {
    private static final int PREFETCH_BYTES = 10_000;

    /** One that was fetched: so many bytes of a value, and some around them. */
    private static PartitionFetcher partition(int number, int valueBytes) {
        var partition = new PartitionFetcher(
                new TopicPartition("t", number),
                Optional.of(Position.offset(0)),
                PREFETCH_BYTES,
                true,
                new Backoff(1, 1, new SplittableRandom(1)));
        partition.onLeader(Optional.of(new Leader(new UUID(1, 2), 9, new HostPort("b", 1))));
        partition.onRequested();
        partition.onFetched(batch(valueBytes), 0);
        return partition;
    }

    private static ByteString batch(int valueBytes) {
        if (valueBytes == 0) {
            return ByteString.EMPTY;
        }
        var builder = new RecordBatchBuilder(1 << 16);
        builder.add(7, null, ByteBuffer.allocate(valueBytes), List.of());
        return ByteString.copyFrom(builder.build());
    }

    private static FetchDemand demand(PartitionFetcher... partitions) {
        var demand = new FetchDemand();
        for (var partition : partitions) {
            demand.add(partition, 0);
        }
        return demand;
    }

    @Test
    void roomIsWhatIsLeftOfTheShare() {
        var some = partition(0, 1000);
        var none = partition(1, 0);
        var demand = demand(some, none);

        assertThat(demand.room(5000)).isEqualTo(5000 - some.fetchedBytes());
        assertThat(demand.room(1000)).isNegative();
        assertThat(some.fetchedBytes()).as("it is read").isGreaterThan(1000);
        assertThat(demand.take(1, 1)).isEqualTo(new FetchDemand.Wish(List.of(some, none), false));
        assertThat(demand.leavesOut()).isFalse();
    }

    @Test
    void onePartitionThatHasEnoughIsLeftOut() {
        var full = partition(0, PREFETCH_BYTES);
        var none = partition(1, 0);
        var demand = demand(full, none);

        assertThat(demand.take(1, 1).partitions()).containsExactly(none);
        assertThat(demand.leavesOut()).isTrue();
    }

    @Test
    void aRequestTakesWhatFillsAnAnswer() {
        var idle = partition(0, 0);
        var first = behind(1);
        var second = behind(2);
        var third = behind(3);
        var demand = demand(idle, first, second, third);

        assertThat(demand.take(1001, 1000)).isEqualTo(new FetchDemand.Wish(List.of(idle, first, second), true));
        assertThat(demand.leavesOut()).isTrue();
        assertThat(demand.take(1001, 1000)).isEqualTo(new FetchDemand.Wish(List.of(third), true));
        assertThat(demand.isEmpty()).isTrue();
        assertThat(demand.leavesOut()).isFalse();
    }

    private static PartitionFetcher behind(int number) {
        var partition = partition(number, 0);
        partition.onRequested();
        partition.onFetched(ByteString.EMPTY, 100);
        return partition;
    }

    @Test
    void aRequestHasNoMorePartitionsThanABrokerTakes() {
        var demand = new FetchDemand();
        for (int number = 0; number <= 1000; number++) {
            demand.add(partition(number, 0), 0);
        }

        assertThat(demand.take(1, 1).partitions()).hasSize(1000);
        assertThat(demand.leavesOut()).isTrue();
        assertThat(demand.take(1, 1).partitions()).hasSize(1);
    }

    /** Or a few that are paused would stop all others for good. */
    @Test
    void pausedPartitionsGiveTheirsUpIfThereIsNoRoom() {
        var paused = partition(0, 4000);
        paused.setPaused(true, 0);
        var read = partition(1, 500);
        var demand = demand(paused, read);

        assertThat(demand.room(9000)).isEqualTo(9000 - paused.fetchedBytes() - read.fetchedBytes());
        assertThat(paused.fetchedBytes()).isGreaterThan(4000);
        assertThat(demand.room(4000)).isEqualTo(4000 - read.fetchedBytes());
        assertThat(paused.fetchedBytes()).isZero();
        assertThat(paused.fetchOffset()).isZero();
        assertThat(demand.take(1, 1).partitions()).containsExactly(read);
    }
}
