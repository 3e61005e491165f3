package io.kontiki.client;

import io.grpc.ConnectivityState;
import io.grpc.ManagedChannel;
import java.time.Duration;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/** The connections of one client, one per address, made when first needed. Thread-safe. */
final class Channels {
    private record Opened(ManagedChannel channel, HeardRun run) {}

    private final Transport transport;
    private final ConcurrentHashMap<HostPort, Opened> byAddress = new ConcurrentHashMap<>();
    private volatile boolean closed;

    Channels(Transport transport) {
        this.transport = transport;
    }

    /**
     * The channel to this address. If it has to dial, it does so at once, as gRPC's own pauses between dials would be longer
     * than ours, and asks anew what the name stands for: gRPC did so when the last connection ended, and brokers come back at
     * other addresses.
     */
    ManagedChannel to(HostPort address) {
        var channel = byAddress.computeIfAbsent(address, this::open).channel();
        if (closed) {
            channel.shutdownNow();
            throw new KontikiException(ErrorReason.CLOSED, "the client is closed");
        }
        var state = channel.getState(false);
        if (state == ConnectivityState.IDLE || state == ConnectivityState.TRANSIENT_FAILURE) {
            channel.enterIdle();
        }
        return channel;
    }

    private Opened open(HostPort address) {
        var run = new HeardRun();
        return new Opened(transport.open(address, run.interceptor()), run);
    }

    /**
     * The broker at this address runs anew: what goes on over a connection to an earlier run ends, and the next call dials.
     * Without this, a connection to a machine that vanished would be taken for a good one until its keepalive fails. Where
     * the present run has answered already, since the news of it came late, nothing ends.
     *
     * @param epoch number of the present run
     */
    void forget(HostPort address, long epoch) {
        byAddress.computeIfPresent(address, (same, opened) -> {
            if (opened.run().epoch() >= epoch) {
                return opened;
            }
            opened.channel().shutdownNow();
            return null;
        });
    }

    /** Whether there is a connection to any broker. */
    boolean anyConnected() {
        return byAddress.values().stream()
                .anyMatch(opened -> opened.channel().getState(false) == ConnectivityState.READY);
    }

    /** Closes all connections; calls that are still running have this long to end. */
    void close(Duration drainTime) {
        closed = true;
        byAddress.values().forEach(opened -> opened.channel().shutdown());
        long endNanos = System.nanoTime() + drainTime.toNanos();
        try {
            for (var opened : byAddress.values()) {
                var channel = opened.channel();
                long leftNanos = endNanos - System.nanoTime();
                if (leftNanos <= 0 || !channel.awaitTermination(leftNanos, TimeUnit.NANOSECONDS)) {
                    channel.shutdownNow();
                }
            }
        } catch (InterruptedException e) {
            byAddress.values().forEach(opened -> opened.channel().shutdownNow());
            Thread.currentThread().interrupt();
        }
    }
}
