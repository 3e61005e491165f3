package io.kontiki.broker;

import io.kontiki.metadata.Endpoint;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.UnknownHostException;

/** What the configuration leaves open about addresses. */
final class Addresses {
    private static final String LOOPBACK = "127.0.0.1";
    private static final int QUORUM_PORT = 9393;

    private Addresses() {}

    /**
     * What others are told to connect to.
     *
     * @param port the port that is bound
     */
    static Endpoint advertised(BrokerConfig config, int port) {
        return config.advertisedListener().orElseGet(() -> {
            var host = config.listener().host();
            return new Endpoint(isWildcard(host) ? hostName() : host, port);
        });
    }

    /**
     * Where this process itself connects to.
     *
     * @param port the port that is bound
     */
    static Endpoint reachedFromHere(ListenAddress listener, int port) {
        return new Endpoint(isWildcard(listener.host()) ? LOOPBACK : listener.host(), port);
    }

    /** Where the metadata log listens; a single node, which nobody calls, takes any free port of the loopback. */
    static ListenAddress quorumListener(BrokerConfig config, int brokerId) {
        var configured = config.quorumListener()
                .orElseGet(() -> config.voters().stream()
                        .filter(voter -> voter.brokerId() == brokerId)
                        .findFirst()
                        .map(voter -> new ListenAddress("", voter.endpoint().port()))
                        .orElse(
                                config.outsideQuorum()
                                        ? new ListenAddress("", QUORUM_PORT)
                                        : new ListenAddress(LOOPBACK, 0)));
        return configured.port() == 0 ? new ListenAddress(configured.host(), freePort(configured)) : configured;
    }

    /**
     * What other voters are told to connect to: the configured voter's endpoint if this is one; else the host by which the
     * broker is known, since that is what others can reach, unless the listener names one.
     *
     * @param listener with the port that is to be bound
     */
    static Endpoint quorumEndpoint(BrokerConfig config, int brokerId, ListenAddress listener) {
        return config.voters().stream()
                .filter(voter -> voter.brokerId() == brokerId)
                .findFirst()
                .map(Voter::endpoint)
                .orElseGet(() -> new Endpoint(
                        isWildcard(listener.host())
                                ? advertised(config, listener.port()).host()
                                : listener.host(),
                        listener.port()));
    }

    private static boolean isWildcard(String host) {
        return host.isEmpty() || host.equals("0.0.0.0") || host.equals("::");
    }

    private static String hostName() {
        try {
            return InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException e) {
            return "localhost";
        }
    }

    private static int freePort(ListenAddress address) {
        try (var socket = new ServerSocket()) {
            socket.bind(address.host().isEmpty() ? new InetSocketAddress(0) : new InetSocketAddress(address.host(), 0));
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new BrokerStartException("quorum.listener " + address + " cannot be bound: " + e.getMessage(), e);
        }
    }
}
