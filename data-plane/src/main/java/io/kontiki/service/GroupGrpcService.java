package io.kontiki.service;

import com.google.protobuf.Message;
import io.grpc.MethodDescriptor;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.kontiki.metadata.LocalMetadata;
import io.kontiki.proto.v1.CommitOffsetsRequest;
import io.kontiki.proto.v1.CommitOffsetsResponse;
import io.kontiki.proto.v1.DeleteGroupRequest;
import io.kontiki.proto.v1.DeleteGroupResponse;
import io.kontiki.proto.v1.DeleteOffsetsRequest;
import io.kontiki.proto.v1.DeleteOffsetsResponse;
import io.kontiki.proto.v1.DescribeGroupRequest;
import io.kontiki.proto.v1.DescribeGroupResponse;
import io.kontiki.proto.v1.ErrorReason;
import io.kontiki.proto.v1.FetchOffsetsRequest;
import io.kontiki.proto.v1.FetchOffsetsResponse;
import io.kontiki.proto.v1.GroupServiceGrpc;
import io.kontiki.proto.v1.JoinGroup;
import io.kontiki.proto.v1.JoinRequest;
import io.kontiki.proto.v1.JoinResponse;
import io.kontiki.proto.v1.ListGroupsRequest;
import io.kontiki.proto.v1.ListGroupsResponse;
import io.kontiki.proto.v1.RemoveMemberRequest;
import io.kontiki.proto.v1.RemoveMemberResponse;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;

/**
 * Consumer groups, at every broker: what is about a group goes to its coordinator, here or at another broker. The list of all
 * groups is that of this broker's image. To be served behind {@link CallOrigin#read}. Thread-safe.
 */
final class GroupGrpcService extends GroupServiceGrpc.GroupServiceImplBase {
    private final LocalMetadata metadata;
    private final GroupRouter router;
    private final JoinRelays relays;
    private final UnaryRelays unaryRelays = new UnaryRelays();
    private final GroupLoop coordinator;
    private volatile boolean leaving;

    GroupGrpcService(LocalMetadata metadata, GroupRouter router, JoinRelays relays, GroupLoop coordinator) {
        this.metadata = metadata;
        this.router = router;
        this.relays = relays;
        this.coordinator = coordinator;
    }

    /** From now on members are sent elsewhere. Those who come through another broker may stay until their group moves. */
    void leave() {
        leaving = true;
    }

    @Override
    public StreamObserver<JoinRequest> join(StreamObserver<JoinResponse> out) {
        return new JoinCall((ServerCallStreamObserver<JoinResponse>) out, this::open);
    }

    private JoinSide open(JoinGroup join, CallOrigin origin, ServerCallStreamObserver<JoinResponse> member) {
        if (leaving && !origin.relayed()) {
            throw ServiceErrors.exception(ErrorReason.ERROR_REASON_SHUTTING_DOWN, "this broker is stopping");
        }
        return router.route(join.getGroupId(), origin) instanceof GroupRouter.There there
                ? relays.open(there, join, member)
                : coordinator.join(join, origin.clientHost(), member);
    }

    @Override
    public void commitOffsets(CommitOffsetsRequest request, StreamObserver<CommitOffsetsResponse> out) {
        GroupLimits.commit(request);
        answer(
                request.getGroupId(),
                GroupServiceGrpc.getCommitOffsetsMethod(),
                request,
                coordinator::commitOffsets,
                out);
    }

    @Override
    public void fetchOffsets(FetchOffsetsRequest request, StreamObserver<FetchOffsetsResponse> out) {
        GroupLimits.fetch(request);
        answer(request.getGroupId(), GroupServiceGrpc.getFetchOffsetsMethod(), request, coordinator::fetchOffsets, out);
    }

    @Override
    public void listGroups(ListGroupsRequest request, StreamObserver<ListGroupsResponse> out) {
        GroupLimits.list(request);
        out.onNext(GroupMessages.page(RequestLimits.ready(metadata.current()), request));
        out.onCompleted();
    }

    @Override
    public void describeGroup(DescribeGroupRequest request, StreamObserver<DescribeGroupResponse> out) {
        GroupLimits.groupId(request.getGroupId());
        answer(
                request.getGroupId(),
                GroupServiceGrpc.getDescribeGroupMethod(),
                request,
                coordinator::describeGroup,
                out);
    }

    @Override
    public void deleteGroup(DeleteGroupRequest request, StreamObserver<DeleteGroupResponse> out) {
        GroupLimits.deleteGroup(request);
        answer(request.getGroupId(), GroupServiceGrpc.getDeleteGroupMethod(), request, coordinator::deleteGroup, out);
    }

    @Override
    public void deleteOffsets(DeleteOffsetsRequest request, StreamObserver<DeleteOffsetsResponse> out) {
        GroupLimits.deleteOffsets(request);
        answer(
                request.getGroupId(),
                GroupServiceGrpc.getDeleteOffsetsMethod(),
                request,
                coordinator::deleteOffsets,
                out);
    }

    @Override
    public void removeMember(RemoveMemberRequest request, StreamObserver<RemoveMemberResponse> out) {
        GroupLimits.removeMember(request);
        answer(request.getGroupId(), GroupServiceGrpc.getRemoveMemberMethod(), request, coordinator::removeMember, out);
    }

    private <Q extends Message, A> void answer(
            String groupId,
            MethodDescriptor<Q, A> method,
            Q request,
            Function<Q, CompletableFuture<A>> here,
            StreamObserver<A> out) {
        if (router.route(groupId, CallOrigin.current()) instanceof GroupRouter.There there) {
            unaryRelays.send(there, method, request, out);
        } else {
            UnaryAnswer.send(here.apply(request), out);
        }
    }
}
