package io.kontiki.broker;

import io.grpc.ManagedChannel;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.kontiki.metadata.Endpoint;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * Connections to other brokers for one kind of traffic, one for each endpoint, opened when first asked for. Control and
 * data have their own, so that a big fetch cannot hold a heartbeat up. Thread-safe.
 */
final class BrokerChannels implements AutoCloseable {
    private static final int FLOW_CONTROL_WINDOW_BYTES = 4 << 20;
    private static final long STOP_MILLIS = 2_000;

    private final int messageMaxBytes;
    private final Map<Endpoint, ManagedChannel> channels = new HashMap<>();
    private boolean closed;

    /** @param messageMaxBytes largest message taken from others */
    BrokerChannels(int messageMaxBytes) {
        this.messageMaxBytes = messageMaxBytes;
    }

    /** @throws IllegalStateException once closed */
    synchronized ManagedChannel to(Endpoint endpoint) {
        if (closed) {
            throw new IllegalStateException("the channels are closed");
        }
        var channel = channels.computeIfAbsent(endpoint, this::connect);
        // Who asks has reason to try now: the pause that gRPC keeps after failures would outlast the peer's restart.
        channel.resetConnectBackoff();
        return channel;
    }

    private ManagedChannel connect(Endpoint endpoint) {
        return NettyChannelBuilder.forTarget("dns:///" + endpoint)
                .usePlaintext()
                .maxInboundMessageSize(messageMaxBytes)
                .flowControlWindow(FLOW_CONTROL_WINDOW_BYTES)
                // A peer that vanished without a word is found by these, not by the kernel after many minutes.
                .keepAliveTime(30, TimeUnit.SECONDS)
                .keepAliveTimeout(10, TimeUnit.SECONDS)
                .build();
    }

    /** Cuts what is under way. */
    @Override
    public void close() {
        List<ManagedChannel> open;
        synchronized (this) {
            closed = true;
            open = new ArrayList<>(channels.values());
            channels.clear();
        }
        open.forEach(ManagedChannel::shutdownNow);
        try {
            for (var channel : open) {
                channel.awaitTermination(STOP_MILLIS, TimeUnit.MILLISECONDS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
