package io.kontiki.service.quorum;

import io.grpc.ManagedChannel;
import io.grpc.stub.StreamObserver;
import io.kontiki.metadata.Endpoint;
import io.kontiki.proto.internal.v1.ChangeVotersRequest;
import io.kontiki.proto.internal.v1.ChangeVotersResponse;
import io.kontiki.proto.internal.v1.DescribeMemberRequest;
import io.kontiki.proto.internal.v1.DescribeMemberResponse;
import io.kontiki.proto.internal.v1.JoinQuorumRequest;
import io.kontiki.proto.internal.v1.JoinQuorumResponse;
import io.kontiki.proto.internal.v1.LeaveQuorumRequest;
import io.kontiki.proto.internal.v1.LeaveQuorumResponse;
import io.kontiki.proto.internal.v1.MemberServiceGrpc;
import io.kontiki.proto.internal.v1.MemberServiceGrpc.MemberServiceStub;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.function.Function;

/** Calls to other brokers about their place in the quorum. Futures complete on threads of the transport. Thread-safe. */
public final class MemberCalls {
    private static final long DESCRIBE_MILLIS_MAX = 2_000;
    private static final long JOIN_MILLIS_MAX = 10_000;
    private static final long CHANGE_MILLIS_MAX = 70_000;

    private final String clusterId;
    private final Function<Endpoint, ManagedChannel> channels;

    /** @param channels gives the connection to an endpoint and keeps it; may throw IllegalStateException once closed */
    public MemberCalls(String clusterId, Function<Endpoint, ManagedChannel> channels) {
        this.clusterId = clusterId;
        this.channels = channels;
    }

    public CompletableFuture<DescribeMemberResponse> describe(Endpoint broker) {
        var request = DescribeMemberRequest.newBuilder().setClusterId(clusterId).build();
        return call(broker, DESCRIBE_MILLIS_MAX, (stub, out) -> stub.describeMember(request, out));
    }

    CompletableFuture<JoinQuorumResponse> join(Endpoint broker, JoinQuorumRequest.Builder request) {
        var signed = request.setClusterId(clusterId).build();
        return call(broker, JOIN_MILLIS_MAX, (stub, out) -> stub.joinQuorum(signed, out));
    }

    CompletableFuture<LeaveQuorumResponse> leave(Endpoint broker, String storageId) {
        var request = LeaveQuorumRequest.newBuilder()
                .setClusterId(clusterId)
                .setStorageId(storageId)
                .build();
        return call(broker, JOIN_MILLIS_MAX, (stub, out) -> stub.leaveQuorum(request, out));
    }

    CompletableFuture<ChangeVotersResponse> change(Endpoint leader, ChangeVotersRequest request) {
        return call(leader, CHANGE_MILLIS_MAX, (stub, out) -> stub.changeVoters(request, out));
    }

    private <A> CompletableFuture<A> call(
            Endpoint broker, long millisMax, BiConsumer<MemberServiceStub, StreamObserver<A>> request) {
        var answer = new CompletableFuture<A>();
        try {
            var stub = MemberServiceGrpc.newStub(Redial.now(channels.apply(broker)))
                    .withDeadlineAfter(millisMax, TimeUnit.MILLISECONDS);
            request.accept(stub, new Single<>(answer));
        } catch (RuntimeException e) {
            answer.completeExceptionally(e);
        }
        return answer;
    }

    /** The one answer of a unary call. */
    record Single<A>(CompletableFuture<A> result) implements StreamObserver<A> {
        @Override
        public void onNext(A response) {
            result.complete(response);
        }

        @Override
        public void onError(Throwable error) {
            result.completeExceptionally(error);
        }

        @Override
        public void onCompleted() {
            result.completeExceptionally(new IllegalStateException("the call ended without an answer"));
        }
    }
}
