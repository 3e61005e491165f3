package io.kontiki.client;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.kontiki.record.RecordBatchBuilder;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class PartitionFetcherTest {
    private static final long END = 100;

    private final PartitionFetcher partition = new PartitionFetcher(
            new TopicPartition("t", 0),
            Optional.of(Position.offset(10)),
            1000,
            true,
            new Backoff(1, 1, new SplittableRandom(1)));

    private void fetched(ByteString records) {
        partition.onLeader(Optional.of(new Leader(new UUID(1, 2), 9, new HostPort("b", 1))));
        assertThat(partition.fetchDue(0)).isPresent();
        partition.onRequested();
        partition.onFetched(records, END);
    }

    private static ByteString batch(long offset, int epoch) {
        var builder = new RecordBatchBuilder(1000);
        builder.add(7, null, ByteBuffer.allocate(1), List.of());
        var bytes = builder.build();
        RecordBatchBuilder.stampLeader(bytes, offset, epoch);
        return ByteString.copyFrom(bytes);
    }

    private List<Long> drain(int max) {
        var records = new ArrayList<ConsumerRecord>();
        partition.drainInto(records, max);
        return records.stream().map(ConsumerRecord::offset).toList();
    }

    @Test
    void eachFetchNamesTheEpochOfWhatIsBeforeIt() {
        assertThat(partition.fetchEpoch()).isEmpty();

        fetched(batch(10, 3).concat(batch(11, 5)));

        assertThat(partition.fetchOffset()).isEqualTo(12);
        assertThat(partition.fetchEpoch()).hasValue(5);
        assertThat(drain(1)).containsExactly(10L);
        assertThat(partition.toCommit().orElseThrow().leaderEpoch()).hasValue(3);
        partition.seek(Position.offset(11));
        assertThat(partition.fetchEpoch()).isEmpty();
    }

    @Test
    void backlogIsJudgedByWhatWasFetchedLast() {
        assertThat(partition.backlogBytes(1000)).as("nothing is known").isZero();
        fetched(ByteString.EMPTY);
        assertThat(partition.backlogBytes(1000))
                .as("how large records are is not")
                .isEqualTo(1000);

        var two = batch(10, 3).concat(batch(11, 3));
        fetched(two);

        assertThat(partition.backlogBytes(1 << 20)).isEqualTo((int) (END - 12) * two.size() / 2);
        assertThat(partition.backlogBytes(1000)).isEqualTo(1000);
        partition.seek(Position.offset(END));
        assertThat(partition.backlogBytes(1000)).isZero();
        partition.seek(Position.offset(END + 1));
        assertThat(partition.backlogBytes(1000)).isZero();
    }

    @Test
    void aLongPauseCostsNoMemoryAndNoRecords() {
        fetched(batch(10, 3).concat(batch(11, 5)));
        assertThat(drain(1)).containsExactly(10L);
        partition.setPaused(true, 100);
        partition.onTick(99 + PartitionFetcher.KEPT_NANOS);
        assertThat(partition.fetchedBytes()).isPositive();
        // Said again: it is the same pause.
        partition.setPaused(true, 200);

        partition.onTick(100 + PartitionFetcher.KEPT_NANOS);

        assertThat(partition.fetchedBytes()).isZero();
        partition.setPaused(false, 300 + PartitionFetcher.KEPT_NANOS);
        assertThat(partition.fetchOffset()).isEqualTo(11);
        assertThat(partition.fetchEpoch()).hasValue(3);
        fetched(batch(11, 5));
        assertThat(drain(9)).containsExactly(11L);
    }

    @Test
    void whatIsOnItsWayInAPauseIsKeptUntilItIsThere() {
        partition.onLeader(Optional.of(new Leader(new UUID(1, 2), 9, new HostPort("b", 1))));
        partition.onRequested();
        partition.setPaused(true, 0);
        partition.onTick(PartitionFetcher.KEPT_NANOS);
        assertThat(partition.awaits(partition.generation())).isTrue();
        partition.onFetched(batch(10, 3), END);
        partition.onTick(PartitionFetcher.KEPT_NANOS);
        assertThat(partition.fetchedBytes()).isZero();
    }

    /** Records that nobody has seen yet may change without a word. */
    @Test
    void whatWasFetchedAheadOfALogThatPartsIsFetchedAnew() {
        fetched(batch(10, 3).concat(batch(11, 3)));
        assertThat(drain(1)).containsExactly(10L);

        assertThat(partition.onDiverged(11)).isFalse();

        assertThat(drain(9)).isEmpty();
        assertThat(partition.fetchOffset()).isEqualTo(11);
        assertThat(partition.fetchEpoch()).hasValue(3);
        assertThat(partition.onDiverged(10)).isTrue();
    }
}
