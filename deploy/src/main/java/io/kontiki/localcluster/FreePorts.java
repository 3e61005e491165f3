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

    private FreePorts() {}

    /** {@code count} different ports, free at the time of the call. All are held until the last is found, so none comes twice. */
    public static List<Integer> find(int count) throws IOException {
        List<ServerSocket> held = new ArrayList<>();
        try {
            for (int tries = 0; held.size() < count; tries++) {
                int port = ThreadLocalRandom.current().nextInt(LOWEST, EPHEMERAL);
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
