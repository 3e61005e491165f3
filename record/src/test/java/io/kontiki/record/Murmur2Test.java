package io.kontiki.record;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class Murmur2Test {
    @Test
    void hashesAreThoseOfKafkasClients() {
        assertThat(hash("21")).isEqualTo(-973932308);
        assertThat(hash("foobar")).isEqualTo(-790332482);
        assertThat(hash("a-little-bit-long-string")).isEqualTo(-985981536);
        assertThat(hash("a-little-bit-longer-string")).isEqualTo(-1486304829);
        assertThat(hash("lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8")).isEqualTo(-58897971);
        assertThat(hash("abc")).isEqualTo(479470107);
    }

    @Test
    void partitionIsWithinTheCount() {
        for (int count = 1; count < 20; count++) {
            assertThat(Murmur2.partitionFor(TestBytes.of("key"), count)).isBetween(0, count - 1);
        }
        assertThat(Murmur2.partitionFor(TestBytes.of("21"), 10)).isEqualTo((-973932308 & 0x7fffffff) % 10);
    }

    private static int hash(String key) {
        return Murmur2.hash(TestBytes.of(key));
    }
}
