package io.kontiki.service;

import io.grpc.BindableService;
import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.inprocess.InProcessChannelBuilder;
import io.grpc.inprocess.InProcessServerBuilder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.UUID;
import java.util.concurrent.TimeUnit;

/** One service behind the interceptor that every broker has, without a socket. */
final class ServiceFixture implements AutoCloseable {
    private final Server server;
    private final ManagedChannel channel;

    ServiceFixture(BindableService service) {
        var name = UUID.randomUUID().toString();
        try {
            server = InProcessServerBuilder.forName(name)
                    .intercept(new DefectInterceptor())
                    .intercept(new CopiedResponses())
                    .addService(service)
                    .build()
                    .start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        channel = InProcessChannelBuilder.forName(name).build();
    }

    ManagedChannel channel() {
        return channel;
    }

    @Override
    public void close() {
        channel.shutdownNow();
        server.shutdownNow();
        try {
            // What the service runs on is stopped next, and its last events must not find it gone.
            server.awaitTermination(10, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
