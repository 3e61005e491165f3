package io.kontiki.quorum;

import io.kontiki.metadata.Endpoint;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;

/** Probes by a TCP connection that is closed at once. */
public final class TcpBrokerProbe implements BrokerProbe {
    private static final int CONNECT_MILLIS_MAX = 500;

    private final Executor executor;

    /** @param executor runs the dials, each of which blocks for up to half a second and a name lookup */
    public TcpBrokerProbe(Executor executor) {
        this.executor = Objects.requireNonNull(executor);
    }

    @Override
    public CompletableFuture<Finding> probe(Endpoint endpoint) {
        try {
            return CompletableFuture.supplyAsync(() -> dial(endpoint), executor);
        } catch (RejectedExecutionException e) {
            return CompletableFuture.completedFuture(Finding.UNKNOWN);
        }
    }

    /** Blocks until the dial tells something. */
    public static Finding dial(Endpoint endpoint) {
        try (var socket = new Socket()) {
            socket.connect(new InetSocketAddress(endpoint.host(), endpoint.port()), CONNECT_MILLIS_MAX);
            return Finding.LISTENING;
        } catch (ConnectException e) {
            return refused(e) ? Finding.REFUSED : Finding.UNKNOWN;
        } catch (IOException e) {
            return Finding.UNKNOWN;
        }
    }

    /** The JDK has one exception for ECONNREFUSED and ETIMEDOUT; only the text tells them apart, on every platform. */
    private static boolean refused(ConnectException e) {
        return e.getMessage() != null && e.getMessage().startsWith("Connection refused");
    }
}
