package io.kontiki.chaos.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.kontiki.record.RecordBatchBuilder;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReplicaComparisonTest {
    @TempDir
    private Path directory;

    @Test
    void equalLogsOfDifferentSegmentsDoNotDiffer() throws IOException {
        Path one = log("one", 0, "a", "b", "c");
        Path other = log("other", 0, "a");
        append(other, segment(1), 1, "b", "c");

        assertThat(ReplicaComparison.difference(Map.of(1, one, 2, other), 3)).isEmpty();
    }

    @Test
    void logThatStartsLaterOrIsLongerThanCommittedDoesNotDiffer() throws IOException {
        Path one = log("one", 0, "a", "b", "c");
        Path other = log("other", 1, "b");

        assertThat(ReplicaComparison.difference(Map.of(1, one, 2, other), 2)).isEmpty();
    }

    @Test
    void shortLogIsTold() throws IOException {
        Path one = log("one", 0, "a", "b", "c");
        Path other = log("other", 0, "a", "b");

        assertThat(ReplicaComparison.difference(Map.of(1, one, 2, other), 3))
                .contains("a replica ends at offset 2, though 3 was committed");
    }

    @Test
    void firstOffsetThatDiffersIsTold() throws IOException {
        Path one = log("one", 0, "a", "b", "c");
        Path other = log("other", 0, "a", "x", "c");

        assertThat(ReplicaComparison.difference(Map.of(1, one, 2, other), 3))
                .contains("brokers 1 and 2 differ from offset 1 on");
    }

    /** Brokers that stop all at once elect leaders that can commit nothing. */
    @Test
    void differenceBehindWhatWasCommittedMayBePassedOver() throws IOException {
        Path one = log("one", 0, "a", "b", "c");
        Path other = log("other", 0, "a", "b", "x");

        assertThat(ReplicaComparison.committedDifference(Map.of(1, one, 2, other), 2))
                .isEmpty();
        assertThat(ReplicaComparison.committedDifference(Map.of(1, one, 2, other), 3))
                .contains("brokers 1 and 2 differ from offset 2 on");
    }

    @Test
    void logThatIsTornIsTold() throws IOException {
        Path one = log("one", 0, "a", "b");
        Files.write(one.resolve(segment(0)), new byte[] {1, 2, 3}, StandardOpenOption.APPEND);

        assertThat(ReplicaComparison.difference(Map.of(1, one), 2).orElseThrow())
                .startsWith("the log at broker 1 cannot be read");
    }

    private Path log(String name, long start, String... values) throws IOException {
        Path log = Files.createDirectory(directory.resolve(name));
        append(log, segment(start), start, values);
        return log;
    }

    private static String segment(long baseOffset) {
        return String.format("%020d.log", baseOffset);
    }

    private static void append(Path log, String segment, long start, String... values) throws IOException {
        try (FileChannel file =
                FileChannel.open(log.resolve(segment), StandardOpenOption.CREATE, StandardOpenOption.APPEND)) {
            long offset = start;
            for (String value : values) {
                file.write(batch(offset++, value));
            }
        }
    }

    private static ByteBuffer batch(long offset, String value) {
        RecordBatchBuilder builder = new RecordBatchBuilder(1024);
        builder.add(1, null, ByteBuffer.wrap(value.getBytes(StandardCharsets.UTF_8)), List.of());
        ByteBuffer batch = builder.build(1, (short) 0, 0);
        // The base offset comes first and is outside the checksum.
        return batch.putLong(0, offset);
    }
}
