package io.kontiki.client;

import java.util.ArrayList;
import java.util.List;

/** An address of a broker, {@code host:port}, {@code [v6]:port} or a host alone with the default port. */
record HostPort(String host, int port) {
    static final int DEFAULT_PORT = 9392;
    private static final int MAX_PORT = 65535;

    static List<HostPort> parseList(String text) {
        var all = new ArrayList<HostPort>();
        for (var part : text.split(",", -1)) {
            all.add(parse(part.trim()));
        }
        return all;
    }

    static HostPort parse(String text) {
        int hostEnd = hostEnd(text);
        var host = text.substring(0, hostEnd);
        if (host.startsWith("[")) {
            host = host.substring(1, host.length() - 1);
        }
        if (host.isEmpty()) {
            throw malformed(text);
        }
        return new HostPort(host, hostEnd == text.length() ? DEFAULT_PORT : parsePort(text, hostEnd));
    }

    private static int hostEnd(String text) {
        if (text.startsWith("[")) {
            int bracket = text.indexOf(']');
            if (bracket < 0) {
                throw malformed(text);
            }
            return bracket + 1;
        }
        int colon = text.indexOf(':');
        return colon < 0 ? text.length() : colon;
    }

    private static int parsePort(String text, int colon) {
        if (text.charAt(colon) != ':') {
            throw malformed(text);
        }
        try {
            int port = Integer.parseInt(text.substring(colon + 1));
            if (port >= 1 && port <= MAX_PORT) {
                return port;
            }
        } catch (NumberFormatException e) {
            // Told below, together with numbers out of range.
        }
        throw malformed(text);
    }

    private static IllegalArgumentException malformed(String text) {
        return new IllegalArgumentException(
                "bootstrap server '" + text + "' is not host:port with a port of 1 to " + MAX_PORT);
    }

    @Override
    public String toString() {
        return (host.indexOf(':') < 0 ? host : "[" + host + "]") + ":" + port;
    }
}
