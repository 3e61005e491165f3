package io.kontiki.broker.logging;

import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import ch.qos.logback.core.encoder.EncoderBase;
import io.kontiki.json.JsonFields;
import java.nio.charset.StandardCharsets;
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
        var line = new JsonFields()
                .put("time", event.getInstant().toString())
                .put("level", event.getLevel().toString())
                .put("logger", event.getLoggerName())
                .put("thread", event.getThreadName());
        String broker = event.getLoggerContextVO().getPropertyMap().get(BROKER);
        if (broker != null) {
            line.put(BROKER, Integer.parseInt(broker));
        }
        line.put("message", event.getFormattedMessage());
        List<KeyValuePair> fields = event.getKeyValuePairs();
        if (fields != null) {
            fields.forEach(field -> line.putValue(field.key, field.value));
        }
        if (event.getThrowableProxy() != null) {
            line.put("error", ThrowableProxyUtil.asString(event.getThrowableProxy()));
        }
        return (line + "\n").getBytes(StandardCharsets.UTF_8);
    }
}
