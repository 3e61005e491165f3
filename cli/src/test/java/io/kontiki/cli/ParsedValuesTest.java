package io.kontiki.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kontiki.client.Assignor;
import io.kontiki.client.Compression;
import io.kontiki.client.Position;
import io.kontiki.client.ProducerRecord;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine.TypeConversionException;

class ParsedValuesTest {
    private static final long NOW_MS = CommandRun.NOW.toEpochMilli();

    private final PositionText positions = new PositionText(InstantSource.fixed(CommandRun.NOW));

    @Test
    void readsEveryFormOfPosition() {
        assertThat(positions.convert("earliest")).isEqualTo(Position.earliest());
        assertThat(positions.convert("latest")).isEqualTo(Position.latest());
        assertThat(positions.convert("42")).isEqualTo(Position.offset(42));
        assertThat(positions.convert("-10")).isEqualTo(Position.last(10));
        assertThat(positions.convert("@1700000000123")).isEqualTo(Position.timestampMs(1_700_000_000_123L));
        assertThat(positions.convert("@2026-01-31T13:00:00+01:00")).isEqualTo(Position.timestampMs(NOW_MS));
        assertThat(positions.convert("@2026-01-31")).isEqualTo(Position.timestampMs(NOW_MS - 43_200_000));
        assertThat(positions.convert("@-15m")).isEqualTo(Position.timestampMs(NOW_MS - 900_000));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "@", "-", "+1", "1.5", "@2026-01-31T12:00:00", "@2026-02-30", "@-15", "9223372036854775808"})
    void refusesOtherPositionsAndNamesTheForms(String text) {
        assertThatThrownBy(() -> positions.convert(text))
                .isInstanceOf(TypeConversionException.class)
                .hasMessageContaining("'" + text + "'")
                .hasMessageContaining("earliest");
    }

    @Test
    void readsTimeSpans() {
        assertThat(DurationText.parse("500ms")).isEqualTo(Duration.ofMillis(500));
        assertThat(DurationText.parse("10s")).isEqualTo(Duration.ofSeconds(10));
        assertThat(DurationText.parse("2m")).isEqualTo(Duration.ofMinutes(2));
        assertThat(DurationText.parse("3h")).isEqualTo(Duration.ofHours(3));
        assertThat(DurationText.parse("7d")).isEqualTo(Duration.ofDays(7));
        assertThatThrownBy(() -> DurationText.parse("1 s")).hasMessageContaining("'1 s'");
    }

    @Test
    void readsPartitionsAndRanges() {
        var text = new PartitionNumbers.Text();

        assertThat(text.convert("5-7,0,6").numbers()).containsExactly(0, 5, 6, 7);
        assertThatThrownBy(() -> text.convert("10000")).hasMessageContaining("0 to 9999");
        assertThatThrownBy(() -> text.convert("1,,2")).hasMessageContaining("'1,,2'");
    }

    @Test
    void splitsKeyAndValueAtTheFirstSeparator() {
        var lines = new LineToRecord("t", Optional.empty(), Optional.of(utf8("::")), OptionalInt.of(3), List.of());

        assertThat(keyAndValue(lines.record(utf8("a::b::c")))).isEqualTo("a|b::c");
        assertThat(keyAndValue(lines.record(utf8("a:b")))).isEqualTo("none|a:b");
        assertThat(keyAndValue(lines.record(utf8("::")))).isEqualTo("|");
        assertThat(lines.record(utf8("x")).partition()).hasValue(3);
    }

    @Test
    void takesWholeLinesAsValuesWithoutSeparator() {
        var lines = new LineToRecord(
                "t",
                Optional.empty(),
                Optional.empty(),
                OptionalInt.empty(),
                List.of(new HeaderText().convert("h=a=b")));
        ProducerRecord record = lines.record(utf8("a:b"));

        assertThat(keyAndValue(record)).isEqualTo("none|a:b");
        assertThat(record.headers()).hasSize(1);
        assertThat(record.headers().get(0).key()).isEqualTo("h");
        assertThat(record.headers().get(0).value()).hasValue(utf8("a=b"));
    }

    @Test
    void oneKeyMayServeAllLines() {
        var lines = new LineToRecord("t", Optional.of(utf8("k")), Optional.empty(), OptionalInt.empty(), List.of());

        assertThat(keyAndValue(lines.record(utf8("a:b")))).isEqualTo("k|a:b");
    }

    @Test
    void readsAssignorsAndCodecsByTheirWords() {
        assertThat(new AssignorText().convert("round-robin")).isEqualTo(Assignor.ROUND_ROBIN);
        assertThat(new CodecText().convert("zstd")).isEqualTo(Compression.ZSTD);
        assertThatThrownBy(() -> new AssignorText().convert("RANGE"))
                .hasMessageContaining("range, round-robin, sticky");
        assertThatThrownBy(() -> new CodecText().convert("zip")).hasMessageContaining("none, gzip, snappy, lz4, zstd");
    }

    private static String keyAndValue(ProducerRecord record) {
        return record.key().map(ParsedValuesTest::text).orElse("none") + "|"
                + record.value().map(ParsedValuesTest::text).orElse("none");
    }

    private static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.UTF_8);
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
