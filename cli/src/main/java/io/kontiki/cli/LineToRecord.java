package io.kontiki.cli;

import io.kontiki.client.Header;
import io.kontiki.client.ProducerRecord;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * How a line becomes a record: what stands before the first separator is the key, the rest the value. A line without
 * separator has no key, unless there is one for all.
 *
 * @param topic name of the topic
 * @param key for every record; then there is no separator
 * @param keySeparator between key and value, not empty; if absent, lines are values
 * @param partition where to, if it is fixed
 * @param headers for every record
 */
record LineToRecord(
        String topic,
        Optional<byte[]> key,
        Optional<byte[]> keySeparator,
        OptionalInt partition,
        List<Header> headers) {

    ProducerRecord record(byte[] line) {
        var record = ProducerRecord.to(topic);
        int keyEnd = keySeparator.map(separator -> indexOf(separator, line)).orElse(-1);
        if (keyEnd < 0) {
            key.ifPresent(record::key);
            record.value(line);
        } else {
            int valueStart = keyEnd + keySeparator.get().length;
            record.key(Arrays.copyOf(line, keyEnd)).value(Arrays.copyOfRange(line, valueStart, line.length));
        }
        partition.ifPresent(record::partition);
        headers.forEach(record::header);
        return record.build();
    }

    private static int indexOf(byte[] wanted, byte[] line) {
        for (int at = 0; at <= line.length - wanted.length; at++) {
            if (Arrays.equals(line, at, at + wanted.length, wanted, 0, wanted.length)) {
                return at;
            }
        }
        return -1;
    }
}
