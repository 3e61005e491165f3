package io.kontiki.chaos.cluster;

import java.nio.file.Path;
import java.util.Map;

/**
 * What every broker is started with.
 *
 * @param distribution the unpacked distribution
 * @param jvmOptions of its JVM; empty for those that the distribution has by itself
 * @param config where it differs from the defaults
 */
public record BrokerSetup(Path distribution, String jvmOptions, Map<String, String> config) {
    public BrokerSetup {
        config = Map.copyOf(config);
    }
}
