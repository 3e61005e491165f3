package io.kontiki.client;

import io.grpc.Channel;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import io.kontiki.proto.v1.GroupServiceGrpc;
import io.kontiki.proto.v1.JoinRequest;
import io.kontiki.proto.v1.JoinResponse;
import java.util.Optional;

/** One {@code Join} call to one broker. Methods are for the membership's loop; callbacks come on a thread of gRPC. */
final class JoinStream {
    /** What happens on a stream. */
    interface Listener {
        void onMessage(JoinResponse response);

        /** The stream is over; without an error if the broker ended it. */
        void onEnd(Optional<KontikiException> error);
    }

    private final HostPort address;
    private final Listener listener;
    private volatile ClientCallStreamObserver<JoinRequest> call;

    private JoinStream(HostPort address, Listener listener) {
        this.address = address;
        this.listener = listener;
    }

    static JoinStream open(Channel channel, HostPort address, Listener listener) {
        var stream = new JoinStream(address, listener);
        GroupServiceGrpc.newStub(channel).join(stream.new Observer());
        return stream;
    }

    void send(JoinRequest request) {
        call.onNext(request);
    }

    void cancel(String why) {
        call.cancel(why, null);
    }

    private final class Observer implements ClientResponseObserver<JoinRequest, JoinResponse> {
        @Override
        public void beforeStart(ClientCallStreamObserver<JoinRequest> stream) {
            call = stream;
        }

        @Override
        public void onNext(JoinResponse response) {
            listener.onMessage(response);
        }

        @Override
        public void onError(Throwable error) {
            listener.onEnd(Optional.of(Errors.of(error, address)));
        }

        @Override
        public void onCompleted() {
            listener.onEnd(Optional.empty());
        }
    }
}
