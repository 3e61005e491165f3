package io.kontiki.chaos.workload;

import io.kontiki.chaos.history.RecordId;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;
import java.util.SplittableRandom;

/**
 * The value of a record: its name and text that follows from the name, so that a reader can tell a value that was altered
 * without having seen what was sent.
 */
final class Payload {
    private static final int FILL_BYTES_MIN = 20;
    private static final int FILL_BYTES_BOUND = 400;

    private Payload() {}

    static byte[] of(RecordId id) {
        StringBuilder text = new StringBuilder()
                .append(id.producer())
                .append(' ')
                .append(id.partition())
                .append(' ')
                .append(id.sequence())
                .append(' ');
        SplittableRandom random = new SplittableRandom(id.hashCode());
        for (int left = random.nextInt(FILL_BYTES_MIN, FILL_BYTES_BOUND); left > 0; left--) {
            text.append((char) random.nextInt('a', 'z' + 1));
        }
        return text.toString().getBytes(StandardCharsets.US_ASCII);
    }

    /** The record that this is the value of; nothing if it is the value of none. */
    static Optional<RecordId> parse(byte[] value) {
        String[] words = new String(value, StandardCharsets.ISO_8859_1).split(" ", 4);
        if (words.length != 4) {
            return Optional.empty();
        }
        try {
            RecordId id =
                    new RecordId(Integer.parseInt(words[0]), Integer.parseInt(words[1]), Long.parseLong(words[2]));
            return Arrays.equals(of(id), value) ? Optional.of(id) : Optional.empty();
        } catch (IllegalArgumentException altered) {
            return Optional.empty();
        }
    }
}
