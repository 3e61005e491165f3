package io.kontiki.benchmark.versus.load;

import io.grpc.CallOptions;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.InsecureServerCredentials;
import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.ServerServiceDefinition;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.ServerCalls;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.function.Consumer;

/** Both ends of a gRPC stream that carries bytes from one process to another and does nothing with them. */
final class BareStream {
    /** Messages without an answer: as many as keep both ends busy. */
    private static final int UNDER_WAY_MAX = 8;

    private static final int LARGEST_BYTES = 2 * StreamMethod.MESSAGE_BYTES;
    private static final byte[] ANSWER = new byte[8];

    private BareStream() {}

    /** A server on the loopback address, at any free port. */
    static Server serve() throws IOException {
        return Grpc.newServerBuilderForPort(0, InsecureServerCredentials.create())
                .maxInboundMessageSize(LARGEST_BYTES)
                .addService(ServerServiceDefinition.builder(StreamMethod.SERVICE)
                        .addMethod(
                                StreamMethod.METHOD,
                                ServerCalls.asyncBidiStreamingCall(answers ->
                                        new Ends(() -> answers.onNext(ANSWER), answers::onCompleted, answers::onError)))
                        .build())
                .build()
                .start();
    }

    /** Sends this array so many times, and returns when each is answered. */
    static void send(int port, byte[] message, long count) throws InterruptedException {
        ManagedChannel channel = Grpc.newChannelBuilderForAddress(
                        "localhost", port, InsecureChannelCredentials.create())
                .build();
        try {
            Semaphore room = new Semaphore(UNDER_WAY_MAX);
            CompletableFuture<Void> end = new CompletableFuture<>();
            StreamObserver<byte[]> requests = ClientCalls.asyncBidiStreamingCall(
                    channel.newCall(StreamMethod.METHOD, CallOptions.DEFAULT),
                    new Ends(room::release, () -> end.complete(null), cause -> {
                        end.completeExceptionally(cause);
                        room.release(UNDER_WAY_MAX);
                    }));
            for (long i = 0; i < count && !end.isCompletedExceptionally(); i++) {
                room.acquire();
                requests.onNext(message);
            }
            requests.onCompleted();
            end.join();
        } finally {
            channel.shutdownNow();
        }
    }

    /** An observer of three functions. */
    private record Ends(Runnable each, Runnable last, Consumer<Throwable> failure) implements StreamObserver<byte[]> {
        @Override
        public void onNext(byte[] message) {
            each.run();
        }

        @Override
        public void onCompleted() {
            last.run();
        }

        @Override
        public void onError(Throwable cause) {
            failure.accept(cause);
        }
    }
}
