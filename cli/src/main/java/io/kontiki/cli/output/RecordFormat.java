package io.kontiki.cli.output;

import io.kontiki.cli.output.PrintedRecord.PrintedHeader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A format string, as kcat's users know them, compiled once. Keys and values go out as the bytes they are.
 *
 * <pre>
 * %t topic    %p partition   %o offset          %k key     %K its length in bytes, -1 without key
 * %h headers as name=value,…                    %v value   %V its length in bytes, -1 for a tombstone
 * %T time in milliseconds since 1970            %D time as RFC 3339          %% percent sign
 * \n \t \r \0 \\ \xHH  line feed, tab, carriage return, NUL, backslash, any byte
 * </pre>
 */
public final class RecordFormat implements RecordPrinter {
    private static final byte[] NOTHING = {};

    private final List<RecordPrinter> parts;

    private RecordFormat(List<RecordPrinter> parts) {
        this.parts = List.copyOf(parts);
    }

    /**
     * Compiles a format.
     *
     * @throws IllegalArgumentException naming what is not understood
     */
    public static RecordFormat compile(String format) {
        var parts = new ArrayList<RecordPrinter>();
        var literal = new ByteArrayOutputStream();
        int at = 0;
        while (at < format.length()) {
            char c = format.charAt(at);
            if (c == '%') {
                parts.add(bytes(literal.toByteArray()));
                literal.reset();
                parts.add(directive(format, at));
                at += 2;
            } else {
                // Up to the next directive: escapes may only span literal text.
                int end = format.indexOf('%', at);
                end = end < 0 ? format.length() : end;
                literal.writeBytes(Escapes.decode(format.substring(at, end)));
                at = end;
            }
        }
        parts.add(bytes(literal.toByteArray()));
        return new RecordFormat(parts);
    }

    @Override
    public void print(PrintedRecord record, OutputStream out) throws IOException {
        for (RecordPrinter part : parts) {
            part.print(record, out);
        }
    }

    private static RecordPrinter directive(String format, int at) {
        if (at + 1 == format.length()) {
            throw new IllegalArgumentException(
                    "format '" + format + "' ends in a single %: write %% for a percent sign");
        }
        char letter = format.charAt(at + 1);
        return switch (letter) {
            case 't' -> (record, out) -> write(record.topic(), out);
            case 'p' -> (record, out) -> write(Integer.toString(record.partition()), out);
            case 'o' -> (record, out) -> write(Long.toString(record.offset()), out);
            case 'T' -> (record, out) -> write(Long.toString(record.timestampMs()), out);
            case 'D' -> (record, out) -> write(JsonText.time(record.timestampMs()), out);
            case 'k' -> (record, out) -> out.write(record.key().orElse(NOTHING));
            case 'v' -> (record, out) -> out.write(record.value().orElse(NOTHING));
            case 'K' -> (record, out) -> write(length(record.key()), out);
            case 'V' -> (record, out) -> write(length(record.value()), out);
            case 'h' -> (record, out) -> writeHeaders(record.headers(), out);
            case '%' -> (record, out) -> out.write('%');
            default ->
                throw new IllegalArgumentException(
                        "format has %" + letter + ", must be one of %t %p %o %k %v %h %T %D %K %V %%");
        };
    }

    private static RecordPrinter bytes(byte[] bytes) {
        return (record, out) -> out.write(bytes);
    }

    private static String length(Optional<byte[]> bytes) {
        return bytes.map(b -> Integer.toString(b.length)).orElse("-1");
    }

    private static void writeHeaders(List<PrintedHeader> headers, OutputStream out) throws IOException {
        String separator = "";
        for (PrintedHeader header : headers) {
            write(separator + header.key() + "=", out);
            out.write(header.value().orElse(NOTHING));
            separator = ",";
        }
    }

    private static void write(String text, OutputStream out) throws IOException {
        out.write(text.getBytes(StandardCharsets.UTF_8));
    }
}
