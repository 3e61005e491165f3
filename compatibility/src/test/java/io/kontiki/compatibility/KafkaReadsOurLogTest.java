package io.kontiki.compatibility;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kontiki.log.PartitionLog;
import io.kontiki.record.BatchHeader;
import io.kontiki.record.Compression;
import io.kontiki.record.ControlRecords;
import io.kontiki.record.RecordBatchBuilder;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import org.apache.kafka.common.record.internal.FileRecords;
import org.apache.kafka.common.record.internal.Record;
import org.apache.kafka.common.record.internal.RecordBatch;
import org.apache.kafka.server.storage.log.FetchIsolation;
import org.apache.kafka.storage.internals.log.CorruptSnapshotException;
import org.apache.kafka.storage.internals.log.FetchDataInfo;
import org.apache.kafka.storage.internals.log.ProducerStateManager;
import org.apache.kafka.storage.internals.log.TransactionIndex;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class KafkaReadsOurLogTest {
    @TempDir
    private Path root;

    @ParameterizedTest
    @EnumSource
    void dumpToolPrintsEveryRecord(Compression codec) throws IOException {
        List<Sample> samples = OurLog.write(root, codec, 1);
        List<Path> segments = OurLog.files(root.resolve(OurLog.NAME), ".log");
        assertThat(segments).hasSizeGreaterThan(3);
        List<String> printed = DumpTool.run(segments, "--deep-iteration", "--print-data-log");
        List<String> records = printed.stream()
                .filter(line -> line.startsWith("| offset: "))
                .map(line -> line.replaceFirst(" sequence: -?\\d+", ""))
                .toList();
        List<String> expected = new ArrayList<>();
        for (int offset = 0; offset < samples.size(); offset++) {
            expected.add(line(offset, samples.get(offset)));
        }
        assertThat(records).isEqualTo(expected);
        assertThat(printed.stream().filter(line -> line.startsWith("baseOffset: ")))
                .hasSize(120)
                .allMatch(line -> line.contains("compresscodec: " + codec.name().toLowerCase(Locale.ROOT)))
                .allMatch(line -> line.contains("isvalid: true"));
    }

    /** As the tool prints it. */
    private static String line(long offset, Sample sample) {
        String headers = sample.headers().stream().map(Sample::nameOf).collect(Collectors.joining(","));
        return "| offset: " + offset + " CreateTime: " + sample.timestampMs()
                + " keySize: " + sample.key().map(KafkaReadsOurLogTest::bytes).orElse(-1)
                + " valueSize: "
                + sample.value().map(KafkaReadsOurLogTest::bytes).orElse(-1)
                + " headerKeys: [" + headers + "]"
                + sample.key().map(key -> " key: " + key).orElse("")
                + sample.value().map(value -> " payload: " + value).orElse("");
    }

    private static int bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8).length;
    }

    @ParameterizedTest
    @EnumSource
    void dumpToolFindsTheIndexesSane(Compression codec) throws IOException {
        OurLog.write(root, codec, 2);
        Path directory = root.resolve(OurLog.NAME);
        for (Path index : OurLog.files(directory, "index")) {
            assertThat(DumpTool.run(List.of(index), "--index-sanity-check"))
                    .as(index.toString())
                    .contains(index + " passed sanity check.");
            assertThat(DumpTool.run(List.of(index), "--verify-index-only"))
                    .as(index.toString())
                    .noneMatch(line -> line.contains("Mismatches") || line.contains("Found"));
        }
    }

    @ParameterizedTest
    @EnumSource
    void kafkasFileRecordsReadEveryRecord(Compression codec) throws IOException {
        List<Sample> samples = OurLog.write(root, codec, 3);
        List<Sample> read = new ArrayList<>();
        for (Path segment : OurLog.files(root.resolve(OurLog.NAME), ".log")) {
            try (FileRecords records = FileRecords.open(segment.toFile(), false)) {
                for (RecordBatch batch : records.batches()) {
                    batch.ensureValid();
                    assertThat(batch.compressionType().id).isEqualTo((byte) codec.id());
                    for (Record record : batch) {
                        assertThat(record.offset()).isEqualTo(read.size());
                        read.add(Sample.of(record));
                    }
                }
            }
        }
        assertThat(read).isEqualTo(samples);
    }

    @Test
    void dumpToolTellsOfMarkersAndOfLogAppendTime() throws IOException {
        Sample sample = new Sample(1_700_000_000_000L, Optional.of("k"), Optional.of("v"), List.of());
        try (PartitionLog log = OurLog.open(root, 16 << 10, 512)) {
            RecordBatchBuilder transactional = new RecordBatchBuilder(1000, Compression.LZ4);
            sample.addTo(transactional);
            log.appendAsLeader(transactional.buildTransactional(4711, (short) 2, 0), 7);
            log.appendAsLeader(
                    ControlRecords.endTransaction(ControlRecords.Type.ABORT, 4711, (short) 2, 5, 1_700_000_000_001L),
                    7);
            RecordBatchBuilder stamped = new RecordBatchBuilder(1000);
            sample.addTo(stamped);
            ByteBuffer bytes = stamped.build();
            RecordBatchBuilder.stampLogAppendTime(
                    bytes, bytes.slice(BatchHeader.BYTES, bytes.limit() - BatchHeader.BYTES), 1_700_000_000_002L);
            log.appendAsLeader(bytes, 7);
            log.flush();
            log.checkpoint();
        }
        List<String> printed =
                DumpTool.run(OurLog.files(root.resolve(OurLog.NAME), ".log"), "--deep-iteration", "--print-data-log");
        assertThat(printed)
                .anyMatch(line -> line.startsWith("baseOffset: 0")
                        && line.contains(
                                "producerId: 4711 producerEpoch: 2 partitionLeaderEpoch: 7 isTransactional: true"));
        assertThat(printed)
                .anyMatch(line ->
                        line.startsWith("| offset: 1 ") && line.contains("endTxnMarker: ABORT coordinatorEpoch: 5"));
        assertThat(printed).anyMatch(line -> line.startsWith("| offset: 2 LogAppendTime: 1700000000002"));
        List<Path> transactions = OurLog.files(root.resolve(OurLog.NAME), ".txnindex");
        assertThat(transactions).hasSize(1);
        assertThat(DumpTool.run(transactions).stream().filter(line -> line.startsWith("version: ")))
                .containsExactly("version: 0 producerId: 4711 firstOffset: 0 lastOffset: 1 lastStableOffset: 2");
        TransactionIndex theirs = new TransactionIndex(0, transactions.get(0).toFile());
        theirs.sanityCheck();
        assertThat(theirs.allAbortedTxns()).hasSize(1);
        theirs.close();
    }

    /** It shares Kafka's file name only; Kafka must see that, and not take it for one of its own. */
    @Test
    void kafkaRefusesOurProducerSnapshot() throws IOException {
        OurLog.write(root, Compression.NONE, 9);
        List<Path> snapshots = OurLog.files(root.resolve(OurLog.NAME), ".snapshot");
        assertThat(snapshots).isNotEmpty();
        for (Path snapshot : snapshots) {
            assertThatThrownBy(() -> ProducerStateManager.readSnapshot(snapshot.toFile()))
                    .isInstanceOf(CorruptSnapshotException.class);
        }
    }

    /** Kafka's broker takes the whole directory over: our indexes, checkpoints and identity. */
    @ParameterizedTest
    @EnumSource
    void kafkasBrokerOpensOurDirectory(Compression codec) throws IOException {
        List<Sample> samples = OurLog.write(root, codec, 8);
        try (KafkaLog kafka = new KafkaLog(root, 16 << 10, 512)) {
            assertThat(kafka.log().logEndOffset()).isEqualTo(samples.size());
            assertThat(kafka.log().topicId()).contains(KafkaLog.topicId());
            assertThat(kafka.log().latestEpoch()).contains(2);
            List<Sample> read = new ArrayList<>();
            while (read.size() < samples.size()) {
                FetchDataInfo fetched = kafka.log().read(read.size(), 1 << 20, FetchIsolation.LOG_END, true);
                for (Record record : fetched.records.records()) {
                    read.add(Sample.of(record));
                }
            }
            assertThat(read).isEqualTo(samples);
        }
    }
}
