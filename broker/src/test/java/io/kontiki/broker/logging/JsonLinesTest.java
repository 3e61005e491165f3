package io.kontiki.broker.logging;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.LoggingEvent;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.slf4j.event.KeyValuePair;

class JsonLinesTest {
    private final LoggerContext context = new LoggerContext();

    private LoggingEvent event(String message, Throwable error, Object... arguments) {
        return new LoggingEvent("caller", context.getLogger("io.kontiki.Some"), Level.INFO, message, error, arguments);
    }

    private static JsonObject encoded(LoggingEvent event) {
        event.setThreadName("loop-0");
        event.setInstant(Instant.parse("2026-01-31T12:00:00.250Z"));
        String line = new String(new JsonLines().encode(event), StandardCharsets.UTF_8);
        assertThat(line).endsWith("}\n").hasLineCount(1);
        return JsonParser.parseString(line).getAsJsonObject();
    }

    @Test
    void lineHasItsFieldsBesideTheMessage() {
        context.putProperty("broker", "4");
        var event = event("{} is {} in epoch {}", null, "orders-0", "LEADER", 7);
        event.addKeyValuePair(new KeyValuePair("partition", "orders-0"));
        event.addKeyValuePair(new KeyValuePair("epoch", 7));
        event.addKeyValuePair(new KeyValuePair("isr", List.of(1, 4)));
        event.addKeyValuePair(new KeyValuePair("dirs", List.of("a", "\"b\"")));
        event.addKeyValuePair(new KeyValuePair("unclean", true));
        event.addKeyValuePair(new KeyValuePair("before", null));

        assertThat(encoded(event).toString())
                .isEqualTo(
                        "{\"time\":\"2026-01-31T12:00:00.250Z\",\"level\":\"INFO\",\"logger\":\"io.kontiki.Some\","
                                + "\"thread\":\"loop-0\",\"broker\":4,\"message\":\"orders-0 is LEADER in epoch 7\","
                                + "\"partition\":\"orders-0\",\"epoch\":7,\"isr\":[1,4],\"dirs\":[\"a\",\"\\\"b\\\"\"],\"unclean\":true,\"before\":null}");
    }

    @Test
    void whateverIsSaidStaysOnOneLine() {
        String said = "a \"quoted\" \\ path\r\n\tand \u0001 \u2028 \u00e9 \ud83d\ude00 half \ud83d";

        var line = encoded(event(said, null));

        assertThat(line.get("message").getAsString()).isEqualTo(said);
        assertThat(line.has("broker")).isFalse();
    }

    @Test
    void errorBringsItsStackTrace() {
        assertThat(encoded(event("failed", new IllegalStateException("no room")))
                        .get("error")
                        .getAsString())
                .startsWith("java.lang.IllegalStateException: no room\n\tat ");
    }
}
