package io.kontiki.broker;

import io.grpc.ManagedChannel;
import io.grpc.protobuf.StatusProto;
import io.grpc.stub.StreamObserver;
import io.kontiki.proto.v1.GroupServiceGrpc;
import io.kontiki.proto.v1.JoinGroup;
import io.kontiki.proto.v1.JoinRequest;
import io.kontiki.proto.v1.JoinResponse;
import io.kontiki.proto.v1.MemberHeartbeat;
import io.kontiki.proto.v1.Subscription;
import io.kontiki.proto.v1.TopicPartitions;
import java.util.List;

/** A lone member of a group, by the stubs alone. */
final class GroupMemberCalls implements StreamObserver<JoinResponse> {
    private final String group;
    private final String topic;
    private StreamObserver<JoinRequest> out;
    private boolean joined;
    private int epoch;
    private List<TopicPartitions> owned = List.of();
    private String end = "";

    GroupMemberCalls(String group, String topic) {
        this.group = group;
        this.topic = topic;
    }

    /** Joins, or takes its place again. */
    synchronized void join(ManagedChannel channel) {
        end = "";
        joined = false;
        out = GroupServiceGrpc.newStub(channel).join(this);
        out.onNext(JoinRequest.newBuilder()
                .setJoin(JoinGroup.newBuilder()
                        .setGroupId(group)
                        .setMemberId("m")
                        .setMemberEpoch(epoch)
                        .addAllOwned(owned)
                        .setSubscription(Subscription.newBuilder().addTopics(topic)))
                .build());
    }

    synchronized void heartbeat() {
        out.onNext(JoinRequest.newBuilder()
                .setHeartbeat(MemberHeartbeat.getDefaultInstance())
                .build());
    }

    @Override
    public synchronized void onNext(JoinResponse response) {
        if (response.hasJoined()) {
            joined = true;
            epoch = response.getJoined().getMemberEpoch();
        } else if (response.hasAssignment()) {
            epoch = response.getAssignment().getMemberEpoch();
            owned = response.getAssignment().getPartitionsList();
        }
    }

    @Override
    public synchronized void onError(Throwable cause) {
        end = StatusProto.fromThrowable(cause).toString();
    }

    @Override
    public synchronized void onCompleted() {
        end = "completed";
    }

    synchronized boolean isJoined() {
        return joined;
    }

    synchronized int epoch() {
        return epoch;
    }

    synchronized int partitions() {
        return owned.stream().mapToInt(TopicPartitions::getPartitionsCount).sum();
    }

    /** What ended its stream; empty while it lives. */
    synchronized String end() {
        return end;
    }
}
