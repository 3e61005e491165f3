package io.kontiki.broker;

import io.grpc.ManagedChannel;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.shaded.io.netty.buffer.PooledByteBufAllocator;
import io.grpc.netty.shaded.io.netty.channel.ChannelOption;
import io.kontiki.metadata.BrokerRegistration;
import io.kontiki.metadata.Endpoint;
import io.kontiki.metadata.MetadataDelta;
import io.kontiki.metadata.MetadataImage;
import io.kontiki.metadata.MetadataPublisher;
import io.kontiki.proto.UnstartedCalls;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/**
 * Connections to other brokers for one kind of traffic, one for each endpoint, opened when first asked for. Control and
 * data have their own, so that a big fetch cannot hold a heartbeat up. Thread-safe.
 */
final class BrokerChannels implements MetadataPublisher, AutoCloseable {
    private static final int FLOW_CONTROL_WINDOW_BYTES = 4 << 20;
    private static final long STOP_MILLIS = 2_000;

    /** An address that is not there any more may swallow what is sent to it, without a word. */
    private static final int CONNECT_MILLIS_MAX = 3_000;

    private record Opened(ManagedChannel channel, HeardIncarnation run) {}

    private final int messageMaxBytes;
    private final Map<Endpoint, Opened> channels = new HashMap<>();
    private final Restarts restarts = new Restarts(this::forget);
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
        var channel = channels.computeIfAbsent(endpoint, this::connect).channel();
        switch (channel.getState(false)) {
            // gRPC asked what the name stands for when the last connection ended; the peer may come back elsewhere. And
            // whoever asks has reason to try now: the pause that gRPC keeps after failures would outlast a restart.
            case IDLE, TRANSIENT_FAILURE -> channel.enterIdle();
            default -> {}
        }
        return channel;
    }

    /**
     * Lets go of the connections to brokers that went or moved; calls under way on them end by themselves. Also of those to
     * an earlier run of a broker, which may hang if its machine vanished; calls on them have no answer to wait for.
     */
    @Override
    public void onMetadata(MetadataDelta delta, MetadataImage image) {
        restarts.onMetadata(delta, image);
        if (!delta.changedBrokers().isEmpty() || !delta.removedBrokers().isEmpty()) {
            retain(image.brokers().values().stream()
                    .map(BrokerRegistration::endpoint)
                    .collect(Collectors.toSet()));
        }
    }

    private synchronized void retain(Set<Endpoint> endpoints) {
        channels.entrySet().removeIf(entry -> {
            boolean gone = !endpoints.contains(entry.getKey());
            if (gone) {
                entry.getValue().channel().shutdown();
            }
            return gone;
        });
    }

    private synchronized void forget(BrokerRegistration restarted) {
        var opened = channels.get(restarted.endpoint());
        // The news may come after that run has answered.
        if (opened != null && !opened.run().is(restarted.incarnation())) {
            channels.remove(restarted.endpoint());
            opened.channel().shutdownNow();
        }
    }

    private Opened connect(Endpoint endpoint) {
        var run = new HeardIncarnation();
        var channel = NettyChannelBuilder.forTarget("dns:///" + endpoint)
                .usePlaintext()
                .maxInboundMessageSize(messageMaxBytes)
                .flowControlWindow(FLOW_CONTROL_WINDOW_BYTES)
                // A peer that vanished without a word is found by these, not by the kernel after many minutes.
                .keepAliveTime(30, TimeUnit.SECONDS)
                .keepAliveTimeout(10, TimeUnit.SECONDS)
                .withOption(ChannelOption.CONNECT_TIMEOUT_MILLIS, CONNECT_MILLIS_MAX)
                // The pool of the broker's own endpoint; gRPC would make a second one.
                .withOption(ChannelOption.ALLOCATOR, PooledByteBufAllocator.DEFAULT)
                .intercept(new UnstartedCalls(), run.interceptor())
                .build();
        return new Opened(channel, run);
    }

    /** Cuts what is under way. */
    @Override
    public void close() {
        List<ManagedChannel> open;
        synchronized (this) {
            closed = true;
            open = new ArrayList<>(
                    channels.values().stream().map(Opened::channel).toList());
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
