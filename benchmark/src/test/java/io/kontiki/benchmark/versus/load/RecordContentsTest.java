package io.kontiki.benchmark.versus.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class RecordContentsTest {
    private static final int COUNT = 1000;

    private final RecordContents contents = new RecordContents(100);

    @Test
    void theSumOfTheRecordsIsKnownWithoutThem() {
        long sum = 0;
        for (int number = COUNT - 1; number >= 0; number--) {
            sum += RecordContents.checksum(contents.record(number, System.nanoTime()));
        }
        assertThat(sum).isEqualTo(contents.checksumOfFirst(COUNT));
    }

    @Test
    void anyByteButThoseOfTheTimeCounts() {
        byte[] record = contents.record(7, 5);
        long whole = RecordContents.checksum(record);
        for (int at = 0; at < record.length; at++) {
            record[at] ^= 1;
            boolean time = at >= Long.BYTES && at < RecordContents.HEADER_BYTES;
            assertThat(RecordContents.checksum(record) == whole)
                    .as("byte %s", at)
                    .isEqualTo(time);
            record[at] ^= 1;
        }
    }

    @Test
    void aRecordTellsItsNumberAndTime() {
        byte[] record = contents.record(7, 5);
        assertThat(record).hasSize(100);
        assertThat(RecordContents.number(record)).isEqualTo(7);
        assertThat(RecordContents.nanos(record)).isEqualTo(5);
        assertThat(contents.record(7, 5)).isEqualTo(record);
        assertThat(contents.record(8, 5)).isNotEqualTo(record);
    }

    @Test
    void aRecordWithoutRoomForItsNumberIsRefused() {
        assertThatThrownBy(() -> new RecordContents(15))
                .hasMessageContaining("15")
                .hasMessageContaining("16");
    }
}
