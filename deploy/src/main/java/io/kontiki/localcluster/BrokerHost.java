package io.kontiki.localcluster;

import java.util.List;

/**
 * Where a broker's process runs.
 *
 * @param address where it listens, and where clients and other brokers reach it
 * @param port for gRPC
 * @param quorumPort for the metadata quorum
 * @param launcher words to put before the command, such as those that enter a network namespace; empty for none
 */
public record BrokerHost(String address, int port, int quorumPort, List<String> launcher) {
    private static final String LOOPBACK = "127.0.0.1";

    public BrokerHost {
        launcher = List.copyOf(launcher);
    }

    /** On the loopback address; the quorum's port is configured otherwise. */
    static BrokerHost loopback(int port) {
        return loopback(port, 0);
    }

    static BrokerHost loopback(int port, int quorumPort) {
        return new BrokerHost(LOOPBACK, port, quorumPort, List.of());
    }

    String quorumAddress() {
        return address + ":" + quorumPort;
    }
}
