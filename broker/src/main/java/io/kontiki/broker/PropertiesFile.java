package io.kontiki.broker;

import io.kontiki.storage.Disk;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Properties;
import java.util.TreeMap;

/** Small files of {@code key=value} lines in the data directory, replaced as a whole. */
final class PropertiesFile {
    private PropertiesFile() {}

    /** Durable on return; a power cut leaves the old content or the new one. */
    static void write(Disk disk, String path, Properties properties) {
        var text = new StringBuilder();
        // Sorted, and without the time stamp that Properties.store adds: equal content gives equal bytes.
        new TreeMap<>(properties)
                .forEach((key, value) ->
                        text.append(key).append('=').append(value).append('\n'));
        disk.writeAtomically(path, text.toString().getBytes(StandardCharsets.UTF_8));
    }

    static Properties read(Disk disk, String path, int maxBytes) {
        var properties = new Properties();
        try {
            properties.load(new ByteArrayInputStream(disk.readSmall(path, maxBytes)));
        } catch (IOException e) {
            throw new UncheckedIOException(e); // An array does not fail.
        }
        return properties;
    }

    /** @throws IllegalArgumentException if there is none */
    static String required(Properties properties, String key) {
        var value = properties.getProperty(key);
        if (value == null || value.isEmpty()) {
            throw new IllegalArgumentException("it has no " + key);
        }
        return value;
    }
}
