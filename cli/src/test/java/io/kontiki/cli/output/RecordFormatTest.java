package io.kontiki.cli.output;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kontiki.cli.output.PrintedRecord.PrintedHeader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class RecordFormatTest {
    private static final PrintedRecord FULL = new PrintedRecord(
            "orders",
            3,
            42,
            1_700_000_000_123L,
            Optional.of(utf8("k")),
            Optional.of(utf8("grün")),
            List.of(new PrintedHeader("a", Optional.of(utf8("1"))), new PrintedHeader("b", Optional.empty())));
    private static final PrintedRecord TOMBSTONE =
            new PrintedRecord("orders", 0, 0, 0, Optional.empty(), Optional.empty(), List.of());

    @Test
    void fillsEveryDirective() throws IOException {
        assertThat(text("%t %p %o %k %v [%h] %T %D %K %V %%\\n", FULL))
                .isEqualTo("orders 3 42 k grün [a=1,b=] 1700000000123 2023-11-14T22:13:20.123Z 1 5 %\n");
    }

    @Test
    void printsNothingForWhatIsAbsentAndTellsItByLength() throws IOException {
        assertThat(text("<%k|%v|%h|%K|%V>", TOMBSTONE)).isEqualTo("<|||-1|-1>");
    }

    @Test
    void decodesEscapesInLiteralTextOnly() throws IOException {
        assertThat(text("\\t%p\\x41\\\\n\\0é", FULL)).isEqualTo("\t3A\\n\0é");
    }

    @Test
    void leavesBytesOfTheValueAsTheyAre() throws IOException {
        byte[] bytes = {(byte) 0xff, '%', 'k', '\\', 'n'};
        var record = new PrintedRecord("t", 0, 0, 0, Optional.empty(), Optional.of(bytes), List.of());
        var out = new ByteArrayOutputStream();

        RecordFormat.compile("%v").print(record, out);

        assertThat(out.toByteArray()).isEqualTo(bytes);
    }

    @Test
    void refusesWhatItDoesNotKnowByName() {
        assertThatThrownBy(() -> RecordFormat.compile("%q"))
                .hasMessageContaining("%q")
                .hasMessageContaining("%t");
        assertThatThrownBy(() -> RecordFormat.compile("50%")).hasMessageContaining("write %%");
        assertThatThrownBy(() -> RecordFormat.compile("\\q")).hasMessageContaining("'\\q'");
        assertThatThrownBy(() -> RecordFormat.compile("\\x4")).hasMessageContaining("'\\x4'");
        assertThatThrownBy(() -> RecordFormat.compile("end\\")).hasMessageContaining("'\\'");
    }

    @Test
    void jsonKeepsTextAsTextAndOtherBytesAsBase64() throws IOException {
        var record = new PrintedRecord(
                "t",
                1,
                9_007_199_254_740_991L,
                0,
                Optional.of(new byte[] {(byte) 0xff}),
                Optional.of(utf8("a\"<b>\n")),
                List.of(new PrintedHeader("h", Optional.of(utf8("v")))));

        assertThat(json(record))
                .isEqualTo("{\"topic\":\"t\",\"partition\":1,\"offset\":9007199254740991,"
                        + "\"timestamp\":\"1970-01-01T00:00:00Z\",\"keyBase64\":\"/w==\",\"value\":\"a\\\"<b>\\n\","
                        + "\"headers\":[{\"key\":\"h\",\"value\":\"v\"}]}\n");
        assertThat(json(TOMBSTONE)).contains("\"key\":null,\"value\":null,\"headers\":[]");
    }

    private static String json(PrintedRecord record) throws IOException {
        var out = new ByteArrayOutputStream();
        new RecordJson().print(record, out);
        return out.toString(StandardCharsets.UTF_8);
    }

    private static String text(String format, PrintedRecord record) throws IOException {
        var out = new ByteArrayOutputStream();
        RecordFormat.compile(format).print(record, out);
        return out.toString(StandardCharsets.UTF_8);
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
