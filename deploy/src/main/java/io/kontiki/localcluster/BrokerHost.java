package io.kontiki.localcluster;

import java.util.List;
import java.util.Map;

/**
 * Where a broker's process runs.
 *
 * @param listens the address where it listens
 * @param known the host by which clients and other brokers reach it
 * @param port for gRPC
 * @param quorumPort for the metadata quorum
 * @param httpPort for metrics and health, on the loopback address of where the process runs; 0 for any, which nobody is told
 * @param launcher words to put before the command, such as those that enter a network namespace; empty for none
 * @param environment variables of its process
 */
public record BrokerHost(
        String listens,
        String known,
        int port,
        int quorumPort,
        int httpPort,
        List<String> launcher,
        Map<String, String> environment) {
    private static final String LOOPBACK = "127.0.0.1";

    public BrokerHost {
        launcher = List.copyOf(launcher);
        environment = Map.copyOf(environment);
    }

    /** With metrics and health at a port that nobody is told. */
    public BrokerHost(
            String listens,
            String known,
            int port,
            int quorumPort,
            List<String> launcher,
            Map<String, String> environment) {
        this(listens, known, port, quorumPort, 0, launcher, environment);
    }

    /** On the loopback address; the quorum's port is configured otherwise. */
    static BrokerHost loopback(int port) {
        return loopback(port, 0, 0);
    }

    static BrokerHost loopback(int port, int quorumPort, int httpPort) {
        return new BrokerHost(LOOPBACK, LOOPBACK, port, quorumPort, httpPort, List.of(), Map.of());
    }

    String endpoint() {
        return known + ":" + port;
    }

    String quorumEndpoint() {
        return known + ":" + quorumPort;
    }

    String quorumListener() {
        return listens + ":" + quorumPort;
    }

    String httpEndpoint() {
        return LOOPBACK + ":" + httpPort;
    }
}
