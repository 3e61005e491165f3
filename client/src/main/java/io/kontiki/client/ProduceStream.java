package io.kontiki.client;

import io.grpc.Channel;
import io.grpc.Status;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import io.kontiki.proto.v1.ProduceRequest;
import io.kontiki.proto.v1.ProduceResponse;
import io.kontiki.proto.v1.ProduceServiceGrpc;

/** One {@code Produce} call to one broker. Methods are for the producer's loop; callbacks come on the connection's, and must not block. */
final class ProduceStream {
    /** What happens on a stream. */
    interface Listener {
        void onResponse(ProduceStream stream, ProduceResponse response);

        /** The stream may take requests again. */
        void onReady(ProduceStream stream);

        /** The stream is over; nothing more comes. */
        void onBroken(ProduceStream stream, Throwable error);
    }

    private final HostPort address;
    private final Listener listener;
    private volatile ClientCallStreamObserver<ProduceRequest> call;

    private ProduceStream(HostPort address, Listener listener) {
        this.address = address;
        this.listener = listener;
    }

    static ProduceStream open(Channel channel, HostPort address, Listener listener) {
        var stream = new ProduceStream(address, listener);
        // What arrives is handed over to the producer's loop, which is not worth another change of threads.
        ProduceServiceGrpc.newStub(channel).withExecutor(Runnable::run).produce(stream.new Observer());
        return stream;
    }

    HostPort address() {
        return address;
    }

    /** Whether there is a connection, with room. */
    boolean isReady() {
        return call.isReady();
    }

    void send(ProduceRequest request) {
        call.onNext(request);
    }

    /** No more requests follow; those sent still arrive. */
    void finish() {
        call.onCompleted();
    }

    void cancel(String why) {
        call.cancel(why, null);
    }

    private final class Observer implements ClientResponseObserver<ProduceRequest, ProduceResponse> {
        @Override
        public void beforeStart(ClientCallStreamObserver<ProduceRequest> stream) {
            call = stream;
            stream.setOnReadyHandler(() -> listener.onReady(ProduceStream.this));
        }

        @Override
        public void onNext(ProduceResponse response) {
            listener.onResponse(ProduceStream.this, response);
        }

        @Override
        public void onError(Throwable error) {
            listener.onBroken(ProduceStream.this, error);
        }

        @Override
        public void onCompleted() {
            onError(Status.UNAVAILABLE.withDescription("ended by the broker").asRuntimeException());
        }
    }
}
