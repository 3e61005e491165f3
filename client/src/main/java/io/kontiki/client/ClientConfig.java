package io.kontiki.client;

import java.time.Duration;
import java.util.List;

/** What {@link ClientBuilder} collected. */
record ClientConfig(
        List<HostPort> bootstrapServers, String clientId, Duration requestTimeout, Duration connectTimeout) {}
