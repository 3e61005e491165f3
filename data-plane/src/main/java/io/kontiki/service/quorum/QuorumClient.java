package io.kontiki.service.quorum;

import com.google.protobuf.ByteString;
import io.grpc.ManagedChannel;
import io.kontiki.metadata.Endpoint;
import io.kontiki.proto.internal.v1.CommandReply;
import io.kontiki.proto.internal.v1.ProposeRequest;
import io.kontiki.proto.internal.v1.ProposeResponse;
import io.kontiki.proto.internal.v1.QuorumServiceGrpc;
import io.kontiki.proto.v1.ErrorReason;
import io.kontiki.proto.v1.LeaderHint;
import io.kontiki.quorum.ControllerHost;
import io.kontiki.quorum.Proposer;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/**
 * Brings proposals to the controller: in this process by a call, elsewhere by gRPC. Tries again while the controller
 * moves or is overloaded, for at most {@link #TOTAL_MILLIS_MAX}. Thread-safe.
 */
public final class QuorumClient implements Proposer {
    /** Longest time for one proposal, tries and waits included. */
    public static final long TOTAL_MILLIS_MAX = 15_000;

    private static final long TRY_MILLIS_MAX = 5_000;
    private static final int PENDING_MAX = 4_096;

    private final int brokerId;
    private final String clusterId;
    private final QuorumView view;
    private final ControllerFinder finder;
    private final Function<Endpoint, ManagedChannel> channels;
    private final ScheduledExecutorService scheduler;
    private final Semaphore pending = new Semaphore(PENDING_MAX);

    /**
     * @param view tells whom to ask
     * @param channels gives the connection to an endpoint and keeps it; may throw IllegalStateException once closed
     * @param scheduler runs the next tries
     */
    public QuorumClient(
            int brokerId,
            String clusterId,
            ControllerHost host,
            QuorumView view,
            Function<Endpoint, ManagedChannel> channels,
            ScheduledExecutorService scheduler) {
        this.brokerId = brokerId;
        this.clusterId = Objects.requireNonNull(clusterId);
        this.view = Objects.requireNonNull(view);
        this.finder = new ControllerFinder(brokerId, host, view);
        this.channels = Objects.requireNonNull(channels);
        this.scheduler = Objects.requireNonNull(scheduler);
    }

    @Override
    public CompletableFuture<ProposeResponse> propose(ProposeRequest request) {
        if (!pending.tryAcquire()) {
            return CompletableFuture.completedFuture(refusal(
                    ErrorReason.ERROR_REASON_OVERLOADED, PENDING_MAX + " proposals of this broker are under way"));
        }
        var signed = request.toBuilder()
                .setFromBrokerId(brokerId)
                .setClusterId(clusterId)
                .setQuorumId(quorumId())
                .setRequestId(ThreadLocalRandom.current().nextLong())
                .build();
        var proposal = new Proposal(signed);
        proposal.answer.whenComplete((response, error) -> pending.release());
        proposal.attempt();
        return proposal.answer;
    }

    /** As messages name the quorum that this broker follows. */
    ByteString quorumId() {
        return view.quorumIdBytes();
    }

    /** Shared with the session, so that one learns from the other's hints. */
    ControllerFinder finder() {
        return finder;
    }

    ManagedChannel channel(Endpoint endpoint) {
        return Redial.now(channels.apply(endpoint));
    }

    /** One request on its way; its steps follow each other, on whatever thread the last answer came. */
    private final class Proposal {
        final CompletableFuture<ProposeResponse> answer = new CompletableFuture<>();
        private ProposeRequest request;
        private final long deadlineNanos = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(TOTAL_MILLIS_MAX);
        private final Backoff backoff = new Backoff();
        private String lastFailure = "no controller is known";

        Proposal(ProposeRequest request) {
            this.request = request;
        }

        void attempt() {
            var target = finder.find();
            if (target.isEmpty()) {
                again();
                return;
            }
            send(target.get()).whenComplete((response, error) -> {
                if (error != null) {
                    lastFailure = target.get() + ": " + error.getMessage();
                    finder.failed(target.get(), Optional.empty());
                    againThoughPerhapsMade();
                } else {
                    judge(target.get(), response);
                }
            });
        }

        private void judge(ControllerFinder.Target target, ProposeResponse response) {
            switch (response.getReply().getReason()) {
                case ERROR_REASON_NOT_LEADER -> {
                    lastFailure = target + ": " + response.getReply().getMessage();
                    finder.failed(target, hint(response));
                    again();
                }
                case ERROR_REASON_QUORUM_UNAVAILABLE -> {
                    lastFailure = target + ": " + response.getReply().getMessage();
                    againThoughPerhapsMade();
                }
                case ERROR_REASON_OVERLOADED -> {
                    lastFailure = target + ": " + response.getReply().getMessage();
                    again();
                }
                case ERROR_REASON_WRONG_CLUSTER -> {
                    if (request.getQuorumId().isEmpty()) {
                        answer.complete(response);
                    } else {
                        lastFailure = target + ": " + response.getReply().getMessage();
                        finder.stranger(target, response.getReply().getMessage());
                        again();
                    }
                }
                default -> answer.complete(response);
            }
        }

        private CompletableFuture<ProposeResponse> send(ControllerFinder.Target target) {
            if (target.local().isPresent()) {
                return target.local().get().propose(request);
            }
            var left = TimeUnit.NANOSECONDS.toMillis(deadlineNanos - System.nanoTime());
            var result = new CompletableFuture<ProposeResponse>();
            try {
                QuorumServiceGrpc.newStub(channel(target.endpoint().orElseThrow()))
                        .withDeadlineAfter(Math.max(1, Math.min(left, TRY_MILLIS_MAX)), TimeUnit.MILLISECONDS)
                        .propose(request, new MemberCalls.Single<>(result));
            } catch (RuntimeException e) {
                result.completeExceptionally(e);
            }
            return result;
        }

        /**
         * Not what is known to the controller by name alone, which may be another one's by now: a topic that is to be deleted
         * and is not known here, or a run of a broker that is to be forgotten.
         */
        private void againThoughPerhapsMade() {
            if (request.hasUnregisterBroker()
                    || request.hasDeleteTopic() && request.getTopicId().isEmpty()) {
                giveUp();
                return;
            }
            request = request.toBuilder().setRepeated(true).build();
            again();
        }

        private void again() {
            var waitMillis = backoff.nextMillis();
            if (System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(waitMillis) - deadlineNanos >= 0) {
                giveUp();
                return;
            }
            try {
                scheduler.schedule(this::attempt, waitMillis, TimeUnit.MILLISECONDS);
            } catch (RejectedExecutionException e) {
                lastFailure = "this broker is stopping";
                giveUp();
            }
        }

        private void giveUp() {
            answer.complete(refusal(
                    ErrorReason.ERROR_REASON_QUORUM_UNAVAILABLE, "the controller did not answer: " + lastFailure));
        }
    }

    private static Optional<LeaderHint> hint(ProposeResponse response) {
        return response.hasController() ? Optional.of(response.getController()) : Optional.empty();
    }

    private static ProposeResponse refusal(ErrorReason reason, String message) {
        return ProposeResponse.newBuilder()
                .setReply(CommandReply.newBuilder().setReason(reason).setMessage(message))
                .build();
    }
}
