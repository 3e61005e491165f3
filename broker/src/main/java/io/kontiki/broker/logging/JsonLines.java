package io.kontiki.broker.logging;

import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import ch.qos.logback.core.encoder.EncoderBase;
import java.nio.charset.StandardCharsets;
import java.util.Iterator;
import java.util.List;
import org.slf4j.LoggerFactory;
import org.slf4j.event.KeyValuePair;

/**
 * One JSON object a line: {@code time}, {@code level}, {@code logger}, {@code thread}, {@code broker} once it is known,
 * {@code message}, {@code error} with its stack trace if there is one, and the fields that the line brings, such as
 * {@code partition} and {@code epoch}. Logback's own encoder puts those into a list of objects, by which a log store cannot
 * select. Made by Logback from the configuration; thread-safe.
 */
public final class JsonLines extends EncoderBase<ILoggingEvent> {
    private static final String BROKER = "broker";
    private static final byte[] NOTHING = {};
    private static final int FIRST_PRINTABLE = 0x20;

    /** Says in each line from now on which broker this process is. */
    public static void name(int brokerId) {
        if (LoggerFactory.getILoggerFactory() instanceof LoggerContext context) {
            context.putProperty(BROKER, Integer.toString(brokerId));
        }
    }

    @Override
    public byte[] headerBytes() {
        return NOTHING;
    }

    @Override
    public byte[] footerBytes() {
        return NOTHING;
    }

    @Override
    public byte[] encode(ILoggingEvent event) {
        var line = new StringBuilder(256).append('{');
        text(line, "time", event.getInstant().toString());
        text(line, "level", event.getLevel().toString());
        text(line, "logger", event.getLoggerName());
        text(line, "thread", event.getThreadName());
        String broker = event.getLoggerContextVO().getPropertyMap().get(BROKER);
        if (broker != null) {
            key(line, BROKER);
            line.append(broker);
        }
        text(line, "message", event.getFormattedMessage());
        List<KeyValuePair> fields = event.getKeyValuePairs();
        if (fields != null) {
            fields.forEach(field -> {
                key(line, field.key);
                value(line, field.value);
            });
        }
        if (event.getThrowableProxy() != null) {
            text(line, "error", ThrowableProxyUtil.asString(event.getThrowableProxy()));
        }
        return line.append("}\n").toString().getBytes(StandardCharsets.UTF_8);
    }

    private static void text(StringBuilder line, String name, String text) {
        key(line, name);
        quote(line, text);
    }

    private static void key(StringBuilder line, String name) {
        if (line.length() > 1) {
            line.append(',');
        }
        quote(line, name);
        line.append(':');
    }

    private static void value(StringBuilder line, Object value) {
        if (value == null || value instanceof Integer || value instanceof Long || value instanceof Boolean) {
            line.append(value);
        } else if (value instanceof Iterable<?> values) {
            line.append('[');
            for (Iterator<?> each = values.iterator(); each.hasNext(); ) {
                value(line, each.next());
                line.append(each.hasNext() ? "," : "");
            }
            line.append(']');
        } else {
            quote(line, value.toString());
        }
    }

    private static void quote(StringBuilder line, String text) {
        line.append('"');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '"', '\\' -> line.append('\\').append(c);
                case '\n' -> line.append("\\n");
                case '\t' -> line.append("\\t");
                default -> {
                    if (c < FIRST_PRINTABLE) {
                        line.append(String.format("\\u%04x", (int) c));
                    } else {
                        line.append(c);
                    }
                }
            }
        }
        line.append('"');
    }
}
