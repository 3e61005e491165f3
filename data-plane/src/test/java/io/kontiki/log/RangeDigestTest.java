package io.kontiki.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kontiki.record.InvalidBatchException;
import io.kontiki.storage.file.FileDisk;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RangeDigestTest {
    private static final UUID TOPIC = new UUID(1, 2);
    private static final CleaningPace AT_ONCE = bytes -> true;
    private static final int BATCHES = 40;
    private static final int EPOCH_AT = 12;

    @TempDir
    Path root;

    private PartitionLog log;
    private PartitionLog copy;

    @BeforeEach
    void openLogs() {
        log = open("t-0", 2048);
        copy = open("t-1", 1024);
        for (int i = 0; i < BATCHES; i++) {
            log.appendAsLeader(Batches.of(1_000, "v" + i, "w"), 3);
        }
        for (long at = 0; at < log.endOffset(); at = copy.endOffset()) {
            copy.appendAsFollower(log.read(at, 700, log.endOffset()).bytes());
        }
    }

    @AfterEach
    void closeLogs() {
        log.close();
        copy.close();
    }

    private PartitionLog open(String directory, int segmentBytes) {
        return PartitionLog.open(
                new FileDisk(root), directory, TOPIC, LogConfig.defaults().withSegmentBytes(segmentBytes));
    }

    private static RangeDigest of(PartitionLog log, long from, long to, long bytesMax) {
        return RangeDigest.of(log::read, from, to, bytesMax, AT_ONCE).orElseThrow();
    }

    @Test
    void doesNotDependOnWhereSegmentsEnd() {
        RangeDigest digest = of(log, 0, 60, Long.MAX_VALUE);
        assertThat(digest.toOffset()).isEqualTo(60);
        assertThat(of(copy, 0, 60, Long.MAX_VALUE)).isEqualTo(digest);
        assertThat(of(copy, 2, 60, Long.MAX_VALUE).sha256()).isNotEqualTo(digest.sha256());
    }

    @Test
    void takesWhatFits() {
        RangeDigest first = of(log, 0, 80, 1);
        assertThat(first.toOffset()).isLessThan(80);
        assertThat(of(copy, 0, first.toOffset(), Long.MAX_VALUE)).isEqualTo(first);
        RangeDigest insideABatch = of(log, 0, 9, Long.MAX_VALUE);
        assertThat(insideABatch.toOffset()).isEqualTo(8);
    }

    @Test
    void coversWhatNoChecksumDoes() throws IOException {
        RangeDigest digest = of(copy, 0, 60, Long.MAX_VALUE);
        flip("t-1", EPOCH_AT + 3);
        assertThat(copy.read(0, 1, 60).bytes().getInt(EPOCH_AT)).isEqualTo(2);
        assertThat(of(copy, 0, 60, Long.MAX_VALUE)).isNotEqualTo(digest);
    }

    @Test
    void isOfSoundBatchesOnly() throws IOException {
        flip("t-1", 70);
        assertThatThrownBy(() -> of(copy, 0, 60, Long.MAX_VALUE)).isInstanceOf(InvalidBatchException.class);
        flip("t-0", EPOCH_AT);
        assertThatThrownBy(() -> of(log, 0, 60, Long.MAX_VALUE))
                .isInstanceOf(InvalidBatchException.class)
                .hasMessageContaining("leader epoch 3, expected");
    }

    @Test
    void tellsWhereCompactionWas() {
        assertThat(of(log, 0, 80, Long.MAX_VALUE).compacted()).isFalse();
        long end = log.endOffset();
        log.appendAsFollower(Batches.empty(end, 3, 2));
        assertThat(of(log, end, end + 2, Long.MAX_VALUE).compacted())
                .as("fewer records")
                .isTrue();
        log.appendAsFollower(Batches.stamped(Batches.of(1_000, "v"), end + 2, 3));
        assertThat(of(log, end + 2, end + 3, Long.MAX_VALUE).compacted()).isFalse();
        log.appendAsFollower(Batches.stamped(Batches.of(1_000, "v"), end + 5, 3));
        assertThat(of(log, end + 2, end + 6, Long.MAX_VALUE).compacted())
                .as("a gap")
                .isTrue();
        assertThat(of(log, end + 3, end + 6, Long.MAX_VALUE).compacted())
                .as("a gap in front")
                .isTrue();
    }

    @Test
    void endsWithItsPace() {
        assertThat(RangeDigest.of(log::read, 0, 60, Long.MAX_VALUE, bytes -> false))
                .isEmpty();
    }

    /** In the first batch of the first segment. */
    private void flip(String directory, int position) throws IOException {
        Path segment = root.resolve(directory).resolve("00000000000000000000.log");
        ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(segment));
        bytes.put(position, (byte) (bytes.get(position) ^ 1));
        Files.write(segment, bytes.array());
    }
}
