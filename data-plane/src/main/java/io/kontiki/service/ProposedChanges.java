package io.kontiki.service;

import io.grpc.Context;
import io.grpc.stub.StreamObserver;
import io.kontiki.metadata.LocalMetadata;
import io.kontiki.metadata.MetadataImage;
import io.kontiki.proto.internal.v1.ProposeRequest;
import io.kontiki.proto.internal.v1.ProposeResponse;
import io.kontiki.proto.v1.ErrorReason;
import io.kontiki.quorum.Proposer;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * Has the controller change the metadata. The answer waits until this broker's own image has the change, so that the
 * caller reads what it wrote. Any thread.
 */
final class ProposedChanges {
    /** Longest wait for the controller and for the local image, if the caller set no deadline. */
    private static final long WAIT_SECONDS_MAX = 30;
    /** Of a caller's time, this part, but no more than so long, is left for the answer's way: else the caller never reads why. */
    private static final int ANSWER_PART = 5;

    private static final long ANSWER_MILLIS_MAX = 500;

    /** What the controller answered, and an image that holds what it did. */
    record Made(ProposeResponse response, MetadataImage image) {}

    private final LocalMetadata metadata;
    private final Proposer proposer;

    ProposedChanges(LocalMetadata metadata, Proposer proposer) {
        this.metadata = metadata;
        this.proposer = proposer;
    }

    /**
     * To be called in the context of the caller's call, whose deadline counts.
     *
     * @return fails with the refusal as a gRPC status
     */
    CompletableFuture<Made> propose(Consumer<ProposeRequest.Builder> request) {
        RequestLimits.ready(metadata.current());
        ProposeRequest.Builder proposal = ProposeRequest.newBuilder();
        request.accept(proposal);
        return proposer.propose(proposal.build())
                .thenCompose(this::visibleHere)
                .orTimeout(waitMillisMax(), TimeUnit.MILLISECONDS)
                .exceptionallyCompose(failure -> CompletableFuture.failedFuture(explained(failure)));
    }

    /** As {@link #propose}, and answers a call with what came of it. */
    <A> void propose(Consumer<ProposeRequest.Builder> request, Function<Made, A> answer, StreamObserver<A> out) {
        UnaryAnswer.send(propose(request).thenApply(answer), out);
    }

    private CompletableFuture<Made> visibleHere(ProposeResponse response) {
        ServiceErrors.throwIfRefused(response.getReply());
        return metadata.awaitIndex(response.getIndex()).thenApply(image -> new Made(response, image));
    }

    private static Throwable explained(Throwable failure) {
        Throwable cause = failure instanceof CompletionException ? failure.getCause() : failure;
        return cause instanceof TimeoutException
                ? ServiceErrors.exception(
                        ErrorReason.ERROR_REASON_QUORUM_UNAVAILABLE,
                        "the metadata quorum did not answer in time; the change may have been made")
                : failure;
    }

    private static long waitMillisMax() {
        var deadline = Context.current().getDeadline();
        long longest = TimeUnit.SECONDS.toMillis(WAIT_SECONDS_MAX);
        if (deadline == null) {
            return longest;
        }
        long left = Math.max(0, deadline.timeRemaining(TimeUnit.MILLISECONDS));
        return Math.min(longest, left - Math.min(ANSWER_MILLIS_MAX, left / ANSWER_PART));
    }
}
