package io.kontiki.quorum.ratis;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Passes on what comes to one port to another one, on loopback. Connections can be cut, and dialled again. */
final class Relay implements AutoCloseable {
    private final int targetPort;
    private final ServerSocket listener;
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();

    Relay(int port, int targetPort) throws IOException {
        this.targetPort = targetPort;
        this.listener = new ServerSocket(port, 50, InetAddress.getLoopbackAddress());
        start(this::accept);
    }

    private static void start(Runnable work) {
        var thread = new Thread(work, "relay");
        thread.setDaemon(true);
        thread.start();
    }

    private void accept() {
        while (!listener.isClosed()) {
            try {
                var near = added(listener.accept());
                start(() -> connect(near));
            } catch (IOException e) {
                // It is closed.
            }
        }
    }

    private void connect(Socket near) {
        try {
            var far = added(new Socket(InetAddress.getLoopbackAddress(), targetPort));
            start(() -> pass(far, near));
            pass(near, far);
        } catch (IOException e) {
            end(near); // Nobody listens there.
        }
    }

    private Socket added(Socket socket) throws IOException {
        socket.setTcpNoDelay(true);
        // So that an end is a reset: nothing that is on its way arrives.
        socket.setSoLinger(true, 0);
        open.add(socket);
        return socket;
    }

    private void pass(Socket source, Socket target) {
        try {
            source.getInputStream().transferTo(target.getOutputStream());
        } catch (IOException e) {
            // The other side learns of it.
        }
        end(source);
        end(target);
    }

    /** Ends the connections that there are. */
    void cut() {
        open.forEach(this::end);
    }

    private void end(Socket socket) {
        try {
            open.remove(socket);
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() throws IOException {
        listener.close();
        cut();
    }
}
