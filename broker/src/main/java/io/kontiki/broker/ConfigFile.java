package io.kontiki.broker;

import java.io.IOException;
import java.io.StringReader;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;

/**
 * A properties file in UTF-8, read line by line: so that what is wrong in it is told with its line, and a key that stands
 * there twice is seen. A byte order mark at its beginning is passed over.
 */
final class ConfigFile {
    private static final int BYTES_MAX = 1 << 20;
    private static final String BYTE_ORDER_MARK = "\ufeff";

    /** @param line where it begins, from 1 */
    record Entry(String name, String value, int line) {}

    private ConfigFile() {}

    /**
     * In the order of the file.
     *
     * @throws IOException if it cannot be read, with a message of what it is or which line is wrong
     */
    static List<Entry> read(Path file) throws IOException {
        byte[] bytes = RegularFile.read(file, BYTES_MAX);
        String text;
        try {
            text = decoded(ByteBuffer.wrap(bytes));
        } catch (CharacterCodingException e) {
            throw new IOException("has bytes in line " + lineOfBadByte(bytes) + " that are not UTF-8", e);
        }
        return entries(text.startsWith(BYTE_ORDER_MARK) ? text.substring(1) : text);
    }

    private static String decoded(ByteBuffer bytes) throws CharacterCodingException {
        return StandardCharsets.UTF_8.newDecoder().decode(bytes).toString();
    }

    /** A line feed is a byte of its own in UTF-8. */
    private static int lineOfBadByte(byte[] bytes) {
        int line = 1;
        int start = 0;
        for (int i = 0; i < bytes.length; i++) {
            if (bytes[i] == '\n') {
                if (!isUtf8(bytes, start, i)) {
                    return line;
                }
                line++;
                start = i + 1;
            }
        }
        return line;
    }

    private static boolean isUtf8(byte[] bytes, int start, int end) {
        try {
            decoded(ByteBuffer.wrap(bytes, start, end - start));
            return true;
        } catch (CharacterCodingException e) {
            return false;
        }
    }

    private static List<Entry> entries(String text) throws IOException {
        var entries = new ArrayList<Entry>();
        String[] lines = text.split("\r\n|\r|\n", -1);
        for (int i = 0; i < lines.length; i++) {
            int first = i;
            var whole = new StringBuilder(lines[i]);
            // A comment ends with its line, whatever stands at its end.
            while (goesOn(lines[i]) && !isComment(lines[first]) && i + 1 < lines.length) {
                i++;
                whole.append('\n').append(lines[i]);
            }
            add(entries, whole.toString(), first + 1);
        }
        return entries;
    }

    private static boolean isComment(String line) {
        String text = line.stripLeading();
        return text.startsWith("#") || text.startsWith("!");
    }

    /** An even number of backslashes stands for half as many. */
    private static boolean goesOn(String line) {
        int end = line.length();
        while (end > 0 && line.charAt(end - 1) == '\\') {
            end--;
        }
        return (line.length() - end) % 2 == 1;
    }

    private static void add(List<Entry> entries, String line, int number) throws IOException {
        var properties = new Properties();
        try {
            properties.load(new StringReader(line));
        } catch (IllegalArgumentException e) {
            throw new IOException(
                    "has \\u in line " + number
                            + " without four hexadecimal digits behind it; a backslash is written \\\\",
                    e);
        }
        properties
                .stringPropertyNames()
                .forEach(name -> entries.add(new Entry(name, properties.getProperty(name), number)));
    }
}
