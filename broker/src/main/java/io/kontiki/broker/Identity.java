package io.kontiki.broker;

import java.util.Optional;
import java.util.Properties;
import java.util.UUID;

/**
 * Whose data a directory holds; stored in {@code meta.properties} when the directory is made, and never changed but for the
 * quorum's id, which is added once:
 *
 * <pre>
 * version=1
 * cluster.id=...
 * broker.id=0
 * directory.id=UUID, drawn when the directory was made
 * quorum.id=UUID of the metadata quorum that its logs belong to, from the first registration on
 * </pre>
 *
 * @param clusterId 1 to 64 characters
 * @param brokerId at least 0
 * @param directoryId tells a directory from its replacement
 * @param quorumId tells a quorum from one that was formed again, whose topics are others (rule Q6)
 */
public record Identity(String clusterId, int brokerId, UUID directoryId, Optional<UUID> quorumId) {
    static final String FILE = "meta.properties";
    static final int FILE_BYTES_MAX = 4096;

    private static final String VERSION = "1";

    Properties toProperties() {
        var properties = new Properties();
        properties.setProperty("version", VERSION);
        properties.setProperty("cluster.id", clusterId);
        properties.setProperty("broker.id", Integer.toString(brokerId));
        properties.setProperty("directory.id", directoryId.toString());
        quorumId.ifPresent(id -> properties.setProperty("quorum.id", id.toString()));
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
                UUID.fromString(PropertiesFile.required(properties, "directory.id")),
                Optional.ofNullable(properties.getProperty("quorum.id")).map(UUID::fromString));
    }
}
