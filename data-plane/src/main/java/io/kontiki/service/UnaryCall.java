package io.kontiki.service;

import io.grpc.stub.StreamObserver;
import java.util.concurrent.CompletableFuture;

/** The answer of a call to another broker, as a future. */
final class UnaryCall<A> implements StreamObserver<A> {
    private final CompletableFuture<A> answer = new CompletableFuture<>();

    CompletableFuture<A> answer() {
        return answer;
    }

    @Override
    public void onNext(A message) {
        answer.complete(message);
    }

    @Override
    public void onError(Throwable cause) {
        answer.completeExceptionally(cause);
    }

    @Override
    public void onCompleted() {
        // A unary call has told its message by now.
    }
}
