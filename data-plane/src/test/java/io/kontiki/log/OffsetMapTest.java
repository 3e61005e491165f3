package io.kontiki.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class OffsetMapTest {
    @Test
    void givesTheLastOffsetOfEachKey() {
        SplittableRandom random = new SplittableRandom(7);
        OffsetMap map = OffsetMap.forRecords(2_000, 1 << 20);
        Map<String, Long> expected = new HashMap<>();
        for (long offset = 0; offset < 5_000; offset++) {
            String key = "key-" + random.nextInt(2_000);
            assertThat(map.put(bytes(key), offset)).isTrue();
            expected.put(key, offset);
        }
        assertThat(map.count()).isEqualTo(expected.size());
        expected.forEach((key, offset) -> assertThat(map.get(bytes(key))).isEqualTo(offset));
        assertThat(map.get(bytes("absent"))).isEqualTo(-1);
        assertThat(map.get(ByteBuffer.allocate(0))).isEqualTo(-1);
    }

    @Test
    void fullMapRefusesNewKeysAndStillTakesKnownOnes() {
        OffsetMap map = OffsetMap.forRecords(1_000_000, 10 * OffsetMap.BYTES_PER_SLOT);
        assertThat(map.limit()).isEqualTo(8);
        for (int i = 0; i < 8; i++) {
            assertThat(map.put(bytes("k" + i), i)).isTrue();
        }
        assertThat(map.put(bytes("k8"), 8)).isFalse();
        assertThat(map.put(bytes("k3"), 9)).isTrue();
        assertThat(map.get(bytes("k3"))).isEqualTo(9);
        assertThat(map.get(bytes("k8"))).isEqualTo(-1);
        assertThat(map.count()).isEqualTo(8);
    }

    @Test
    void takesNoMoreMemoryThanTheRecordsNeed() {
        assertThat(OffsetMap.forRecords(0, 1L << 40).limit()).isEqualTo(1);
        assertThat(OffsetMap.forRecords(100, 1L << 40).limit()).isBetween(100, 102);
    }

    @Test
    void offsetZeroIsAnOffset() {
        OffsetMap map = OffsetMap.forRecords(1, 1 << 10);
        map.put(bytes("a"), 0);
        assertThat(map.get(bytes("a"))).isZero();
    }

    @Test
    void keyKeepsItsPosition() {
        OffsetMap map = OffsetMap.forRecords(1, 1 << 10);
        ByteBuffer key = bytes("xxkey").position(2);
        map.put(key, 5);
        assertThat(key.position()).isEqualTo(2);
        assertThat(map.get(bytes("key"))).isEqualTo(5);
    }

    @Test
    void tooLittleMemoryIsRefused() {
        assertThatThrownBy(() -> OffsetMap.forRecords(1, 47)).hasMessageContaining("maxBytes is 47, the least is 48");
    }

    private static ByteBuffer bytes(String text) {
        return ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
    }
}
