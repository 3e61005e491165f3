package io.kontiki.chaos.pods;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DnsMessageTest {
    private static final int TYPE_A = 1;
    private static final int TYPE_AAAA = 28;
    private static final byte[] ADDRESS = {10, 1, 2, 3};

    private static byte[] query(int type) {
        ByteBuffer out = ByteBuffer.allocate(64);
        out.putShort((short) 0x1234).putShort((short) 0x0100).putShort((short) 1);
        out.putShort((short) 0).putShort((short) 0).putShort((short) 0);
        for (String label : List.of("Kontiki-0", "svc")) {
            out.put((byte) label.length()).put(label.getBytes(StandardCharsets.US_ASCII));
        }
        out.put((byte) 0).putShort((short) type).putShort((short) 1);
        return Arrays.copyOf(out.array(), out.position());
    }

    private static DnsMessage parsed(int type) {
        byte[] query = query(type);
        return DnsMessage.parse(query, query.length).orElseThrow();
    }

    @Test
    void queryNamesWhatIsAskedFor() {
        assertThat(parsed(TYPE_A).name()).isEqualTo("kontiki-0.svc");
    }

    @Test
    void addressesAreTold() {
        byte[] answer = parsed(TYPE_A).answer(Optional.of(List.of(ADDRESS)), 5);

        ByteBuffer in = ByteBuffer.wrap(answer);
        assertThat(in.getShort(0)).isEqualTo((short) 0x1234);
        assertThat(in.getShort(2)).as("flags").isEqualTo((short) 0x8580);
        assertThat(in.getShort(6)).as("answers").isEqualTo((short) 1);
        int record = query(TYPE_A).length;
        assertThat(in.getShort(record)).as("pointer to the name").isEqualTo((short) 0xC00C);
        assertThat(in.getInt(record + 6)).as("seconds").isEqualTo(5);
        assertThat(Arrays.copyOfRange(answer, answer.length - 4, answer.length)).isEqualTo(ADDRESS);
    }

    @Test
    void unknownNameIsNoName() {
        byte[] answer = parsed(TYPE_A).answer(Optional.empty(), 5);

        assertThat(answer[3] & 0xF).isEqualTo(3);
        assertThat(answer).hasSize(query(TYPE_A).length);
    }

    /** There is such a name: who hears that there is none asks no further. */
    @Test
    void nameHasNoAddressOfAnotherKind() {
        byte[] answer = parsed(TYPE_AAAA).answer(Optional.of(List.of(ADDRESS)), 5);

        assertThat(answer[3] & 0xF).isZero();
        assertThat(answer).hasSize(query(TYPE_AAAA).length);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 5, 11, 12, 16, 25, 29, 30})
    void whatIsCutOffIsNoQuery(int length) {
        assertThat(DnsMessage.parse(query(TYPE_A), length)).isEmpty();
    }
}
