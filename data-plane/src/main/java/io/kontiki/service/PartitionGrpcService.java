package io.kontiki.service;

import io.grpc.ManagedChannel;
import io.grpc.stub.StreamObserver;
import io.kontiki.metadata.Endpoint;
import io.kontiki.metadata.LocalMetadata;
import io.kontiki.proto.internal.v1.PartitionReply;
import io.kontiki.proto.v1.CancelReassignmentsRequest;
import io.kontiki.proto.v1.CancelReassignmentsResponse;
import io.kontiki.proto.v1.ElectLeadersRequest;
import io.kontiki.proto.v1.ElectLeadersResponse;
import io.kontiki.proto.v1.ErrorReason;
import io.kontiki.proto.v1.ListReassignmentsRequest;
import io.kontiki.proto.v1.ListReassignmentsResponse;
import io.kontiki.proto.v1.LogServiceGrpc;
import io.kontiki.proto.v1.PartitionName;
import io.kontiki.proto.v1.PartitionResult;
import io.kontiki.proto.v1.PartitionServiceGrpc;
import io.kontiki.proto.v1.ReassignPartitionsRequest;
import io.kontiki.proto.v1.ReassignPartitionsResponse;
import io.kontiki.proto.v1.ReassignedPartition;
import io.kontiki.quorum.Proposer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;

/** Elects leaders and moves replicas by hand (rules M8, M9, M11); what is judged, the controller judges. Any thread. */
final class PartitionGrpcService extends PartitionServiceGrpc.PartitionServiceImplBase {
    private final ProposedChanges changes;
    private final Reassignments reassignments;

    /** @param channels gives the shared channel to a broker */
    PartitionGrpcService(LocalMetadata metadata, Proposer proposer, Function<Endpoint, ManagedChannel> channels) {
        this.changes = new ProposedChanges(metadata, proposer);
        this.reassignments = new Reassignments(metadata, new OtherBrokers<>(channels, LogServiceGrpc::newStub));
    }

    @Override
    public void electLeaders(ElectLeadersRequest request, StreamObserver<ElectLeadersResponse> out) {
        PartitionRequests.check(request);
        changes.propose(
                proposal -> proposal.setElectLeaders(request),
                made -> made.response().getElected(),
                out);
    }

    @Override
    public void reassignPartitions(ReassignPartitionsRequest request, StreamObserver<ReassignPartitionsResponse> out) {
        PartitionRequests.check(request);
        List<PartitionName> names = request.getPartitionsList().stream()
                .map(ReassignedPartition::getPartition)
                .toList();
        changes.propose(
                proposal -> proposal.setReassignPartitions(request),
                made -> ReassignPartitionsResponse.newBuilder()
                        .addAllPartitions(results(names, made))
                        .build(),
                out);
    }

    @Override
    public void cancelReassignments(
            CancelReassignmentsRequest request, StreamObserver<CancelReassignmentsResponse> out) {
        PartitionRequests.check(request);
        List<PartitionName> names =
                request.getPartitionsCount() == 0 ? reassignments.names() : request.getPartitionsList();
        UnaryAnswer.send(
                cancel(names, new ArrayList<>())
                        .thenApply(results -> CancelReassignmentsResponse.newBuilder()
                                .addAllPartitions(results)
                                .build()),
                out);
    }

    /** As many at a time as a request may name. */
    private CompletableFuture<List<PartitionResult>> cancel(List<PartitionName> names, List<PartitionResult> done) {
        if (names.isEmpty()) {
            return CompletableFuture.completedFuture(done);
        }
        int count = Math.min(names.size(), PartitionRequests.PARTITIONS_MAX);
        List<PartitionName> part = names.subList(0, count);
        return changes.propose(proposal -> proposal.setCancelReassignments(
                        CancelReassignmentsRequest.newBuilder().addAllPartitions(part)))
                .thenCompose(made -> {
                    done.addAll(results(part, made));
                    return cancel(names.subList(count, names.size()), done);
                });
    }

    @Override
    public void listReassignments(ListReassignmentsRequest request, StreamObserver<ListReassignmentsResponse> out) {
        UnaryAnswer.send(
                reassignments
                        .list()
                        .thenApply(all -> ListReassignmentsResponse.newBuilder()
                                .addAllReassignments(all)
                                .build()),
                out);
    }

    private static List<PartitionResult> results(List<PartitionName> names, ProposedChanges.Made made) {
        List<PartitionReply> replies =
                made.response().getReply().getPartitions().getPartitionsList();
        if (replies.size() != names.size()) {
            throw new IllegalStateException(
                    "the controller judged " + replies.size() + " partitions of " + names.size());
        }
        List<PartitionResult> results = new ArrayList<>(names.size());
        for (int i = 0; i < names.size(); i++) {
            results.add(result(names.get(i), replies.get(i)));
        }
        return results;
    }

    private static PartitionResult result(PartitionName name, PartitionReply reply) {
        PartitionResult.Builder result = PartitionResult.newBuilder().setPartition(name);
        if (reply.getReason() != ErrorReason.ERROR_REASON_UNSPECIFIED) {
            result.setError(ServiceErrors.partitionError(Refusal.of(reply.getReason(), reply.getMessage())));
        }
        return result.build();
    }
}
