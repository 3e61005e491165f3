package io.kontiki.broker;

import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.netty.shaded.io.netty.channel.EventLoopGroup;
import io.grpc.netty.shaded.io.netty.channel.MultiThreadIoEventLoopGroup;
import io.grpc.netty.shaded.io.netty.channel.ServerChannel;
import io.grpc.netty.shaded.io.netty.channel.epoll.Epoll;
import io.grpc.netty.shaded.io.netty.channel.epoll.EpollIoHandler;
import io.grpc.netty.shaded.io.netty.channel.epoll.EpollServerSocketChannel;
import io.grpc.netty.shaded.io.netty.channel.nio.NioIoHandler;
import io.grpc.netty.shaded.io.netty.channel.socket.nio.NioServerSocketChannel;
import java.util.concurrent.TimeUnit;

/**
 * What accepts and serves the connections of a gRPC server. gRPC would make the same by itself, but lets nobody at the
 * listening channel then, where connections are counted.
 */
final class ServerThreads implements AutoCloseable {
    /** Netty's own number. */
    private static final int USUAL = 0;

    private final EventLoopGroup accepting = group("kontiki-accept", 1);
    private final EventLoopGroup serving = group("kontiki-connections", USUAL);
    private final int connectionsMax;
    private final ConnectionCounts connections;

    /** @param connectionsMax connections at a time, at least 1 */
    ServerThreads(int connectionsMax, ConnectionCounts connections) {
        this.connectionsMax = connectionsMax;
        this.connections = connections;
    }

    NettyServerBuilder use(NettyServerBuilder builder) {
        return builder.bossEventLoopGroup(accepting)
                .workerEventLoopGroup(serving)
                .channelFactory(this::listener);
    }

    private ServerChannel listener() {
        var channel = Epoll.isAvailable() ? new EpollServerSocketChannel() : new NioServerSocketChannel();
        // In front of what takes them over.
        channel.pipeline().addLast(new ConnectionLimit(connectionsMax, connections));
        return channel;
    }

    private static EventLoopGroup group(String name, int threads) {
        return new MultiThreadIoEventLoopGroup(
                threads,
                DaemonThreads.named(name),
                Epoll.isAvailable() ? EpollIoHandler.newFactory() : NioIoHandler.newFactory());
    }

    /** Waits for nobody. The server must have stopped before. */
    @Override
    public void close() {
        accepting.shutdownGracefully(0, 0, TimeUnit.SECONDS);
        serving.shutdownGracefully(0, 0, TimeUnit.SECONDS);
    }
}
