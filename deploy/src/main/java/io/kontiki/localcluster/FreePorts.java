package io.kontiki.localcluster;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Finds ports that nobody listens on. They lie below the range from which Linux takes the near ends of connections, so
 * that a broker that is restarted does not find its port taken by somebody's connection.
 */
public final class FreePorts {
    private static final int LOWEST = 10_000;
    private static final int EPHEMERAL = 32_768;
    private static final int TRIES_MAX = 10_000;
    /** Test processes beside each other draw from ports of their own: one whose broker is down for a moment is free, too. */
    private static final int SHARES = 2;

    private static final int SHARE = Integer.getInteger("surefire.forkNumber", 1) % SHARES;

    private FreePorts() {}

    /** {@code count} different ports, free at the time of the call. All are held until the last is found, so none comes twice. */
    public static List<Integer> find(int count) throws IOException {
        List<ServerSocket> held = new ArrayList<>();
        try {
            for (int tries = 0; held.size() < count; tries++) {
                int port = ThreadLocalRandom.current().nextInt(LOWEST / SHARES, EPHEMERAL / SHARES) * SHARES + SHARE;
                try {
                    held.add(new ServerSocket(port, 1, InetAddress.getLoopbackAddress()));
                } catch (IOException taken) {
                    if (tries == TRIES_MAX) {
                        throw taken;
                    }
                }
            }
            return held.stream().map(ServerSocket::getLocalPort).toList();
        } finally {
            for (ServerSocket socket : held) {
                socket.close();
            }
        }
    }
}
