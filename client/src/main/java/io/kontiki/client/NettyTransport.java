package io.kontiki.client;

import io.grpc.ClientInterceptor;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.shaded.io.netty.buffer.PooledByteBufAllocator;
import io.grpc.netty.shaded.io.netty.channel.ChannelOption;
import io.grpc.stub.MetadataUtils;
import io.kontiki.proto.UnstartedCalls;
import java.util.concurrent.TimeUnit;

/** Plain-text TCP connections. */
final class NettyTransport implements Transport {
    private static final int FLOW_CONTROL_WINDOW_BYTES = 4 << 20;
    /** An address that is not there any more may swallow what is sent to it, without a word. */
    private static final int CONNECT_MILLIS_MAX = 3_000;

    private static final Metadata.Key<String> CLIENT_ID =
            Metadata.Key.of("kontiki-client-id", Metadata.ASCII_STRING_MARSHALLER);

    private final Metadata headers = new Metadata();
    private final int maxInboundBytes;

    NettyTransport(String clientId, int maxInboundBytes) {
        this.maxInboundBytes = maxInboundBytes;
        headers.put(CLIENT_ID, clientId);
    }

    @Override
    public ManagedChannel open(HostPort address, ClientInterceptor listener) {
        // Retries are ours: gRPC's own would repeat a call whose outcome is unknown, without a sequence to tell it by.
        return NettyChannelBuilder.forAddress(address.host(), address.port())
                .usePlaintext()
                .disableRetry()
                // Callbacks only put something on a queue.
                .directExecutor()
                .keepAliveTime(30, TimeUnit.SECONDS)
                .keepAliveTimeout(10, TimeUnit.SECONDS)
                .withOption(ChannelOption.CONNECT_TIMEOUT_MILLIS, CONNECT_MILLIS_MAX)
                // With the chunks of gRPC's own, half as large, those for an answer are given back and asked for each
                // time.
                .withOption(ChannelOption.ALLOCATOR, PooledByteBufAllocator.DEFAULT)
                .flowControlWindow(FLOW_CONTROL_WINDOW_BYTES)
                .maxInboundMessageSize(maxInboundBytes)
                .intercept(new UnstartedCalls(), MetadataUtils.newAttachHeadersInterceptor(headers), listener)
                .build();
    }
}
