package io.kontiki.metadata;

/**
 * A host name and port. The name is never resolved here: addresses change while names stay.
 *
 * @param host a name or address, 1 to 255 characters
 * @param port 1 to 65535
 */
public record Endpoint(String host, int port) {
    public Endpoint {
        if (host.isEmpty() || host.length() > 255) {
            throw new IllegalArgumentException("host \"" + host + "\" is not 1 to 255 characters long");
        }
        if (port < 1 || port > 65535) {
            throw new IllegalArgumentException("port " + port + " is not within 1 to 65535");
        }
    }

    /**
     * Inverse of {@link #toString}.
     *
     * @throws IllegalArgumentException if {@code text} is not host:port, with an IPv6 address in brackets
     */
    public static Endpoint parse(String text) {
        int colon = text.lastIndexOf(':');
        var host = text.substring(0, Math.max(colon, 0));
        boolean bracketed = host.startsWith("[") && host.endsWith("]");
        if (colon < 0 || (!bracketed && host.indexOf(':') >= 0)) {
            throw new IllegalArgumentException("\"" + text + "\" is not host:port");
        }
        return new Endpoint(
                bracketed ? host.substring(1, host.length() - 1) : host, Integer.parseInt(text.substring(colon + 1)));
    }

    @Override
    public String toString() {
        return (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + port;
    }
}
