package io.kontiki.broker;

import java.net.InetSocketAddress;

/**
 * Where to listen.
 *
 * @param host a name or address of this machine; empty for every interface
 * @param port 0 to 65535; 0 for any free port
 */
public record ListenAddress(String host, int port) {
    InetSocketAddress toSocketAddress() {
        return host.isEmpty() ? new InetSocketAddress(port) : new InetSocketAddress(host, port);
    }

    /** Whether both want one port of one interface, as far as their names tell. */
    boolean collidesWith(ListenAddress other) {
        return port != 0
                && port == other.port
                && (isEveryInterface() || other.isEveryInterface() || host.equals(other.host));
    }

    private boolean isEveryInterface() {
        return host.isEmpty() || host.equals("0.0.0.0") || host.equals("::");
    }

    @Override
    public String toString() {
        return (host.isEmpty() ? "*" : host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + port;
    }
}
