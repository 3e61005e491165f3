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
            assertThat(Varints.readLong(buffer.flip())).isEqualTo(value);
            ByteBuffer small = ByteBuffer.allocate(5);
            Varints.write(small, (int) value);
            assertThat(small.position()).isEqualTo(Varints.sizeOf((int) value));
            assertThat(Varints.readInt(small.flip())).isEqualTo((int) value);
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
        assertThatThrownBy(() -> Varints.readInt(ByteBuffer.wrap(endless))).hasMessageContaining("more than 5 bytes");
        assertThatThrownBy(() -> Varints.readLong(ByteBuffer.wrap(endless))).hasMessageContaining("more than 10 bytes");
        assertThatThrownBy(() -> Varints.readInt(ByteBuffer.wrap(endless, 0, 2)))
                .hasMessageContaining("past the end");
    }
}
