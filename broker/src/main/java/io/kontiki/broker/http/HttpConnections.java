package io.kontiki.broker.http;

import java.util.Map;

/**
 * How many connections the HTTP server keeps, and for how long. The JDK's server knows that only from properties of the
 * process, which it reads once, when the first server is made; what is set on the command line counts.
 */
final class HttpConnections {
    /** Of any kind. Those above are closed at once, unread. */
    static final int OPEN_MAX = 512;
    /** Of those, how many may have had an answer and wait for the next request. Others are closed after their answer. */
    private static final int KEPT_MAX = 128;

    /** Longer than the usual time between two scrapes. */
    private static final int KEPT_SECONDS = 30;
    /** From accepting to the whole request; a connection that says nothing at all is open for no longer than that, either. */
    private static final int ARRIVAL_SECONDS = HttpThreads.ARRIVAL_MILLIS_MAX / 1000;

    private static final int LOOK_MILLIS = 500;

    private static final Map<String, Integer> PROPERTIES = Map.of(
            "jdk.httpserver.maxConnections", OPEN_MAX,
            "sun.net.httpserver.maxIdleConnections", KEPT_MAX,
            "sun.net.httpserver.idleInterval", KEPT_SECONDS,
            "sun.net.httpserver.maxReqTime", ARRIVAL_SECONDS,
            "sun.net.httpserver.timerMillis", LOOK_MILLIS,
            "sun.net.httpserver.clockTick", LOOK_MILLIS);

    private HttpConnections() {}

    /** To be called before a server is made. */
    static void limit() {
        PROPERTIES.forEach((name, value) -> {
            if (System.getProperty(name) == null) {
                System.setProperty(name, value.toString());
            }
        });
    }
}
