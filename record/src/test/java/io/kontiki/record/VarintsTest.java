package io.kontiki.record;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class VarintsTest {
    @Test
    void numbersComeBackInTheSizeForetold() {
        SplittableRandom random = new SplittableRandom(1);
        for (int i = 0; i < 100_000; i++) {
            long value = random.nextLong() >> random.nextInt(64);
            ByteBuffer buffer = ByteBuffer.allocate(10);
            Varints.write(buffer, value);
            assertThat(buffer.position()).isEqualTo(Varints.sizeOf(value));
            assertThat(reader(buffer.flip()).readLong()).isEqualTo(value);
            ByteBuffer small = ByteBuffer.allocate(5);
            Varints.write(small, (int) value);
            assertThat(small.position()).isEqualTo(Varints.sizeOf((int) value));
            assertThat(reader(small.flip()).readInt()).isEqualTo((int) value);
        }
    }

    @Test
    void zigZagKeepsSmallNegativesShort() {
        assertThat(Varints.sizeOf(-64)).isEqualTo(1);
        assertThat(Varints.sizeOf(64)).isEqualTo(2);
        assertThat(Varints.sizeOf(Integer.MIN_VALUE)).isEqualTo(5);
        assertThat(Varints.sizeOf(Long.MIN_VALUE)).isEqualTo(10);
    }

    @Test
    void numbersWithoutAnEndAreRefused() {
        byte[] endless = {-1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1};
        assertThatThrownBy(() -> reader(ByteBuffer.wrap(endless)).readInt()).hasMessageContaining("more than 5 bytes");
        assertThatThrownBy(() -> reader(ByteBuffer.wrap(endless)).readLong())
                .hasMessageContaining("more than 10 bytes");
        assertThatThrownBy(() -> reader(ByteBuffer.wrap(endless, 0, 2)).readInt())
                .hasMessageContaining("past the end");
    }

    @Test
    void nothingIsReadBeyondTheEnd() {
        assertThatThrownBy(() ->
                        reader(ByteBuffer.wrap(new byte[] {2, 2}, 0, 0)).readInt())
                .hasMessageContaining("past the end");
        assertThatThrownBy(() ->
                        reader(ByteBuffer.wrap(new byte[] {2, 2}, 0, 0)).readLong())
                .hasMessageContaining("past the end");
    }

    private static ByteReader reader(ByteBuffer source) {
        int from = source.arrayOffset() + source.position();
        return new ByteReader().over(source.array(), from, from + source.remaining());
    }
}
