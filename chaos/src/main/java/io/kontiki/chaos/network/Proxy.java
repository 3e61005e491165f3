package io.kontiki.chaos.network;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Passes connections on, as long as its gates are open. While nobody listens at the other end, nobody listens here, so that
 * a dial is refused as it would be there. Threads of its own do the work; thread-safe.
 */
final class Proxy implements AutoCloseable {
    private static final int BUFFER_BYTES = 16 << 10;
    private static final long POLL_MILLIS = 20;
    private static final int DIAL_MILLIS = 1000;

    /** One direction. */
    interface Gate {
        /** Whether nothing passes now. */
        boolean isClosed();

        /** How much passes in a second. */
        int kilobits();
    }

    private final InetSocketAddress near;
    private final InetSocketAddress far;
    private final Gate there;
    private final Gate back;
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();
    private volatile ServerSocket listener;
    private volatile boolean closed;

    private Proxy(InetSocketAddress near, InetSocketAddress far, Gate there, Gate back) {
        this.near = near;
        this.far = far;
        this.there = there;
        this.back = back;
    }

    /**
     * Listens as soon as somebody listens at the other end.
     *
     * @param there what passes from who dials to who listens
     * @param back the other direction
     */
    static Proxy start(InetSocketAddress near, InetSocketAddress far, Gate there, Gate back) {
        Proxy proxy = new Proxy(near, far, there, back);
        startThread(proxy::run);
        return proxy;
    }

    private static void startThread(Runnable work) {
        Thread thread = new Thread(work, "chaos-proxy");
        thread.setDaemon(true);
        thread.start();
    }

    private void run() {
        while (!closed) {
            if (reachable()) {
                serve();
            }
            pause(POLL_MILLIS);
        }
    }

    private boolean reachable() {
        try (Socket probe = new Socket()) {
            probe.connect(far, DIAL_MILLIS);
            return true;
        } catch (IOException refused) {
            return false;
        }
    }

    /** Returns once a dial at the other end is refused. */
    private void serve() {
        try (ServerSocket accepting = new ServerSocket()) {
            accepting.setReuseAddress(true);
            accepting.bind(near);
            listener = accepting;
            while (!closed) {
                pass(accepting.accept());
            }
        } catch (IOException e) {
            // Refused there, or closed here: told by the loop.
        }
    }

    private void pass(Socket dialled) throws IOException {
        Socket onward = new Socket();
        open.add(dialled);
        open.add(onward);
        try {
            onward.connect(far, DIAL_MILLIS);
        } catch (IOException refused) {
            reset(dialled);
            reset(onward);
            throw refused;
        }
        dialled.setTcpNoDelay(true);
        onward.setTcpNoDelay(true);
        startThread(() -> pump(dialled, onward, there));
        startThread(() -> pump(onward, dialled, back));
    }

    private void pump(Socket source, Socket target, Gate gate) {
        byte[] buffer = new byte[BUFFER_BYTES];
        try {
            InputStream in = source.getInputStream();
            OutputStream out = target.getOutputStream();
            for (int length = in.read(buffer); length >= 0; length = in.read(buffer)) {
                pause(length * 8L / gate.kilobits());
                awaitOpen(gate);
                out.write(buffer, 0, length);
            }
            awaitOpen(gate);
        } catch (IOException broken) {
            // As seen from the other side: the connection ends.
        }
        reset(source);
        reset(target);
    }

    /** The end of a connection is held back, too. */
    private void awaitOpen(Gate gate) {
        while (gate.isClosed() && !closed) {
            pause(POLL_MILLIS);
        }
    }

    private static void pause(long millis) {
        if (millis > 0) {
            try {
                Thread.sleep(millis);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private void reset(Socket socket) {
        open.remove(socket);
        try {
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        closed = true;
        open.forEach(this::reset);
        try {
            ServerSocket accepting = listener;
            if (accepting != null) {
                accepting.close();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
