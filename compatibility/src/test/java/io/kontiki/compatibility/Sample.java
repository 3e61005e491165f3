package io.kontiki.compatibility;

import io.kontiki.record.Record;
import io.kontiki.record.RecordBatchBuilder;
import io.kontiki.record.RecordHeader;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.record.internal.SimpleRecord;

/** A record in words that both sides can be asked to write and to read. Headers are "key=value", or "key" without one. */
record Sample(long timestampMs, Optional<String> key, Optional<String> value, List<String> headers) {
    private static final String LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789äøß€";

    static Sample random(RandomGenerator random) {
        long timestampMs = 1_700_000_000_000L + random.nextInt(1_000_000);
        List<String> headers = new ArrayList<>();
        for (int i = random.nextInt(3); i > 0; i--) {
            headers.add(word(random, 8) + (random.nextInt(4) == 0 ? "" : "=" + word(random, 20)));
        }
        return new Sample(timestampMs, maybe(random, 12), maybe(random, 200), headers);
    }

    private static Optional<String> maybe(RandomGenerator random, int maxLetters) {
        return random.nextInt(4) == 0 ? Optional.empty() : Optional.of(word(random, maxLetters));
    }

    private static String word(RandomGenerator random, int maxLetters) {
        StringBuilder word = new StringBuilder();
        for (int i = random.nextInt(maxLetters); i >= 0; i--) {
            word.append(LETTERS.charAt(random.nextInt(random.nextBoolean() ? 4 : LETTERS.length())));
        }
        return word.toString();
    }

    void addTo(RecordBatchBuilder builder) {
        List<RecordHeader> ours = headers.stream()
                .map(header -> header.contains("=")
                        ? RecordHeader.of(nameOf(header), valueOf(header))
                        : RecordHeader.withoutValue(header))
                .toList();
        builder.add(timestampMs, bytes(key), bytes(value), ours);
    }

    SimpleRecord toKafka() {
        Header[] theirs = headers.stream()
                .map(header -> new org.apache.kafka.common.header.internals.RecordHeader(
                        nameOf(header), header.contains("=") ? valueOf(header).getBytes(StandardCharsets.UTF_8) : null))
                .toArray(Header[]::new);
        return new SimpleRecord(timestampMs, bytes(key), bytes(value), theirs);
    }

    static Sample of(Record ours) {
        List<String> headers = ours.headers().stream()
                .map(header -> header.key() + (header.hasValue() ? "=" + text(header.value()) : ""))
                .toList();
        return new Sample(
                ours.timestampMs(),
                ours.hasKey() ? Optional.of(text(ours.key())) : Optional.empty(),
                ours.hasValue() ? Optional.of(text(ours.value())) : Optional.empty(),
                headers);
    }

    static Sample of(org.apache.kafka.common.record.internal.Record theirs) {
        List<String> headers = Arrays.stream(theirs.headers())
                .map(header ->
                        header.key() + (header.value() == null ? "" : "=" + text(ByteBuffer.wrap(header.value()))))
                .toList();
        return new Sample(
                theirs.timestamp(),
                Optional.ofNullable(theirs.key()).map(Sample::text),
                Optional.ofNullable(theirs.value()).map(Sample::text),
                headers);
    }

    static String nameOf(String header) {
        return header.contains("=") ? header.substring(0, header.indexOf('=')) : header;
    }

    private static String valueOf(String header) {
        return header.substring(header.indexOf('=') + 1);
    }

    private static ByteBuffer bytes(Optional<String> text) {
        return text.map(present -> ByteBuffer.wrap(present.getBytes(StandardCharsets.UTF_8)))
                .orElse(null);
    }

    private static String text(ByteBuffer bytes) {
        return StandardCharsets.UTF_8.decode(bytes.duplicate()).toString();
    }
}
