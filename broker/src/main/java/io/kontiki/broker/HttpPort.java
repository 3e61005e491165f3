package io.kontiki.broker;

import io.kontiki.broker.http.HttpEndpoint;
import io.kontiki.broker.http.HttpPage;
import io.kontiki.broker.metrics.ScrapedMetrics;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Opens the HTTP endpoint of a broker, with its pages. */
final class HttpPort {
    private static final Logger LOG = LoggerFactory.getLogger(HttpPort.class);

    private HttpPort() {}

    /** @throws BrokerStartException if the address cannot be bound */
    static Optional<HttpEndpoint> open(BrokerConfig config, Health health, ScrapedMetrics metrics) {
        Map<String, HttpPage> pages = new HashMap<>(health.pages());
        pages.put("/metrics", new MetricsPage(metrics));
        return config.httpListener().map(address -> open(address, pages));
    }

    private static HttpEndpoint open(ListenAddress address, Map<String, HttpPage> pages) {
        try {
            var endpoint = HttpEndpoint.start(address.toSocketAddress(), DaemonThreads.named("kontiki-http"), pages);
            LOG.info("Metrics and health are on {}", new ListenAddress(address.host(), endpoint.port()));
            return endpoint;
        } catch (IOException e) {
            throw new BrokerStartException(
                    "cannot listen on port " + address.port() + " (http.listener=" + address + "): " + e.getMessage()
                            + "; is another broker running? Set http.listener to another port, or to off",
                    e);
        }
    }
}
