package io.kontiki.compatibility;

import static org.assertj.core.api.Assertions.assertThat;

import io.kontiki.log.PartitionLog;
import io.kontiki.record.Compression;
import io.kontiki.record.ControlRecords;
import io.kontiki.record.RecordBatch;
import io.kontiki.record.RecordBatchBuilder;
import io.kontiki.record.RecordBatchFilter;
import io.kontiki.record.RecordCursor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.OptionalLong;
import java.util.SplittableRandom;
import org.apache.kafka.common.message.LeaderChangeMessage;
import org.apache.kafka.common.record.internal.ControlRecordType;
import org.apache.kafka.common.record.internal.EndTransactionMarker;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.MemoryRecords.RecordFilter;
import org.apache.kafka.common.record.internal.Record;
import org.apache.kafka.common.utils.BufferSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The same input, written by Kafka and by us. */
class SameBytesTest {
    private static final long TIME = 1_700_000_000_000L;

    @TempDir
    private Path root;

    @Test
    void uncompressedBatchesAreEqual() {
        SplittableRandom random = new SplittableRandom(11);
        for (int i = 0; i < 500; i++) {
            List<Sample> records = OurLog.randomBatch(random);
            assertThat(ours(records, Compression.NONE).build(4711, (short) 2, 9))
                    .isEqualTo(stampedUnknown(KafkaLog.encode(records, Compression.NONE, 4711, 2, 9)));
        }
    }

    /** The codec's framing is Kafka's to the byte; what is inside depends on the library's version. */
    @ParameterizedTest
    @EnumSource(names = {"SNAPPY", "LZ4"})
    void framingIsEqual(Compression codec) {
        List<Sample> records = OurLog.randomBatch(new SplittableRandom(12));
        byte[] ours = framing(ours(records, codec).build());
        assertThat(ours).isEqualTo(framing(KafkaLog.encode(records, codec).buffer()));
    }

    private static byte[] framing(ByteBuffer batch) {
        byte[] first = new byte[7];
        batch.get(61, first);
        return first;
    }

    @Test
    void controlBatchesAreEqual() {
        ByteBuffer ours = ControlRecords.endTransaction(ControlRecords.Type.COMMIT, 4711, (short) 2, 5, TIME);
        MemoryRecords theirs = MemoryRecords.withEndTransactionMarker(
                TIME, 4711, (short) 2, new EndTransactionMarker(ControlRecordType.COMMIT, 5));
        assertThat(ours).isEqualTo(stampedUnknown(theirs));
        LeaderChangeMessage message = new LeaderChangeMessage()
                .setLeaderId(2)
                .setVoters(List.of(voter(1), voter(2), voter(3)))
                .setGrantingVoters(List.of(voter(2), voter(3)));
        assertThat(ControlRecords.leaderChange(2, List.of(1, 2, 3), List.of(2, 3), TIME))
                .isEqualTo(stampedUnknown(MemoryRecords.withLeaderChangeMessage(
                        0, TIME, 0, ByteBuffer.allocate(1024), message.setVersion((short) 0))));
    }

    private static LeaderChangeMessage.Voter voter(int id) {
        return new LeaderChangeMessage.Voter().setVoterId(id);
    }

    @Test
    void filesOfALogAreEqual() throws IOException {
        Path ours = Files.createDirectory(root.resolve("ours"));
        Path theirs = Files.createDirectory(root.resolve("theirs"));
        SplittableRandom random = new SplittableRandom(13);
        try (PartitionLog log = OurLog.open(ours, 16 << 10, 512);
                KafkaLog kafka = new KafkaLog(theirs, 16 << 10, 512)) {
            for (int i = 0; i < 300; i++) {
                List<Sample> records = OurLog.randomBatch(random);
                log.appendAsLeader(ours(records, Compression.NONE).build(), i / 100);
                kafka.append(KafkaLog.encode(records, Compression.NONE), i / 100);
            }
            log.flush();
            log.checkpoint();
        }
        for (String suffix : List.of(".log", ".index", ".timeindex", "partition.metadata", "leader-epoch-checkpoint")) {
            List<Path> their = OurLog.files(theirs.resolve(OurLog.NAME), suffix);
            assertThat(names(OurLog.files(ours.resolve(OurLog.NAME), suffix))).isEqualTo(names(their));
            for (Path file : their) {
                assertThat(ours.resolve(OurLog.NAME).resolve(file.getFileName()))
                        .hasSameBinaryContentAs(file);
            }
        }
    }

    private static List<String> names(List<Path> files) {
        return files.stream().map(file -> file.getFileName().toString()).toList();
    }

    /** What compaction leaves of a batch: every record and field but the base timestamp, which a reader cannot tell. */
    @ParameterizedTest
    @EnumSource
    void compactedBatchesSayTheSame(Compression codec) {
        SplittableRandom random = new SplittableRandom(14);
        for (int i = 0; i < 200; i++) {
            List<Sample> records = OurLog.randomBatch(random);
            ByteBuffer batch = ours(records, codec).build(4711, (short) 2, 9);
            RecordBatchBuilder.stampLeader(batch, 1000, 3);
            int divisor = 1 + random.nextInt(4);
            assertThat(described(ourFilter(batch, divisor)))
                    .as("round " + i)
                    .isEqualTo(described(kafkasFilter(batch, divisor)));
        }
    }

    @Test
    void emptyBatchesAreEqual() {
        ByteBuffer batch = ours(OurLog.randomBatch(new SplittableRandom(15)), Compression.ZSTD)
                .build(4711, (short) 2, 9);
        RecordBatchBuilder.stampLeader(batch, 1000, 3);
        assertThat(hex(ourFilter(batch, Integer.MAX_VALUE))).isEqualTo(hex(kafkasFilter(batch, Integer.MAX_VALUE)));
    }

    private static String hex(ByteBuffer bytes) {
        byte[] copy = new byte[bytes.remaining()];
        bytes.get(copy);
        return HexFormat.of().formatHex(copy);
    }

    private static ByteBuffer ourFilter(ByteBuffer batch, int divisor) {
        return RecordBatchFilter.retain(
                RecordBatch.at(batch, 0), (RecordCursor r) -> r.offset() % divisor == 0, OptionalLong.of(TIME + 77));
    }

    /** Sets the same delete horizon, its "now" and delay together. */
    private static ByteBuffer kafkasFilter(ByteBuffer batch, int divisor) {
        RecordFilter filter = new RecordFilter(TIME, 77) {
            @Override
            protected BatchRetentionResult checkBatchRetention(org.apache.kafka.common.record.internal.RecordBatch b) {
                return new BatchRetentionResult(BatchRetention.RETAIN_EMPTY, false);
            }

            @Override
            protected boolean shouldRetainRecord(org.apache.kafka.common.record.internal.RecordBatch b, Record record) {
                return record.offset() % divisor == 0;
            }
        };
        return MemoryRecords.readableRecords(batch.duplicate())
                .filterTo(filter, ByteBuffer.allocate(1 << 16), BufferSupplier.NO_CACHING)
                .outputBuffer()
                .flip();
    }

    /** By Kafka's reader. */
    private static List<String> described(ByteBuffer bytes) {
        List<String> lines = new ArrayList<>();
        for (var batch : MemoryRecords.readableRecords(bytes).batches()) {
            batch.ensureValid();
            lines.add(batch.baseOffset() + ".." + batch.lastOffset() + " epoch " + batch.partitionLeaderEpoch()
                    + " producer " + batch.producerId() + "/" + batch.producerEpoch() + " sequences "
                    + batch.baseSequence() + ".." + batch.lastSequence() + " max " + batch.maxTimestamp() + " "
                    + batch.timestampType() + " " + batch.compressionType() + " horizon " + batch.deleteHorizonMs());
            for (Record record : batch) {
                lines.add(record.offset() + " " + Sample.of(record));
            }
        }
        return lines;
    }

    private static RecordBatchBuilder ours(List<Sample> records, Compression codec) {
        RecordBatchBuilder builder = new RecordBatchBuilder(1 << 20, codec);
        records.forEach(record -> record.addTo(builder));
        return builder;
    }

    /** Before the leader's stamp, which differs: Kafka's builder puts its own defaults there. */
    private static ByteBuffer stampedUnknown(MemoryRecords records) {
        ByteBuffer batch = records.buffer().duplicate();
        ByteBuffer copy = ByteBuffer.allocate(batch.remaining()).put(batch).flip();
        RecordBatchBuilder.stampLeader(copy, 0, -1);
        return copy;
    }
}
