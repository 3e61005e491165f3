package io.kontiki.log;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.zip.CRC32C;

/**
 * A small text file of a log that is replaced as a whole and knows whether it is sound:
 *
 * <pre>
 * "0" | lines, as many as the file's kind has | CRC-32C of these lines, each with its line feed, in hexadecimal
 * </pre>
 *
 * @param name of the file in the log's directory
 * @param lines between the version and the checksum
 */
record ChecksummedLines(String name, int lines) {
    private static final String VERSION = "0";
    private static final int MAX_BYTES = 1024;

    /** Empty if the file is missing or not sound. */
    Optional<List<String>> read(LogDirectory directory) {
        List<String> all = directory.readLines(name, MAX_BYTES);
        if (all.size() != lines + 2 || !all.get(0).equals(VERSION)) {
            return Optional.empty();
        }
        List<String> content = all.subList(1, lines + 1);
        return all.get(lines + 1).equals(checksum(text(content))) ? Optional.of(content) : Optional.empty();
    }

    /** Durable on return. */
    void write(LogDirectory directory, List<String> content) {
        directory.writeText(name, whole(content));
    }

    /** Where there is no such file yet: see {@link LogDirectory#writeNew}. */
    void writeNew(LogDirectory directory, List<String> content) {
        directory.writeNew(name, whole(content));
    }

    private static String whole(List<String> content) {
        String text = text(content);
        return VERSION + "\n" + text + checksum(text) + "\n";
    }

    private static String text(List<String> lines) {
        return String.join("\n", lines) + "\n";
    }

    private static String checksum(String text) {
        CRC32C crc = new CRC32C();
        crc.update(text.getBytes(StandardCharsets.UTF_8));
        return Long.toHexString(crc.getValue());
    }
}
