package io.kontiki.cli.output;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/** The backslash escapes of format strings and separators: {@code \n \t \r \0 \\ \xHH}. */
public final class Escapes {
    private Escapes() {}

    /**
     * The bytes that the text stands for; what is not escaped is taken as UTF-8.
     *
     * @throws IllegalArgumentException naming an escape that is not understood
     */
    public static byte[] decode(String text) {
        var bytes = new ByteArrayOutputStream(text.length());
        int at = 0;
        while (at < text.length()) {
            int escape = text.indexOf('\\', at);
            int plainEnd = escape < 0 ? text.length() : escape;
            bytes.writeBytes(text.substring(at, plainEnd).getBytes(StandardCharsets.UTF_8));
            at = escape < 0 ? plainEnd : decodeOne(text, escape, bytes);
        }
        return bytes.toByteArray();
    }

    /** Decodes the escape that begins here; returns where the text goes on. */
    private static int decodeOne(String text, int at, ByteArrayOutputStream bytes) {
        char letter = at + 1 < text.length() ? text.charAt(at + 1) : ' ';
        if (letter == 'x') {
            bytes.write(hexByte(text, at));
            return at + 4;
        }
        bytes.write(
                switch (letter) {
                    case 'n' -> '\n';
                    case 't' -> '\t';
                    case 'r' -> '\r';
                    case '0' -> 0;
                    case '\\' -> '\\';
                    default -> throw unknown(text.substring(at, Math.min(at + 2, text.length())));
                });
        return at + 2;
    }

    private static int hexByte(String text, int at) {
        String escape = text.substring(at, Math.min(at + 4, text.length()));
        if (!escape.matches("\\\\x[0-9a-fA-F]{2}")) {
            throw unknown(escape);
        }
        return Integer.parseInt(escape.substring(2), 16);
    }

    private static IllegalArgumentException unknown(String escape) {
        return new IllegalArgumentException("escape '" + escape + "' is none of \\n \\t \\r \\0 \\\\ \\xHH");
    }
}
