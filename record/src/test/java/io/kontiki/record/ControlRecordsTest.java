package io.kontiki.record;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;

class ControlRecordsTest {
    @Test
    void leaderChangeHasTheBytesOfTheMessage() {
        RecordBatch batch = RecordBatch.at(ControlRecords.leaderChange(2, List.of(1, 2, 3), List.of(2, 3), 1234), 0);
        batch.ensureValidChecksum();
        assertThat(batch.isControl()).isTrue();
        assertThat(batch.hasProducerId()).isFalse();
        assertThat(batch.maxTimestampMs()).isEqualTo(1234);
        Record only = batch.iterator().next();
        assertThat(hex(only.key())).isEqualTo("00000002");
        assertThat(hex(only.value()))
                .isEqualTo("0000" + "00000002" + "04" + "0000000100" + "0000000200" + "0000000300" + "03" + "0000000200"
                        + "0000000300" + "00");
    }

    @Test
    void endOfATransactionHasTheBytesOfTheMarker() {
        ByteBuffer bytes = ControlRecords.endTransaction(ControlRecords.Type.COMMIT, 4711, (short) 3, 9, 1234);
        RecordBatch batch = RecordBatch.at(bytes, 0);
        batch.ensureValidChecksum();
        assertThat(batch.isControl()).isTrue();
        assertThat(batch.isTransactional()).isTrue();
        assertThat(batch.producerId()).isEqualTo(4711);
        assertThat(batch.producerEpoch()).isEqualTo((short) 3);
        assertThat(batch.baseSequence()).isEqualTo(BatchHeader.NO_SEQUENCE);
        Record only = batch.iterator().next();
        assertThat(hex(only.key())).isEqualTo("00000001");
        assertThat(ControlRecords.typeOf(only.key())).contains(ControlRecords.Type.COMMIT);
        assertThat(hex(only.value())).isEqualTo("0000" + "00000009");
        assertThat(ControlRecords.typeOf(TestBytes.of("abc"))).isEmpty();
    }

    private static String hex(ByteBuffer bytes) {
        byte[] copy = new byte[bytes.remaining()];
        bytes.get(copy);
        return HexFormat.of().formatHex(copy);
    }
}
