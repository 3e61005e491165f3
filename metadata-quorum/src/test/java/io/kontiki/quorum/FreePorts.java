package io.kontiki.quorum;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Finds ports for tests that run beside others. They are drawn from below the range from which the kernel takes the near ends of
 * connections, so that neither a connection nor another process' search takes the port of a server that is about to start again.
 */
public final class FreePorts {
    private static final int LOWEST = 10_000;
    private static final int EPHEMERAL = 32_768;
    private static final int TRIES_MAX = 1_000;

    /** Two servers of a test look for theirs before either has taken it. */
    private static final Set<Integer> handedOut = new HashSet<>();

    private FreePorts() {}

    /** A port of 127.0.0.1 on which nobody listened at the time of the call; none comes twice in a process. */
    public static synchronized int find() {
        IOException last = null;
        for (int tries = 0; tries < TRIES_MAX; tries++) {
            int port = ThreadLocalRandom.current().nextInt(LOWEST, EPHEMERAL);
            try (var socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
                if (handedOut.add(socket.getLocalPort())) {
                    return socket.getLocalPort();
                }
            } catch (IOException taken) {
                last = taken;
            }
        }
        throw new UncheckedIOException("No free port", last);
    }
}
