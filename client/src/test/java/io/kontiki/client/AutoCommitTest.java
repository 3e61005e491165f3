package io.kontiki.client;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.kontiki.record.RecordBatchBuilder;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AutoCommitTest {
    private static final TopicPartition PARTITION = new TopicPartition("t", 0);
    private static final int LEADER_EPOCH = 4;

    private final PartitionFetcher partition = new PartitionFetcher(
            PARTITION, Optional.of(Position.offset(0)), 1 << 20, true, new Backoff(1, 1, new SplittableRandom(1)));
    private final AutoCommit autoCommit = new AutoCommit(true, 10, 0);

    private void fetch(int records) {
        var builder = new RecordBatchBuilder(1 << 16);
        for (int i = 0; i < records; i++) {
            builder.add(7, null, ByteBuffer.wrap(new byte[] {1}), List.of());
        }
        var bytes = builder.build();
        RecordBatchBuilder.stampLeader(bytes, partition.fetchOffset(), LEADER_EPOCH);
        partition.onRequested();
        partition.onFetched(ByteString.copyFrom(bytes), partition.fetchOffset() + records);
    }

    private List<ConsumerRecord> poll(int max) {
        partition.onPoll();
        var records = new ArrayList<ConsumerRecord>();
        partition.drainInto(records, max);
        return records;
    }

    private OptionalLong take() {
        var offset = autoCommit.take(List.of(partition), 0).get(PARTITION);
        return offset == null ? OptionalLong.empty() : OptionalLong.of(offset.offset());
    }

    @Test
    void whatTheLastPollReturnedIsLeftOut() {
        fetch(3);
        poll(2);
        assertThat(take()).hasValue(0);
        poll(2);
        assertThat(take()).hasValue(2);
        assertThat(take()).isEmpty();
        poll(2);
        assertThat(autoCommit.take(List.of(partition), 0).get(PARTITION).leaderEpoch())
                .hasValue(LEADER_EPOCH);
    }

    @Test
    void whatWasNotStoredIsTakenAgain() {
        fetch(1);
        poll(1);
        poll(1);
        assertThat(take()).hasValue(1);
        autoCommit.forget(List.of(PARTITION));

        assertThat(take()).hasValue(1);
    }

    @Test
    void whatTheCallerCommittedIsNotTakenBack() {
        fetch(3);
        poll(1);
        poll(1);
        autoCommit.onExplicitCommit(List.of(partition));

        assertThat(take()).isEmpty();
        poll(1);
        assertThat(take()).hasValue(2);
    }

    @Test
    void isDueByTheInterval() {
        assertThat(autoCommit.isDue(9)).isFalse();
        assertThat(autoCommit.isDue(10)).isTrue();
        autoCommit.take(List.of(), 12);
        assertThat(autoCommit.isDue(21)).isFalse();
        assertThat(autoCommit.isDue(22)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void neverCommitsARecordThatNoEarlierPollReturned(long seed) {
        var random = new SplittableRandom(seed);
        // The records that were returned, by the number of the poll.
        var returnedBy = new ArrayList<Integer>();
        int polls = 0;
        int commits = 0;
        for (int step = 0; step < 5000; step++) {
            switch (random.nextInt(4)) {
                case 0 -> fetch(1 + random.nextInt(5));
                case 1, 2 -> {
                    polls++;
                    for (var record : poll(1 + random.nextInt(7))) {
                        assertThat(record.offset()).isEqualTo(returnedBy.size());
                        returnedBy.add(polls);
                    }
                }
                default -> {
                    var offset = take();
                    if (offset.isPresent() && offset.getAsLong() > 0) {
                        commits++;
                        assertThat(returnedBy.get((int) offset.getAsLong() - 1))
                                .as("seed %d, step %d: the poll that returned the last record before", seed, step)
                                .isLessThan(polls);
                    }
                }
            }
        }
        assertThat(commits).isGreaterThan(100);
    }
}
