package io.kontiki.chaos.workload;

import static org.assertj.core.api.Assertions.assertThat;

import io.kontiki.chaos.history.RecordId;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class PayloadTest {
    private static final RecordId ID = new RecordId(3, 1, 4711);

    @Test
    void valueTellsItsRecord() {
        assertThat(Payload.parse(Payload.of(ID))).contains(ID);
    }

    @Test
    void anyByteThatIsAlteredIsNoticed() {
        byte[] value = Payload.of(ID);
        for (int i = 0; i < value.length; i++) {
            byte[] altered = value.clone();
            altered[i] ^= 1;
            assertThat(Payload.parse(altered)).isNotEqualTo(Payload.parse(value));
        }
        assertThat(Payload.parse(Arrays.copyOf(value, value.length - 1))).isEmpty();
    }

    @Test
    void valueOfSomebodyElseIsNoRecord() {
        assertThat(Payload.parse("hello".getBytes(StandardCharsets.UTF_8))).isEmpty();
        assertThat(Payload.parse("-1 2 3 x".getBytes(StandardCharsets.UTF_8))).isEmpty();
        assertThat(Payload.parse(new byte[0])).isEmpty();
    }
}
