package io.kontiki.simulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kontiki.log.LogConfig;
import io.kontiki.log.LogFailedException;
import io.kontiki.log.PartitionLog;
import io.kontiki.record.RecordBatchBuilder;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Rule R10: after the first failed write or flush a log takes nothing more, whatever the disk says afterwards. */
class LogFailureTest {
    private final MemoryDisk disk = new MemoryDisk();
    private PartitionLog log;

    @BeforeEach
    void openLog() {
        log = PartitionLog.open(disk, "t-0", new UUID(1, 1), LogConfig.defaults());
        log.appendAsLeader(batch(), 0);
    }

    @Test
    void failedFlushIsNeverRetried() {
        disk.failAfter(0);
        assertThatThrownBy(log::flush).isInstanceOf(LogFailedException.class).hasMessageContaining("t-0 is offline");
        disk.failAfter(Long.MAX_VALUE);

        assertOffline();
        assertThat(log.flushedOffset()).isZero();
    }

    @Test
    void failedWriteIsTheLastOne() {
        disk.failAfter(0);
        assertThatThrownBy(() -> log.appendAsLeader(batch(), 0)).isInstanceOf(LogFailedException.class);
        disk.failAfter(Long.MAX_VALUE);

        assertOffline();
        assertThat(log.endOffset()).isEqualTo(1);
    }

    private void assertOffline() {
        assertThat(log.isFailed()).isTrue();
        assertThatThrownBy(log::flush).isInstanceOf(LogFailedException.class);
        assertThatThrownBy(log::checkpoint).isInstanceOf(LogFailedException.class);
        assertThatThrownBy(() -> log.appendAsLeader(batch(), 0)).isInstanceOf(LogFailedException.class);
        assertThatThrownBy(() -> log.truncateTo(0)).isInstanceOf(LogFailedException.class);
        assertThat(log.read(0, 1000, 1).endOffset()).isEqualTo(1);
        log.close();
        log.close();
    }

    private static ByteBuffer batch() {
        RecordBatchBuilder builder = new RecordBatchBuilder(1000);
        builder.add(1, null, ByteBuffer.allocate(10), List.of());
        return builder.build();
    }
}
