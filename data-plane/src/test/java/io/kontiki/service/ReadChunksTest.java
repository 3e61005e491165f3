package io.kontiki.service;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ReadChunksTest {
    private static final int PART_BYTES = 300_000;

    private final ReadChunks chunks = new ReadChunks();
    private final ReadChunks.Memory memory = chunks.memory();

    @Test
    void partsOfOneAnswerDoNotOverlap() {
        List<ByteBuffer> parts = new ArrayList<>();
        for (int i = 0; i < 30; i++) {
            ByteBuffer part = memory.take(PART_BYTES);
            assertThat(part.position()).isZero();
            assertThat(part.remaining()).isEqualTo(PART_BYTES);
            while (part.hasRemaining()) {
                part.put((byte) i);
            }
            parts.add(part.flip());
        }
        for (int i = 0; i < 30; i++) {
            while (parts.get(i).hasRemaining()) {
                assertThat(parts.get(i).get()).isEqualTo((byte) i);
            }
        }
    }

    @Test
    void whatWasGivenBackIsUsedAgainByOthersToo() {
        byte[] first = memory.take(PART_BYTES).array();
        memory.giveBack();

        assertThat(chunks.memory().take(PART_BYTES).array()).isSameAs(first);
    }

    @Test
    void nobodyElseGetsWhatWasNotGivenBack() {
        byte[] mine = memory.take(PART_BYTES).array();

        assertThat(chunks.memory().take(PART_BYTES).array()).isNotSameAs(mine);
    }

    @Test
    void whatIsLargerThanAChunkHasMemoryOfItsOwn() {
        ByteBuffer large = memory.take(ReadChunks.CHUNK_BYTES + 1);
        memory.giveBack();

        assertThat(large.remaining()).isEqualTo(ReadChunks.CHUNK_BYTES + 1);
        assertThat(memory.take(ReadChunks.CHUNK_BYTES).array()).isNotSameAs(large.array());
    }

    @Test
    void littleTakesNoChunkButWhatIsLeftOfOne() {
        assertThat(memory.take(100).array()).hasSize(100);
        byte[] chunk = memory.take(PART_BYTES).array();
        assertThat(memory.take(100).array()).isSameAs(chunk);
    }

    @Test
    void whatIsNotUsedOfAChunkIsTold() {
        assertThat(memory.unusedBytes()).isZero();
        memory.take(PART_BYTES);
        assertThat(memory.unusedBytes()).isEqualTo(ReadChunks.CHUNK_BYTES - PART_BYTES);
        memory.take(100);
        assertThat(memory.unusedBytes()).isEqualTo(ReadChunks.CHUNK_BYTES - PART_BYTES - 100);
        memory.giveBack();
        assertThat(memory.unusedBytes()).isZero();
    }

    @Test
    void noMoreIsKeptThanTheLimit() {
        for (int i = 0; i < 100; i++) {
            memory.take(ReadChunks.CHUNK_BYTES);
        }
        memory.giveBack();

        assertThat(chunks.kept()).isEqualTo(16);
    }
}
