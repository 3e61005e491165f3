package io.kontiki.quorum.ratis;

import io.kontiki.quorum.QuorumStartException;
import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.apache.ratis.server.RaftServer;
import org.apache.ratis.util.LifeCycle;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Closes a Ratis server and waits until what matters is done: the log is flushed, its directory unlocked and the port
 * free. Ratis itself returns 2 s later, the quiet time of its event loops, in which nothing more happens; that rest is
 * left to a daemon thread.
 */
final class ServerClosing {
    private static final Logger LOG = LoggerFactory.getLogger(ServerClosing.class);
    private static final long WAIT_MILLIS_MAX = 15_000;
    private static final long LOOK_MILLIS = 10;

    private ServerClosing() {}

    /** Whether that was reached within some seconds. */
    static boolean close(RaftServer server, Optional<RaftServer.Division> division, QuorumConfig config) {
        var thread = new Thread(() -> closeAll(server), "kontiki-quorum-close");
        thread.setDaemon(true);
        thread.start();
        var deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(WAIT_MILLIS_MAX);
        try {
            do {
                thread.join(LOOK_MILLIS);
            } while (thread.isAlive() && !isDone(division, config) && System.nanoTime() - deadline < 0);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return isDone(division, config);
    }

    private static boolean isDone(Optional<RaftServer.Division> division, QuorumConfig config) {
        if (division.filter(open -> open.getInfo().getLifeCycleState() != LifeCycle.State.CLOSED)
                .isPresent()) {
            return false;
        }
        try {
            StartChecks.portIsFree(config);
            return true;
        } catch (QuorumStartException e) {
            return false;
        }
    }

    /** Closes without hurry. */
    static void closeAll(RaftServer server) {
        try {
            server.close();
        } catch (IOException | RuntimeException e) {
            LOG.warn("The metadata log did not close in order", e);
        }
    }
}
