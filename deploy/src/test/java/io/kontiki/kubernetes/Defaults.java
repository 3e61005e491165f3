package io.kontiki.kubernetes;

import io.kontiki.broker.BrokerConfig;
import io.kontiki.broker.ConfigDocs;
import java.time.Duration;
import java.util.Map;

/** What a broker does where nothing is set. */
final class Defaults {
    private static final int QUORUM_PORT = 9393;

    private Defaults() {}

    /** The ports of a broker, by the names that they have in the manifests. */
    static Map<String, Integer> ports() {
        return Map.of("grpc", port("listeners"), "quorum", QUORUM_PORT, "http", port("http.listener"));
    }

    static Duration controlledShutdown() {
        return BrokerConfig.of(Map.of()).controlledShutdownTimeout();
    }

    private static int port(String key) {
        return ConfigDocs.broker().stream()
                .filter(each -> each.name().equals(key))
                .map(each -> each.defaultText().orElseThrow())
                .map(text -> Integer.parseInt(text.substring(text.lastIndexOf(':') + 1)))
                .findFirst()
                .orElseThrow();
    }
}
