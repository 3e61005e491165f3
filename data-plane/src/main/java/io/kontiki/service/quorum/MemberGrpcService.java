package io.kontiki.service.quorum;

import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.kontiki.metadata.Endpoint;
import io.kontiki.metadata.Excerpt;
import io.kontiki.metadata.LocalMetadata;
import io.kontiki.metadata.UuidBytes;
import io.kontiki.proto.internal.v1.ChangeVotersRequest;
import io.kontiki.proto.internal.v1.ChangeVotersResponse;
import io.kontiki.proto.internal.v1.CommandReply;
import io.kontiki.proto.internal.v1.DescribeMemberRequest;
import io.kontiki.proto.internal.v1.DescribeMemberResponse;
import io.kontiki.proto.internal.v1.JoinQuorumRequest;
import io.kontiki.proto.internal.v1.JoinQuorumResponse;
import io.kontiki.proto.internal.v1.LeaveQuorumRequest;
import io.kontiki.proto.internal.v1.LeaveQuorumResponse;
import io.kontiki.proto.internal.v1.MemberServiceGrpc;
import io.kontiki.proto.v1.ErrorReason;
import io.kontiki.quorum.ControllerHost;
import io.kontiki.quorum.QuorumMembers;
import io.kontiki.quorum.QuorumVoter;
import io.kontiki.quorum.VoterMessages;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A broker's place in the quorum, for other brokers. The leader makes changes here: it has the broker get ready, changes
 * the voters, and tells a broker that was removed. Brokers of another cluster are refused (rule Q6). Any thread.
 */
public final class MemberGrpcService extends MemberServiceGrpc.MemberServiceImplBase {
    private static final int ATTEMPTS = 2;
    private static final Logger LOG = LoggerFactory.getLogger(MemberGrpcService.class);

    private static final CommandReply NOT_LEADER =
            refusal(ErrorReason.ERROR_REASON_NOT_LEADER, "this broker does not lead the metadata quorum");

    private final int brokerId;
    private final String clusterId;
    private final QuorumView view;
    private final QuorumMembers members;
    private final Membership membership;
    private final ControllerHost host;
    private final LocalMetadata metadata;
    private final MemberCalls calls;
    private final AtomicBoolean changing = new AtomicBoolean();

    public MemberGrpcService(
            int brokerId,
            String clusterId,
            QuorumView view,
            QuorumMembers members,
            Membership membership,
            ControllerHost host,
            LocalMetadata metadata,
            MemberCalls calls) {
        this.brokerId = brokerId;
        this.clusterId = clusterId;
        this.view = view;
        this.members = members;
        this.membership = membership;
        this.host = host;
        this.metadata = metadata;
        this.calls = calls;
    }

    @Override
    public void describeMember(DescribeMemberRequest request, StreamObserver<DescribeMemberResponse> out) {
        var wrong = wrongCluster(request.getClusterId());
        wrong.map(message -> CompletableFuture.completedFuture(DescribeMemberResponse.newBuilder()
                        .setReason(ErrorReason.ERROR_REASON_WRONG_CLUSTER)
                        .setMessage(message)
                        .build()))
                .orElseGet(view::describe)
                .thenAccept(response -> reply(out, response));
    }

    @Override
    public void joinQuorum(JoinQuorumRequest request, StreamObserver<JoinQuorumResponse> out) {
        var wrong = wrongCluster(request.getClusterId());
        if (wrong.isPresent()) {
            reply(out, notJoined(ErrorReason.ERROR_REASON_WRONG_CLUSTER, wrong.get()));
        } else if (request.getBrokerId() != brokerId || !UuidBytes.isValid(request.getQuorumId())) {
            reply(
                    out,
                    notJoined(
                            ErrorReason.ERROR_REASON_INVALID_ARGUMENT,
                            "broker_id is " + request.getBrokerId() + " and quorum_id has "
                                    + request.getQuorumId().size() + " bytes, but this is broker " + brokerId
                                    + ", and " + UuidBytes.LENGTH + " bytes are needed"));
        } else {
            membership
                    .join(UuidBytes.fromBytes(request.getQuorumId()))
                    .handle(this::joined)
                    .thenAccept(response -> reply(out, response));
        }
    }

    private JoinQuorumResponse joined(QuorumVoter voter, Throwable error) {
        if (error == null) {
            return JoinQuorumResponse.newBuilder()
                    .setVoter(VoterMessages.message(voter))
                    .build();
        }
        LOG.warn("This broker cannot get ready to vote", error);
        var cause = error instanceof CompletionException && error.getCause() != null ? error.getCause() : error;
        return notJoined(
                ErrorReason.ERROR_REASON_INVALID_ARGUMENT,
                "broker " + brokerId + " cannot get ready to vote: " + cause.getMessage());
    }

    private static JoinQuorumResponse notJoined(ErrorReason reason, String message) {
        return JoinQuorumResponse.newBuilder()
                .setReason(reason)
                .setMessage(message)
                .build();
    }

    @Override
    public void leaveQuorum(LeaveQuorumRequest request, StreamObserver<LeaveQuorumResponse> out) {
        var response = LeaveQuorumResponse.getDefaultInstance();
        if (wrongCluster(request.getClusterId()).isPresent()) {
            reply(out, response);
        } else {
            membership.leave(request.getStorageId()).whenComplete((left, error) -> {
                if (error != null) {
                    LOG.error("A storage that was removed from the quorum could not be given up", error);
                }
                reply(out, response);
            });
        }
    }

    @Override
    public void changeVoters(ChangeVotersRequest request, StreamObserver<ChangeVotersResponse> out) {
        var wrong = wrongCluster(request.getClusterId());
        if (wrong.isPresent()) {
            reply(out, response(refusal(ErrorReason.ERROR_REASON_WRONG_CLUSTER, wrong.get())));
        } else {
            change(request).thenAccept(response -> reply(out, response));
        }
    }

    /** Never completes exceptionally. */
    CompletableFuture<ChangeVotersResponse> change(ChangeVotersRequest request) {
        if (!view.leads()) {
            return CompletableFuture.completedFuture(response(NOT_LEADER));
        }
        if (members.isChanging() || !changing.compareAndSet(false, true)) {
            return CompletableFuture.completedFuture(response(refusal(
                    ErrorReason.ERROR_REASON_CONCURRENT_CHANGE, "another change of the quorum's voters goes on")));
        }
        // So that what throws is answered, too, and ends the change.
        return CompletableFuture.completedFuture(request)
                .thenCompose(this::made)
                .exceptionally(error -> {
                    LOG.error("A change of the quorum's voters failed", error);
                    return refusal(
                            ErrorReason.ERROR_REASON_INTERNAL, "a defect of the broker; its log has the details");
                })
                .thenApply(reply -> {
                    changing.set(false);
                    return response(reply);
                });
    }

    /** With what comes before and after it, so that an offer of a storage is not overtaken by its removal. */
    private CompletableFuture<CommandReply> made(ChangeVotersRequest request) {
        int id = request.getBrokerId();
        return switch (request.getChange()) {
            case CHANGE_ADD -> add(id);
            case CHANGE_REPLACE -> ready(id, members::replace, ATTEMPTS);
            case CHANGE_REMOVE -> remove(id);
            case CHANGE_TRANSFER -> members.transfer(id);
            case CHANGE_UNSPECIFIED, UNRECOGNIZED ->
                CompletableFuture.completedFuture(
                        refusal(ErrorReason.ERROR_REASON_INVALID_ARGUMENT, "change is not set"));
        };
    }

    /**
     * A broker of which a voter is counted must not even open another storage: on the voter's address that one would
     * answer in its name (rule Q5).
     */
    private CompletableFuture<CommandReply> add(int id) {
        return view.describe()
                .thenCompose(told -> told.getLeading()
                        ? told.getVotersList().stream()
                                .filter(voter -> voter.getBrokerId() == id)
                                .findFirst()
                                .map(voter -> votesAlready(VoterMessages.voter(voter)))
                                .orElseGet(() -> ready(id, members::add, ATTEMPTS))
                        : CompletableFuture.completedFuture(NOT_LEADER));
    }

    private CompletableFuture<CommandReply> votesAlready(QuorumVoter voter) {
        int id = voter.brokerId();
        var broker = metadata.current().broker(id);
        if (broker.isEmpty()) {
            return CompletableFuture.completedFuture(unregistered(id));
        }
        var endpoint = broker.get().endpoint();
        return calls.describe(endpoint)
                .handle((told, error) -> error != null
                        ? refusal(ErrorReason.ERROR_REASON_QUORUM_UNAVAILABLE, unreachable(id, endpoint, error))
                        : told.getOwn().getStorageId().equals(voter.storageId())
                                ? CommandReply.getDefaultInstance()
                                : refusal(
                                        ErrorReason.ERROR_REASON_INVALID_ARGUMENT,
                                        "broker " + id + " is a voter already, with another storage, "
                                                + voter.memberId() + "; if that is lost, replace it"));
    }

    private static CommandReply unregistered(int id) {
        return refusal(
                ErrorReason.ERROR_REASON_INVALID_ARGUMENT,
                "broker_id " + id + " is no registered broker; start it first");
    }

    /** Another storage is offered for one that gave itself up (decision 22). */
    private CompletableFuture<CommandReply> ready(
            int id, Function<QuorumVoter, CompletableFuture<CommandReply>> change, int attempts) {
        var broker = metadata.current().broker(id);
        if (broker.isEmpty()) {
            return CompletableFuture.completedFuture(unregistered(id));
        }
        var join = JoinQuorumRequest.newBuilder()
                .setBrokerId(id)
                .setQuorumId(UuidBytes.toBytes(members.quorumId().orElseThrow()));
        var endpoint = broker.get().endpoint();
        return calls.join(endpoint, join)
                .handle((joined, error) -> error == null
                        ? joined
                        : notJoined(ErrorReason.ERROR_REASON_QUORUM_UNAVAILABLE, unreachable(id, endpoint, error)))
                .thenCompose(joined -> joined.getReason() == ErrorReason.ERROR_REASON_UNSPECIFIED
                        ? changed(VoterMessages.voter(joined.getVoter()), change)
                                .thenCompose(reply -> attempts > 1
                                                && reply.getReason() == ErrorReason.ERROR_REASON_QUORUM_UNAVAILABLE
                                                && !members.isChanging()
                                        ? ready(id, change, attempts - 1)
                                        : CompletableFuture.completedFuture(reply))
                        : CompletableFuture.completedFuture(refusal(joined.getReason(), joined.getMessage())));
    }

    /** Without what was opened in vain: only of a change that may still come about a storage waits. */
    private CompletableFuture<CommandReply> changed(
            QuorumVoter offered, Function<QuorumVoter, CompletableFuture<CommandReply>> change) {
        return change.apply(offered)
                .thenCompose(reply -> reply.getReason() == ErrorReason.ERROR_REASON_INVALID_ARGUMENT
                        ? tellToLeave(offered).thenApply(told -> reply)
                        : CompletableFuture.completedFuture(reply));
    }

    private static String unreachable(int id, Endpoint endpoint, Throwable error) {
        return "broker " + id + " does not answer at " + endpoint + ", is it running? " + CallFailure.words(error);
    }

    private CompletableFuture<CommandReply> remove(int id) {
        var before = members.voters().stream()
                .filter(voter -> voter.brokerId() == id)
                .findFirst();
        return members.remove(id)
                .thenCompose(reply -> reply.getReason() == ErrorReason.ERROR_REASON_UNSPECIFIED && before.isPresent()
                        ? tellToLeave(before.get()).thenApply(told -> reply)
                        : CompletableFuture.completedFuture(reply));
    }

    /** If it does not hear of this, it finds out when it asks for votes. Never completes exceptionally. */
    private CompletableFuture<Void> tellToLeave(QuorumVoter voter) {
        return metadata.current()
                .broker(voter.brokerId())
                .map(broker -> calls.leave(broker.endpoint(), voter.storageId()).handle((left, error) -> {
                    if (error != null) {
                        LOG.info(
                                "Broker {} does not know yet that it does not vote: {}",
                                voter.brokerId(),
                                CallFailure.words(error));
                    }
                    return (Void) null;
                }))
                .orElseGet(() -> CompletableFuture.completedFuture(null));
    }

    private ChangeVotersResponse response(CommandReply reply) {
        var response =
                ChangeVotersResponse.newBuilder().setReason(reply.getReason()).setMessage(reply.getMessage());
        if (reply.getReason() == ErrorReason.ERROR_REASON_NOT_LEADER) {
            host.controllerHint()
                    .filter(leader -> leader.getLeaderId() != brokerId)
                    .ifPresent(response::setLeader);
        }
        return response.build();
    }

    private Optional<String> wrongCluster(String told) {
        return told.equals(clusterId)
                ? Optional.empty()
                : Optional.of("cluster_id is \"" + Excerpt.of(told) + "\", but this cluster is \"" + clusterId + "\"");
    }

    private static CommandReply refusal(ErrorReason reason, String message) {
        return CommandReply.newBuilder().setReason(reason).setMessage(message).build();
    }

    private static <A> void reply(StreamObserver<A> out, A response) {
        // A caller that went away is none of ours.
        if (out instanceof ServerCallStreamObserver<?> call && call.isCancelled()) {
            return;
        }
        out.onNext(response);
        out.onCompleted();
    }
}
