package io.kontiki.service.quorum;

import io.grpc.Context;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.StreamObserver;
import io.kontiki.metadata.BrokerRegistration;
import io.kontiki.metadata.Endpoint;
import io.kontiki.metadata.LocalMetadata;
import io.kontiki.proto.internal.v1.ChangeVotersRequest;
import io.kontiki.proto.internal.v1.ChangeVotersRequest.Change;
import io.kontiki.proto.internal.v1.ChangeVotersResponse;
import io.kontiki.proto.v1.AddVoterRequest;
import io.kontiki.proto.v1.AddVoterResponse;
import io.kontiki.proto.v1.DescribeQuorumRequest;
import io.kontiki.proto.v1.DescribeQuorumResponse;
import io.kontiki.proto.v1.ErrorReason;
import io.kontiki.proto.v1.RemoveVoterRequest;
import io.kontiki.proto.v1.RemoveVoterResponse;
import io.kontiki.proto.v1.ReplaceVoterRequest;
import io.kontiki.proto.v1.ReplaceVoterResponse;
import io.kontiki.proto.v1.TakeSnapshotRequest;
import io.kontiki.proto.v1.TakeSnapshotResponse;
import io.kontiki.proto.v1.TransferQuorumLeadershipRequest;
import io.kontiki.proto.v1.TransferQuorumLeadershipResponse;
import io.kontiki.proto.v1.VoterServiceGrpc;
import io.kontiki.service.ServiceErrors;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/** Shows the quorum, and hands changes of its voters on to the leader. Any thread. */
public final class VoterGrpcService extends VoterServiceGrpc.VoterServiceImplBase {
    private static final long WAIT_MILLIS_MAX = 70_000;

    private final int brokerId;
    private final String clusterId;
    private final QuorumView view;
    private final MemberGrpcService local;
    private final LocalMetadata metadata;
    private final MemberCalls calls;
    private final ScheduledExecutorService scheduler;
    private final QuorumDescription description;

    /** @param scheduler runs next tries */
    public VoterGrpcService(
            int brokerId,
            String clusterId,
            QuorumView view,
            MemberGrpcService local,
            LocalMetadata metadata,
            MemberCalls calls,
            ScheduledExecutorService scheduler) {
        this.brokerId = brokerId;
        this.clusterId = clusterId;
        this.view = view;
        this.local = local;
        this.metadata = metadata;
        this.calls = calls;
        this.scheduler = scheduler;
        this.description = new QuorumDescription(brokerId, view, metadata, calls);
    }

    @Override
    public void describeQuorum(DescribeQuorumRequest request, StreamObserver<DescribeQuorumResponse> out) {
        if (!view.votes() && view.leaderId().isEmpty()) {
            // Another broker may know more: a voter, or one that is registered.
            out.onError(ServiceErrors.exception(
                    ErrorReason.ERROR_REASON_STARTING, "this broker has no vote, and has not heard of the quorum yet"));
            return;
        }
        description.make().whenComplete((response, error) -> {
            if (error == null) {
                out.onNext(response);
                out.onCompleted();
            } else {
                out.onError(ServiceErrors.toStatus(error));
            }
        });
    }

    @Override
    public void addVoter(AddVoterRequest request, StreamObserver<AddVoterResponse> out) {
        change(Change.CHANGE_ADD, request.getBrokerId(), AddVoterResponse.getDefaultInstance(), out);
    }

    @Override
    public void removeVoter(RemoveVoterRequest request, StreamObserver<RemoveVoterResponse> out) {
        change(Change.CHANGE_REMOVE, request.getBrokerId(), RemoveVoterResponse.getDefaultInstance(), out);
    }

    @Override
    public void replaceVoter(ReplaceVoterRequest request, StreamObserver<ReplaceVoterResponse> out) {
        change(Change.CHANGE_REPLACE, request.getBrokerId(), ReplaceVoterResponse.getDefaultInstance(), out);
    }

    @Override
    public void transferQuorumLeadership(
            TransferQuorumLeadershipRequest request, StreamObserver<TransferQuorumLeadershipResponse> out) {
        change(
                Change.CHANGE_TRANSFER,
                request.getBrokerId(),
                TransferQuorumLeadershipResponse.getDefaultInstance(),
                out);
    }

    @Override
    public void takeSnapshot(TakeSnapshotRequest request, StreamObserver<TakeSnapshotResponse> out) {
        if (!view.votes()) {
            out.onError(ServiceErrors.exception(
                    ErrorReason.ERROR_REASON_INVALID_ARGUMENT,
                    "broker " + brokerId + " does not vote: it has no metadata log to take a snapshot of"));
            return;
        }
        view.takeSnapshot().thenAccept(index -> {
            if (index < 0) {
                out.onError(ServiceErrors.exception(
                        ErrorReason.ERROR_REASON_STORAGE_ERROR,
                        "broker " + brokerId + " could not take a snapshot; its log tells why"));
            } else {
                out.onNext(TakeSnapshotResponse.newBuilder()
                        .setBrokerId(brokerId)
                        .setIndex(index)
                        .build());
                out.onCompleted();
            }
        });
    }

    private <A> void change(Change change, int brokerId, A done, StreamObserver<A> out) {
        var request = ChangeVotersRequest.newBuilder()
                .setClusterId(clusterId)
                .setChange(change)
                .setBrokerId(brokerId)
                .build();
        var deadline = Context.current().getDeadline();
        long millis = deadline == null
                ? WAIT_MILLIS_MAX
                : Math.min(WAIT_MILLIS_MAX, deadline.timeRemaining(TimeUnit.MILLISECONDS));
        new Attempts(request, millis).answer.whenComplete((response, error) -> {
            if (error != null) {
                out.onError(ServiceErrors.toStatus(error));
            } else if (response.getReason() != ErrorReason.ERROR_REASON_UNSPECIFIED) {
                out.onError(ServiceErrors.exception(response.getReason(), response.getMessage()));
            } else {
                out.onNext(done);
                out.onCompleted();
            }
        });
    }

    /** One change on its way to whoever leads; repeated only if it certainly was not made. */
    private final class Attempts {
        final CompletableFuture<ChangeVotersResponse> answer = new CompletableFuture<>();
        private final ChangeVotersRequest request;
        private final long endNanos;
        private final Backoff backoff = new Backoff();
        private Optional<Endpoint> told = Optional.empty();
        private String lastFailure = "no leader is known";

        Attempts(ChangeVotersRequest request, long millisMax) {
            this.request = request;
            this.endNanos = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millisMax);
            attempt();
        }

        private void attempt() {
            var leader = told.or(this::knownLeader);
            told = Optional.empty();
            if (view.leads()) {
                local.change(request).whenComplete(this::judge);
            } else if (leader.isPresent()) {
                calls.change(leader.get(), request).whenComplete(this::judge);
            } else {
                again();
            }
        }

        private Optional<Endpoint> knownLeader() {
            var id = view.leaderId();
            return id.isEmpty()
                    ? Optional.empty()
                    : metadata.current().broker(id.getAsInt()).map(BrokerRegistration::endpoint);
        }

        private void judge(ChangeVotersResponse response, Throwable error) {
            if (error != null) {
                lastFailure = "the leader does not answer: " + CallFailure.words(error);
                if (isUnreachable(error)) {
                    again();
                } else {
                    giveUp();
                }
            } else if (response.getReason() == ErrorReason.ERROR_REASON_NOT_LEADER) {
                lastFailure = response.getMessage();
                if (response.hasLeader()) {
                    told = Optional.of(new Endpoint(
                            response.getLeader().getHost(), response.getLeader().getPort()));
                }
                again();
            } else {
                answer.complete(response);
            }
        }

        /** A change compares and sets, so that a repeat after a broken connection makes nothing twice. */
        private static boolean isUnreachable(Throwable error) {
            var cause = error instanceof CompletionException && error.getCause() != null ? error.getCause() : error;
            return cause instanceof StatusRuntimeException status
                    && status.getStatus().getCode() == Status.Code.UNAVAILABLE;
        }

        private void again() {
            long wait = backoff.nextMillis();
            if (System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(wait) - endNanos >= 0) {
                giveUp();
                return;
            }
            try {
                scheduler.schedule(this::attempt, wait, TimeUnit.MILLISECONDS);
            } catch (RejectedExecutionException e) {
                giveUp();
            }
        }

        private void giveUp() {
            answer.complete(ChangeVotersResponse.newBuilder()
                    .setReason(ErrorReason.ERROR_REASON_QUORUM_UNAVAILABLE)
                    .setMessage("the change was not made, or its outcome is unknown: " + lastFailure
                            + "; see kontiki quorum status")
                    .build());
        }
    }
}
