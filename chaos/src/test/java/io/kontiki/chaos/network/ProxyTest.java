package io.kontiki.chaos.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ProxyTest {
    private static final int SILENT_MILLIS = 200;

    /** A direction that a test opens and closes. */
    private static final class Door implements Proxy.Gate {
        private volatile boolean closed;

        @Override
        public boolean isClosed() {
            return closed;
        }

        @Override
        public int kilobits() {
            return Integer.MAX_VALUE;
        }
    }

    private final Door there = new Door();
    private final Door back = new Door();
    private ServerSocket server;
    private InetSocketAddress near;
    private Proxy proxy;

    @BeforeEach
    void start() throws IOException {
        server = new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
        near = new InetSocketAddress(InetAddress.getLoopbackAddress(), freePort());
        proxy = Proxy.start(near, (InetSocketAddress) server.getLocalSocketAddress(), there, back);
    }

    @AfterEach
    void stop() throws IOException {
        proxy.close();
        server.close();
    }

    private static int freePort() throws IOException {
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return free.getLocalPort();
        }
    }

    /** Both ends of a connection through the proxy. */
    private record Line(Socket dialler, Socket accepted) implements AutoCloseable {
        @Override
        public void close() throws IOException {
            dialler.close();
            accepted.close();
        }
    }

    private Line connect() throws IOException {
        Socket dialler = await().ignoreExceptions().until(this::dial, Socket::isConnected);
        dialler.getOutputStream().write(1);
        // The proxy looks now and then whether somebody listens; such a connection says nothing.
        while (true) {
            Socket accepted = server.accept();
            if (accepted.getInputStream().read() == 1) {
                accepted.setSoTimeout(SILENT_MILLIS);
                dialler.setSoTimeout(SILENT_MILLIS);
                return new Line(dialler, accepted);
            }
            accepted.close();
        }
    }

    private Socket dial() throws IOException {
        Socket socket = new Socket();
        socket.connect(near);
        return socket;
    }

    @Test
    void bytesPassBothWays() throws IOException {
        try (Line line = connect()) {
            line.dialler().getOutputStream().write(7);
            assertThat(line.accepted().getInputStream().read()).isEqualTo(7);
            line.accepted().getOutputStream().write(8);
            assertThat(line.dialler().getInputStream().read()).isEqualTo(8);
        }
    }

    @Test
    void closedDirectionHoldsBytesBackUntilItIsOpen() throws IOException {
        try (Line line = connect()) {
            there.closed = true;
            line.dialler().getOutputStream().write(7);
            assertThatThrownBy(() -> line.accepted().getInputStream().read())
                    .isInstanceOf(SocketTimeoutException.class);
            line.accepted().getOutputStream().write(8);
            assertThat(line.dialler().getInputStream().read()).isEqualTo(8);

            there.closed = false;
            assertThat(line.accepted().getInputStream().read()).isEqualTo(7);
        }
    }

    @Test
    void dialIsRefusedOnceNobodyListensAtTheOtherEnd() throws IOException {
        connect().close();
        server.close();

        await().untilAsserted(() -> assertThatThrownBy(() -> dial().close()).isInstanceOf(ConnectException.class));
    }
}
