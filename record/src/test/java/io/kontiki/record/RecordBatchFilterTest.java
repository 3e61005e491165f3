package io.kontiki.record;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class RecordBatchFilterTest {
    private static final OptionalLong NO_HORIZON = OptionalLong.empty();

    @Test
    void batchOfWhichAllStaysKeepsItsBytes() {
        RecordBatch batch = batch(Compression.NONE);
        assertThat(RecordBatchFilter.retain(batch, record -> true, NO_HORIZON)).isEqualTo(batch.bytes());
    }

    @ParameterizedTest
    @EnumSource
    void recordsThatStayKeepOffsetsAndTimestamps(Compression codec) {
        RecordBatch batch = batch(codec);
        ByteBuffer bytes = RecordBatchFilter.retain(batch, record -> record.offsetDelta() % 3 == 1, NO_HORIZON);
        RecordBatch filtered = RecordBatch.at(bytes, 0);
        assertCovers(filtered, batch);
        assertThat(filtered.compression()).isEqualTo(codec);
        assertThat(filtered.recordCount()).isEqualTo(3);
        assertThat(filtered.maxTimestampMs()).isEqualTo(1700);
        assertThat(filtered.baseTimestampMs()).isEqualTo(1000);
        assertThat(filtered.deleteHorizonMs()).isEmpty();
        assertThat(lines(filtered)).containsExactly("1001 1100 k1 v1", "1004 1400 k4 v4", "1007 1700 k7 v7");
    }

    @ParameterizedTest
    @EnumSource
    void emptyBatchCoversTheSameOffsets(Compression codec) {
        RecordBatch batch = batch(codec);
        RecordBatch empty = RecordBatch.at(RecordBatchFilter.retain(batch, record -> false, NO_HORIZON), 0);
        assertCovers(empty, batch);
        assertThat(empty.sizeInBytes()).isEqualTo(BatchHeader.BYTES);
        assertThat(empty.recordCount()).isZero();
        assertThat(empty.compression()).isEqualTo(Compression.NONE);
        assertThat(empty.maxTimestampMs()).isEqualTo(batch.maxTimestampMs());
        assertThat(empty).isEmpty();
        assertThat(RecordBatchFilter.retain(empty, record -> true, OptionalLong.of(5)))
                .isEqualTo(empty.bytes());
    }

    @ParameterizedTest
    @EnumSource
    void deleteHorizonIsSetOnceWhereATombstoneStays(Compression codec) {
        RecordBatch batch = batch(codec);
        ByteBuffer without = RecordBatchFilter.retain(batch, RecordCursor::hasValue, OptionalLong.of(9_000_000));
        assertThat(RecordBatch.at(without, 0).deleteHorizonMs()).isEmpty();
        ByteBuffer first = RecordBatchFilter.retain(batch, record -> true, OptionalLong.of(9_000_000));
        RecordBatch marked = RecordBatch.at(first, 0);
        assertCovers(marked, batch);
        assertThat(marked.deleteHorizonMs()).hasValue(9_000_000);
        assertThat(lines(marked)).isEqualTo(lines(batch));
        ByteBuffer again = RecordBatchFilter.retain(marked, record -> !record.hasValue(), OptionalLong.of(9_999_999));
        RecordBatch tombstone = RecordBatch.at(again, 0);
        assertThat(tombstone.deleteHorizonMs()).hasValue(9_000_000);
        assertThat(lines(tombstone)).containsExactly("1009 1900 k9 -");
    }

    @Test
    void markersGetAHorizonToo() {
        RecordBatch marker =
                RecordBatch.at(ControlRecords.endTransaction(ControlRecords.Type.ABORT, 7, (short) 3, 11, 1000), 0);
        RecordBatch kept = RecordBatch.at(RecordBatchFilter.retain(marker, r -> true, OptionalLong.of(2000)), 0);
        assertThat(kept.deleteHorizonMs()).hasValue(2000);
        assertThat(kept.isControl()).isTrue();
        assertThat(kept.isTransactional()).isTrue();
        assertThat(kept.iterator().next().timestampMs()).isEqualTo(1000);
    }

    @Test
    void logAppendTimeStaysThatOfTheBatch() {
        RecordBatch batch = batch(Compression.NONE);
        ByteBuffer stamped =
                ByteBuffer.allocate(batch.sizeInBytes()).put(batch.bytes()).flip();
        RecordBatchBuilder.stampLogAppendTime(stamped, stamped.slice(61, stamped.limit() - 61), 5_000);
        RecordBatch appended = RecordBatch.at(stamped, 0);
        appended.ensureValidChecksum();
        assertThat(appended.timestampType()).isEqualTo(TimestampType.LOG_APPEND_TIME);
        assertThat(appended.iterator().next().timestampMs()).isEqualTo(5_000);
        RecordBatch filtered =
                RecordBatch.at(RecordBatchFilter.retain(appended, record -> record.offsetDelta() == 2, NO_HORIZON), 0);
        assertCovers(filtered, appended);
        assertThat(lines(filtered)).containsExactly("1002 5000 k2 v2");
    }

    private static RecordBatch batch(Compression codec) {
        RecordBatchBuilder builder = new RecordBatchBuilder(10_000, codec);
        for (int i = 0; i < 10; i++) {
            ByteBuffer value = i == 9 ? null : TestBytes.of("v" + i);
            builder.add(1000 + 100 * i, TestBytes.of("k" + i), value, List.of(RecordHeader.of("h", "" + i)));
        }
        ByteBuffer bytes = builder.build(7, (short) 3, 50);
        RecordBatchBuilder.stampLeader(bytes, 1000, 4);
        return RecordBatch.at(bytes, 0);
    }

    private static void assertCovers(RecordBatch filtered, RecordBatch whole) {
        filtered.ensureValidChecksum();
        assertThat(filtered.baseOffset()).isEqualTo(whole.baseOffset());
        assertThat(filtered.lastOffset()).isEqualTo(whole.lastOffset());
        assertThat(filtered.leaderEpoch()).isEqualTo(whole.leaderEpoch());
        assertThat(filtered.producerId()).isEqualTo(whole.producerId());
        assertThat(filtered.producerEpoch()).isEqualTo(whole.producerEpoch());
        assertThat(filtered.baseSequence()).isEqualTo(whole.baseSequence());
        assertThat(filtered.lastSequence()).isEqualTo(whole.lastSequence());
        assertThat(filtered.timestampType()).isEqualTo(whole.timestampType());
    }

    private static List<String> lines(RecordBatch batch) {
        List<String> lines = new ArrayList<>();
        for (Record next : batch) {
            lines.add(next.offset() + " " + next.timestampMs() + " " + TestBytes.text(next.key()) + " "
                    + (next.hasValue() ? TestBytes.text(next.value()) : "-"));
        }
        return lines;
    }
}
