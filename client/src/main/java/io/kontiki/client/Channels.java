package io.kontiki.client;

import io.grpc.ConnectivityState;
import io.grpc.ManagedChannel;
import java.time.Duration;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/** The connections of one client, one per address, made when first needed. Thread-safe. */
final class Channels {
    private final Transport transport;
    private final ConcurrentHashMap<HostPort, ManagedChannel> byAddress = new ConcurrentHashMap<>();
    private volatile boolean closed;

    Channels(Transport transport) {
        this.transport = transport;
    }

    /** The channel to this address, told to dial at once: gRPC's own pauses between dials would be longer than ours. */
    ManagedChannel to(HostPort address) {
        var channel = byAddress.computeIfAbsent(address, transport::open);
        if (closed) {
            channel.shutdownNow();
            throw new KontikiException(ErrorReason.CLOSED, "the client is closed");
        }
        if (channel.getState(false) == ConnectivityState.TRANSIENT_FAILURE) {
            channel.resetConnectBackoff();
        }
        return channel;
    }

    /** Whether there is a connection to any broker. */
    boolean anyConnected() {
        return byAddress.values().stream().anyMatch(channel -> channel.getState(false) == ConnectivityState.READY);
    }

    /** Closes all connections; calls that are still running have this long to end. */
    void close(Duration drainTime) {
        closed = true;
        byAddress.values().forEach(ManagedChannel::shutdown);
        long endNanos = System.nanoTime() + drainTime.toNanos();
        try {
            for (var channel : byAddress.values()) {
                long leftNanos = endNanos - System.nanoTime();
                if (leftNanos <= 0 || !channel.awaitTermination(leftNanos, TimeUnit.NANOSECONDS)) {
                    channel.shutdownNow();
                }
            }
        } catch (InterruptedException e) {
            byAddress.values().forEach(ManagedChannel::shutdownNow);
            Thread.currentThread().interrupt();
        }
    }
}
