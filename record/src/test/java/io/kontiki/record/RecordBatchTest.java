package io.kontiki.record;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class RecordBatchTest {
    /** Written by a program of its own: three records, producer 4711 epoch 3 sequence 77. */
    private static final String GOLDEN = "000000000000000000000055ffffffff0235d476820000000000020000018bcfe56800"
            + "0000018bcfe56be8000000000000126700030000004d00000003"
            + "28000000046b310a68656c6c6f0402680278026e01"
            + "0e00d00f0201000"
            + "00c000904000100";

    @Test
    void batchHasTheBytesOfTheFormat() {
        RecordBatchBuilder builder = new RecordBatchBuilder(1024);
        long time = 1_700_000_000_000L;
        builder.add(
                time,
                TestBytes.of("k1"),
                TestBytes.of("hello"),
                List.of(RecordHeader.of("h", "x"), RecordHeader.withoutValue("n")));
        builder.add(time + 1000, null, TestBytes.of(""), List.of());
        builder.add(time - 5, TestBytes.of(""), null, List.of());
        assertThat(builder.build(4711, (short) 3, 77))
                .isEqualTo(ByteBuffer.wrap(HexFormat.of().parseHex(GOLDEN)));
    }

    @Test
    void headerFieldsAreRead() {
        RecordBatch batch = RecordBatch.at(ByteBuffer.wrap(HexFormat.of().parseHex(GOLDEN)), 0);
        batch.ensureValidChecksum();
        assertThat(batch.sizeInBytes()).isEqualTo(97);
        assertThat(batch.recordCount()).isEqualTo(3);
        assertThat(batch.lastOffsetDelta()).isEqualTo(2);
        assertThat(batch.baseTimestampMs()).isEqualTo(1_700_000_000_000L);
        assertThat(batch.maxTimestampMs()).isEqualTo(1_700_000_001_000L);
        assertThat(batch.hasProducerId()).isTrue();
        assertThat(batch.producerId()).isEqualTo(4711);
        assertThat(batch.producerEpoch()).isEqualTo((short) 3);
        assertThat(batch.baseSequence()).isEqualTo(77);
        assertThat(batch.lastSequence()).isEqualTo(79);
        assertThat(batch.isControl()).isFalse();
        assertThat(batch.isTransactional()).isFalse();
        assertThat(batch.compression()).isEqualTo(Compression.NONE);
    }

    @Test
    void finishingFirstAndExpectingMoreChangesNothing() {
        for (Compression codec : Compression.values()) {
            RecordBatchBuilder plain = new RecordBatchBuilder(1 << 20, codec);
            RecordBatchBuilder finished = new RecordBatchBuilder(1 << 20, codec, ByteBuffer.allocate(100_000));
            for (int seed = 0; seed < 20; seed++) {
                TestRecord record = TestRecord.random(new SplittableRandom(seed));
                record.addTo(plain);
                record.addTo(finished);
            }
            finished.finish();
            int size = finished.sizeInBytes();
            ByteBuffer batch = finished.build(4711, (short) 3, 77);

            assertThat(batch).as("%s", codec).isEqualTo(plain.build(4711, (short) 3, 77));
            assertThat(size).as("%s", codec).isEqualTo(batch.limit());
        }
    }

    @Test
    void whatWasBuiltIsRead() {
        for (int seed = 0; seed < 300; seed++) {
            SplittableRandom random = new SplittableRandom(seed);
            List<TestRecord> records = new ArrayList<>();
            RecordBatchBuilder builder = new RecordBatchBuilder(1 << 20);
            for (int i = 1 + random.nextInt(20); i > 0; i--) {
                TestRecord next = TestRecord.random(random);
                records.add(next);
                next.addTo(builder);
            }
            ByteBuffer bytes = builder.build();
            RecordBatchBuilder.stampLeader(bytes, 1000, 7);
            RecordBatch batch = BatchValidator.validate(bytes, 1 << 20);
            assertThat(TestRecord.allOf(batch)).as("seed " + seed).isEqualTo(records);
            assertThat(batch.leaderEpoch()).isEqualTo(7);
            assertThat(batch.baseOffset()).isEqualTo(1000);
            assertThat(batch.nextOffset()).isEqualTo(1000 + records.size());
        }
    }

    @Test
    void absentIsNotEmpty() {
        RecordBatchBuilder builder = new RecordBatchBuilder(1024);
        builder.add(1, null, TestBytes.of(""), List.of(RecordHeader.withoutValue("h")));
        Record only = RecordBatch.at(builder.build(), 0).iterator().next();
        assertThat(only.hasKey()).isFalse();
        assertThatThrownBy(only::key).isInstanceOf(NoSuchElementException.class);
        assertThat(only.hasValue()).isTrue();
        assertThat(only.value().hasRemaining()).isFalse();
        assertThat(only.headers().get(0).hasValue()).isFalse();
        assertThatThrownBy(only.headers().get(0)::value).isInstanceOf(NoSuchElementException.class);
    }

    @Test
    void builderKeepsToItsBoundButTakesTheFirstRecord() {
        RecordBatchBuilder builder = new RecordBatchBuilder(500);
        ByteBuffer large = ByteBuffer.allocate(1000);
        assertThat(builder.hasRoomFor(null, large, List.of())).isTrue();
        ByteBuffer small = ByteBuffer.allocate(50);
        List<RecordHeader> headers = List.of(RecordHeader.of("name", "value"));
        while (builder.hasRoomFor(null, small, headers)) {
            builder.add(1, null, small, headers);
        }
        assertThat(builder.recordCount()).isGreaterThan(3);
        assertThat(builder.hasRoomFor(null, large, List.of())).isFalse();
        int size = builder.sizeInBytes();
        assertThat(builder.build().remaining()).isEqualTo(size).isBetween(400, 500);
    }

    @Test
    void buffersOfTheCallerKeepTheirPositions() {
        ByteBuffer value = TestBytes.of("hello");
        value.position(2);
        RecordBatchBuilder builder = new RecordBatchBuilder(500);
        builder.add(1, null, value, List.of());
        assertThat(value.position()).isEqualTo(2);
        assertThat(RecordBatch.at(builder.build(), 0).iterator().next().value()).isEqualTo(TestBytes.of("llo"));
    }

    @Test
    void producerIsStampedAgainWithItsChecksum() {
        RecordBatchBuilder builder = new RecordBatchBuilder(500);
        builder.add(1, null, TestBytes.of("a"), List.of());
        ByteBuffer batch = builder.build();
        RecordBatchBuilder.stampProducer(batch, 5, (short) 6, 7);
        RecordBatch stamped = BatchValidator.validate(batch, 500);
        assertThat(stamped.producerId()).isEqualTo(5);
        assertThat(stamped.producerEpoch()).isEqualTo((short) 6);
        assertThat(stamped.baseSequence()).isEqualTo(7);
    }

    @Test
    void sequencesStartOverBehindTheGreatest() {
        assertThat(Sequences.plus(Integer.MAX_VALUE, 1)).isZero();
        assertThat(Sequences.plus(Integer.MAX_VALUE - 1, 3)).isEqualTo(1);
        assertThat(Sequences.distance(Integer.MAX_VALUE, 1)).isEqualTo(2);
    }

    @Test
    void batchesInARowAreWalkedUntilOneIsCutShort() {
        RecordBatchBuilder builder = new RecordBatchBuilder(500);
        builder.add(1, null, TestBytes.of("a"), List.of());
        ByteBuffer one = builder.build();
        ByteBuffer two = ByteBuffer.allocate(2 * one.remaining())
                .put(one.duplicate())
                .put(one.duplicate())
                .flip();
        assertThat(RecordBatches.of(two)).hasSize(2);
        two.limit(two.limit() - 1);
        var batches = RecordBatches.of(two).iterator();
        batches.next();
        assertThatThrownBy(batches::next)
                .isInstanceOf(InvalidBatchException.class)
                .hasMessageContaining("only " + (one.remaining() - 1) + " are there");
    }
}
