package io.kontiki.broker;

import java.util.Properties;
import java.util.UUID;

/**
 * Whose data a directory holds; stored in {@code meta.properties} when the directory is made, and never changed:
 *
 * <pre>
 * version=1
 * cluster.id=...
 * broker.id=0
 * directory.id=UUID, drawn when the directory was made
 * </pre>
 *
 * @param clusterId 1 to 64 characters
 * @param brokerId at least 0
 * @param directoryId tells a directory from its replacement
 */
public record Identity(String clusterId, int brokerId, UUID directoryId) {
    static final String FILE = "meta.properties";
    static final int FILE_BYTES_MAX = 4096;

    private static final String VERSION = "1";

    Properties toProperties() {
        var properties = new Properties();
        properties.setProperty("version", VERSION);
        properties.setProperty("cluster.id", clusterId);
        properties.setProperty("broker.id", Integer.toString(brokerId));
        properties.setProperty("directory.id", directoryId.toString());
        return properties;
    }

    /** @throws IllegalArgumentException if a value is missing or malformed */
    static Identity of(Properties properties) {
        var version = properties.getProperty("version");
        if (!VERSION.equals(version)) {
            throw new IllegalArgumentException("its version is " + version + ", this software reads " + VERSION);
        }
        return new Identity(
                PropertiesFile.required(properties, "cluster.id"),
                Integer.parseInt(PropertiesFile.required(properties, "broker.id")),
                UUID.fromString(PropertiesFile.required(properties, "directory.id")));
    }
}
