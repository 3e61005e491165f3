package io.kontiki.client;

import static org.assertj.core.api.Assertions.assertThat;

import io.kontiki.client.PendingBatch.EncodedRecord;
import io.kontiki.record.Compression;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class BatchBuffersTest {
    private static final int BATCH_BYTES = 64 << 10;
    private static final TopicPartition PARTITION = new TopicPartition("t", 0);
    private static final BatchBounds BOUNDS = new BatchBounds(Compression.NONE, BATCH_BYTES, Integer.MAX_VALUE);

    private final BatchBuffers buffers = new BatchBuffers(BATCH_BYTES);

    @Test
    void aBufferIsUsedAgain() {
        var first = buffers.take(BATCH_BYTES);
        first.put((byte) 1).flip();
        buffers.giveBack(first);

        var again = buffers.take(BATCH_BYTES);
        assertThat(again).isSameAs(first);
        assertThat(again.remaining()).isEqualTo(BATCH_BYTES);
        assertThat(buffers.take(BATCH_BYTES)).isNotSameAs(first);
    }

    @Test
    void smallBatchesTakeNoLargeBuffer() {
        assertThat(buffers.take(4096).capacity()).isEqualTo(4096);
    }

    @Test
    void othersThanItsOwnAreLeftToTheCollector() {
        var grown = ByteBuffer.allocate(2 * BATCH_BYTES);
        buffers.giveBack(grown);
        assertThat(buffers.take(BATCH_BYTES)).isNotSameAs(grown);
    }

    @Test
    void aStoredBatchGivesItsMemoryBackIfItWasSentOnce() {
        var memory = buffers.take(BATCH_BYTES);
        var batch = sealed(memory);
        batch.payload();
        batch.startAttempt(1);
        batch.succeed(OptionalLong.of(0));
        assertThat(batch.spentMemory()).containsSame(memory);
    }

    /** The transport may hold the bytes of the first attempt still. */
    @Test
    void aBatchThatWasSentTwiceKeepsItsMemory() {
        var batch = sealed(buffers.take(BATCH_BYTES));
        batch.payload();
        batch.startAttempt(1);
        batch.leaveAttempt();
        batch.startAttempt(2);
        batch.succeed(OptionalLong.of(0));
        assertThat(batch.spentMemory()).isEmpty();
    }

    @Test
    void aBatchThatFailedKeepsItsMemory() {
        var batch = sealed(buffers.take(BATCH_BYTES));
        batch.payload();
        batch.startAttempt(1);
        batch.fail(new KontikiException(ErrorReason.TIMED_OUT, "test"));
        assertThat(batch.spentMemory()).isEmpty();
    }

    private static PendingBatch sealed(ByteBuffer memory) {
        var batch = new PendingBatch(PARTITION, BOUNDS, memory, 0, 1_000);
        batch.add(new EncodedRecord(null, ByteBuffer.allocate(1), List.of(), 0, 1));
        batch.seal();
        return batch;
    }
}
