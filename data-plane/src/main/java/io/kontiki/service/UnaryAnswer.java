package io.kontiki.service;

import io.grpc.stub.StreamObserver;
import java.util.concurrent.CompletableFuture;

/** Answers a unary call once a future completes. */
final class UnaryAnswer {
    private UnaryAnswer() {}

    static <A> void send(CompletableFuture<A> answer, StreamObserver<A> out) {
        answer.whenComplete((response, failure) -> {
            if (failure == null) {
                out.onNext(response);
                out.onCompleted();
            } else {
                out.onError(ServiceErrors.toStatus(failure));
            }
        });
    }
}
