package io.kontiki.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonParser;
import io.kontiki.log.LogConfig;
import io.kontiki.log.PartitionLog;
import io.kontiki.record.BatchHeader;
import io.kontiki.record.RecordBatchBuilder;
import io.kontiki.record.RecordHeader;
import io.kontiki.storage.file.FileDisk;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whole command lines on files that a log wrote. */
class LogCommandsTest {
    private static final int BATCHES = 40;

    @TempDir
    private Path root;

    /** Several segments, two records to a batch. */
    @BeforeEach
    void writeLog() {
        LogConfig config = LogConfig.defaults().withSegmentBytes(1024).withIndexIntervalBytes(200);
        try (PartitionLog log = PartitionLog.open(new FileDisk(root), "orders-0", new UUID(1, 2), config)) {
            for (int i = 0; i < BATCHES; i++) {
                log.appendAsLeader(batch(i), 3);
            }
        }
    }

    private static ByteBuffer batch(int number) {
        var builder = new RecordBatchBuilder(1024);
        builder.add(1000 + number, bytes("k" + number), bytes("v" + number), List.of(RecordHeader.of("h", "x")));
        builder.add(1000 + number, null, bytes("second"), List.of());
        return builder.build(7, (short) 1, 2 * number);
    }

    private static ByteBuffer bytes(String text) {
        return ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
    }

    private Path first() {
        return root.resolve("orders-0/00000000000000000000.log");
    }

    private static CommandRun kontiki(int exitCode, Object... args) {
        var run = new CommandRun();
        String[] words = List.of(args).stream().map(Object::toString).toArray(String[]::new);
        assertThat(run.run(words)).as(run.err()).isEqualTo(exitCode);
        return run;
    }

    private void damage(Path file, long position) throws IOException {
        byte[] content = Files.readAllBytes(file);
        content[(int) position] ^= 1;
        Files.write(file, content);
    }

    @Test
    void dumpShowsBatches() {
        String table = kontiki(ExitCode.DONE, "log", "dump", first()).out();
        assertThat(table.lines().findFirst().orElseThrow()).startsWith("POSITION  FIRST OFFSET  LAST OFFSET  RECORDS");
        assertThat(table.lines().skip(1).findFirst().orElseThrow()).matches(" +0 +0 +1 +2 +\\d+ +none +1970.* ok");

        var batches = JsonParser.parseString(kontiki(ExitCode.DONE, "log", "dump", first(), "-o", "json")
                        .out())
                .getAsJsonObject()
                .getAsJsonArray("batches");
        var second = batches.get(1).getAsJsonObject();
        assertThat(second.get("baseOffset").getAsLong()).isEqualTo(2);
        assertThat(second.get("producerId").getAsLong()).isEqualTo(7);
        assertThat(second.get("leaderEpoch").getAsLong()).isEqualTo(3);
        assertThat(second.get("crcOk").getAsBoolean()).isTrue();
    }

    @Test
    void dumpShowsRecordsFromAnOffsetOn() {
        var run = kontiki(
                ExitCode.DONE, "log", "dump", first(), "--records", "--from-offset", "3", "-n", "2", "-o", "jsonl");
        assertThat(run.out().lines()).hasSize(2);
        var third = JsonParser.parseString(run.out().lines().findFirst().orElseThrow())
                .getAsJsonObject();
        assertThat(third.get("offset").getAsLong()).isEqualTo(3);
        assertThat(third.get("key").isJsonNull()).isTrue();
        assertThat(third.get("value").getAsString()).isEqualTo("second");
    }

    @Test
    void dumpRefusesNumbersBelowTheirLimit() {
        for (String count : List.of("0", "-3")) {
            assertThat(kontiki(ExitCode.USAGE, "log", "dump", first(), "-n", count)
                            .err())
                    .contains("'--count': " + count + " is below 1");
        }
        assertThat(kontiki(ExitCode.USAGE, "log", "dump", first(), "--from-offset", "-1")
                        .err())
                .contains("'--from-offset': -1 is below 0");
    }

    @Test
    void dumpShowsIndexEntries() {
        String offsets = kontiki(ExitCode.DONE, "log", "dump", root.resolve("orders-0/00000000000000000000.index"))
                .out();
        assertThat(offsets.lines().findFirst()).contains("OFFSET  POSITION");
        assertThat(offsets.lines().count()).isGreaterThan(2);
        kontiki(ExitCode.DONE, "log", "dump", root.resolve("orders-0/00000000000000000000.timeindex"));
    }

    @Test
    void dumpTellsOfAWrongChecksum() throws IOException {
        damage(first(), BatchHeader.BYTES + 3);
        var run = kontiki(ExitCode.PROBLEMS_FOUND, "log", "dump", first());
        assertThat(run.out()).contains("WRONG");
        assertThat(run.err()).contains("the batch at position 0 has a wrong checksum");
    }

    @Test
    void dumpRefusesWhatIsNoFileOfALog() {
        assertThat(kontiki(ExitCode.NOT_FOUND, "log", "dump", root.resolve("nothing"))
                        .err())
                .contains("there is no");
        assertThat(kontiki(ExitCode.USAGE, "log", "dump", root).err()).contains("is a directory");
        assertThat(kontiki(ExitCode.USAGE, "log", "verify", first()).err()).contains("is no directory");
        assertThat(kontiki(ExitCode.USAGE, "log", "dump", root.resolve("orders-0/partition.metadata"))
                        .err())
                .contains("can be shown");
        assertThat(root.resolve("nothing")).doesNotExist();
    }

    @Test
    void verifyFindsASoundLogSound() {
        for (Path directory : List.of(root, root.resolve("orders-0"))) {
            String out = kontiki(ExitCode.DONE, "log", "verify", directory).out();
            assertThat(out.lines().toList()).hasSize(2);
            assertThat(out.lines().toList().get(1)).matches("orders-0 +0 +80 +\\d+ +40 +80 .* 0 +0 +" + root);
        }
    }

    @Test
    void verifyTellsDamageFromWhatABrokerMends() throws IOException {
        Path index = root.resolve("orders-0/00000000000000000000.index");
        damage(index, 3);
        assertThat(kontiki(ExitCode.DONE, "log", "verify", root).out())
                .contains("warning: " + root + "/orders-0/00000000000000000000.index: has an entry for offset");

        damage(first(), BatchHeader.BYTES + 3);
        var document = JsonParser.parseString(kontiki(ExitCode.PROBLEMS_FOUND, "log", "verify", root, "-o", "json")
                        .out())
                .getAsJsonObject()
                .getAsJsonArray("logs")
                .get(0)
                .getAsJsonObject();
        assertThat(document.get("problemCount").getAsInt()).isGreaterThanOrEqualTo(2);
        assertThat(document.getAsJsonArray("problems").toString())
                .contains("\"severity\":\"error\"")
                .contains("checksum");
    }

    private List<Path> segments() throws IOException {
        try (var files = Files.list(root.resolve("orders-0"))) {
            return files.filter(file -> file.toString().endsWith(".log"))
                    .sorted()
                    .toList();
        }
    }

    @Test
    void verifyMissesAVanishedSegment() throws IOException {
        Files.delete(segments().get(1));
        assertThat(kontiki(ExitCode.PROBLEMS_FOUND, "log", "verify", root).out())
                .contains("but the segment before it ends at");
    }

    @Test
    void verifyMissesEverySegment() throws IOException {
        for (Path segment : segments()) {
            Files.delete(segment);
        }
        for (Path directory : List.of(root, root.resolve("orders-0"))) {
            assertThat(kontiki(ExitCode.PROBLEMS_FOUND, "log", "verify", directory)
                            .out())
                    .contains("orders-0", "there is no segment at all");
        }
    }

    @Test
    void verifyShowsWhereTheLogStarts() {
        LogConfig config = LogConfig.defaults().withSegmentBytes(1024).withIndexIntervalBytes(200);
        try (PartitionLog log = PartitionLog.open(new FileDisk(root), "orders-0", new UUID(1, 2), config)) {
            log.raiseLogStart(3);
        }
        assertThat(kontiki(ExitCode.DONE, "log", "verify", root).out()).containsPattern("orders-0 +3 +80 ");
    }

    @Test
    void verifyOfTheFileSystemsRootFindsNoLog() {
        assertThat(kontiki(ExitCode.NOT_FOUND, "log", "verify", "/").err()).contains("there is no log in /");
    }

    @Test
    void verifyOfNoLogSaysSo() {
        Path empty = root.resolve("empty");
        assertThat(empty.toFile().mkdir()).isTrue();
        assertThat(kontiki(ExitCode.NOT_FOUND, "log", "verify", empty).err()).contains("there is no log in");
    }
}
