package io.kontiki.broker;

import io.grpc.netty.shaded.io.netty.channel.Channel;
import io.grpc.netty.shaded.io.netty.channel.ChannelHandlerContext;
import io.grpc.netty.shaded.io.netty.channel.ChannelInboundHandlerAdapter;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Closes connections above a limit as they are accepted: each costs a descriptor from then on, though nothing may ever
 * come over it, and gRPC itself knows no limit. Of one listening channel, and called by its thread.
 */
final class ConnectionLimit extends ChannelInboundHandlerAdapter {
    private static final Logger LOG = LoggerFactory.getLogger(ConnectionLimit.class);
    private static final long TELL_NANOS = TimeUnit.MINUTES.toNanos(1);

    private final int max;
    private final ConnectionCounts counts;

    private long toldNanos = System.nanoTime() - TELL_NANOS;

    /**
     * @param max connections at a time, at least 1
     * @param counts of this listener alone
     */
    ConnectionLimit(int max, ConnectionCounts counts) {
        this.max = max;
        this.counts = counts;
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object accepted) {
        var connection = (Channel) accepted;
        if (counts.open() >= max) {
            counts.onRefused();
            tell(connection);
            connection.unsafe().closeForcibly();
            return;
        }
        counts.onTaken();
        // On a thread of the connection.
        connection.closeFuture().addListener(closed -> counts.onClosed());
        context.fireChannelRead(accepted);
    }

    private void tell(Channel refused) {
        long now = System.nanoTime();
        if (now - toldNanos >= TELL_NANOS) {
            toldNanos = now;
            LOG.warn(
                    "A connection of {} is refused: {} are open, half of the descriptors that the process may have."
                            + " Close some, or raise the limit of open files",
                    refused.remoteAddress(),
                    max);
        }
    }
}
