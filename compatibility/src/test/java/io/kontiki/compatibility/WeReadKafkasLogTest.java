package io.kontiki.compatibility;

import static org.assertj.core.api.Assertions.assertThat;

import io.kontiki.log.LogSlice;
import io.kontiki.log.PartitionLog;
import io.kontiki.record.BatchValidator;
import io.kontiki.record.Compression;
import io.kontiki.record.ControlRecords;
import io.kontiki.record.Record;
import io.kontiki.record.RecordBatch;
import io.kontiki.record.RecordBatches;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.apache.kafka.common.record.internal.ControlRecordType;
import org.apache.kafka.common.record.internal.EndTransactionMarker;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class WeReadKafkasLogTest {
    private static final int SEGMENT_BYTES = 16 << 10;
    private static final int INTERVAL_BYTES = 512;

    @TempDir
    private Path root;

    @ParameterizedTest
    @EnumSource
    void everyRecordIsRead(Compression codec) throws IOException {
        List<Sample> samples = writeAsKafka(codec, 4);
        assertThat(OurLog.files(root.resolve(OurLog.NAME), ".log")).hasSizeGreaterThan(3);
        try (PartitionLog log = OurLog.open(root, SEGMENT_BYTES, INTERVAL_BYTES)) {
            assertThat(log.endOffset()).isEqualTo(samples.size());
            assertThat(log.epochs().latestEpoch()).hasValue(2);
            assertThat(log.recovery().hasCut()).isFalse();
            List<Sample> read = new ArrayList<>();
            for (RecordBatch batch : batches(log, 0)) {
                batch.ensureValidChecksum();
                assertThat(batch.compression()).isEqualTo(codec);
                for (Record record : batch) {
                    assertThat(record.offset()).isEqualTo(read.size());
                    read.add(Sample.of(record));
                }
            }
            assertThat(read).isEqualTo(samples);
        }
    }

    @ParameterizedTest
    @EnumSource
    void everyOffsetAndTimestampIsFoundThroughKafkasIndexes(Compression codec) throws IOException {
        List<Sample> samples = writeAsKafka(codec, 5);
        try (PartitionLog log = OurLog.open(root, SEGMENT_BYTES, INTERVAL_BYTES)) {
            for (int offset = 0; offset < samples.size(); offset++) {
                RecordBatch first =
                        RecordBatch.at(log.read(offset, 1, samples.size()).bytes(), 0);
                assertThat((long) offset).isBetween(first.baseOffset(), first.lastOffset());
                long wanted = samples.get(offset).timestampMs();
                assertThat(log.offsetForTimestamp(wanted).orElseThrow().offset())
                        .isEqualTo(firstAtOrAfter(samples, wanted));
            }
        }
    }

    private static int firstAtOrAfter(List<Sample> samples, long timestampMs) {
        for (int i = 0; i < samples.size(); i++) {
            if (samples.get(i).timestampMs() >= timestampMs) {
                return i;
            }
        }
        throw new AssertionError("no record at or after " + timestampMs);
    }

    @ParameterizedTest
    @EnumSource
    void batchesOfKafkasProducersAreAccepted(Compression codec) {
        SplittableRandom random = new SplittableRandom(6);
        for (int i = 0; i < 200; i++) {
            List<Sample> records = OurLog.randomBatch(random);
            RecordBatch batch =
                    BatchValidator.validate(KafkaLog.encode(records, codec).buffer(), 1 << 20);
            List<Sample> read = new ArrayList<>();
            batch.forEach(record -> read.add(Sample.of(record)));
            assertThat(read).isEqualTo(records);
        }
    }

    @Test
    void transactionsAreRead() throws IOException {
        List<Sample> records = OurLog.randomBatch(new SplittableRandom(7));
        try (KafkaLog kafka = new KafkaLog(root, SEGMENT_BYTES, INTERVAL_BYTES)) {
            MemoryRecords transactional = MemoryRecords.withTransactionalRecords(
                    org.apache.kafka.common.compress.Compression.NONE,
                    4711,
                    (short) 2,
                    0,
                    records.stream()
                            .map(Sample::toKafka)
                            .toArray(org.apache.kafka.common.record.internal.SimpleRecord[]::new));
            kafka.append(transactional, 0);
            kafka.appendMarker(
                    MemoryRecords.withEndTransactionMarker(
                            1_700_000_000_000L, 4711, (short) 2, new EndTransactionMarker(ControlRecordType.ABORT, 5)),
                    0);
        }
        try (PartitionLog log = OurLog.open(root, SEGMENT_BYTES, INTERVAL_BYTES)) {
            List<RecordBatch> batches = batches(log, 0);
            assertThat(batches).hasSize(2);
            assertThat(batches.get(0).isTransactional()).isTrue();
            assertThat(batches.get(0).isControl()).isFalse();
            RecordBatch marker = batches.get(1);
            assertThat(marker.isTransactional() && marker.isControl()).isTrue();
            assertThat(ControlRecords.typeOf(marker.iterator().next().key())).contains(ControlRecords.Type.ABORT);
            assertThat(log.endOffset()).isEqualTo(records.size() + 1);
        }
    }

    private List<Sample> writeAsKafka(Compression codec, long seed) throws IOException {
        SplittableRandom random = new SplittableRandom(seed);
        List<Sample> samples = new ArrayList<>();
        int sequence = 0;
        try (KafkaLog kafka = new KafkaLog(root, SEGMENT_BYTES, INTERVAL_BYTES)) {
            for (int batch = 0; batch < 120; batch++) {
                List<Sample> records = OurLog.randomBatch(random);
                samples.addAll(records);
                if (batch % 3 == 0) {
                    kafka.append(KafkaLog.encode(records, codec, 4711, 2, sequence), batch / 40);
                    sequence += records.size();
                } else {
                    kafka.append(KafkaLog.encode(records, codec), batch / 40);
                }
            }
        }
        return samples;
    }

    private static List<RecordBatch> batches(PartitionLog log, long fromOffset) {
        List<RecordBatch> batches = new ArrayList<>();
        long next = fromOffset;
        while (next < log.endOffset()) {
            LogSlice slice = log.read(next, 1 << 20, log.endOffset());
            RecordBatches.of(slice.bytes()).forEach(batches::add);
            next = slice.endOffset();
        }
        return batches;
    }
}
