package io.kontiki.cli;

import java.security.Security;

/**
 * How long this process remembers what names stand for. Brokers come back at other addresses behind the same names, and
 * Java's own 30 seconds, and 10 for names that it did not find, outlast a restart.
 *
 * <p>Java keeps to the first security property that it finds when it resolves its first name, and only without one to the
 * system property {@code sun.net.inetaddr.ttl}; {@code java.security} sets that for names not found, so no option of the
 * command line has a say there. Who starts the process with these options means them all the same.
 */
final class NameMemory {
    private static final String FOUND_SECONDS = "5";
    private static final String NOT_FOUND_SECONDS = "1";
    /** A security property for Java; gRPC, which remembers on its own, reads a system property of the same name. */
    static final String FOUND = "networkaddress.cache.ttl";

    static final String NOT_FOUND = "networkaddress.cache.negative.ttl";

    private NameMemory() {}

    /** To be called before anything resolves a name. */
    static void shorten() {
        Security.setProperty(FOUND, System.getProperty("sun.net.inetaddr.ttl", FOUND_SECONDS));
        Security.setProperty(NOT_FOUND, System.getProperty("sun.net.inetaddr.negative.ttl", NOT_FOUND_SECONDS));
        if (System.getProperty(FOUND) == null) {
            System.setProperty(FOUND, FOUND_SECONDS);
        }
    }
}
