package io.kontiki.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.grpc.ManagedChannel;
import io.grpc.stub.StreamObserver;
import io.kontiki.proto.v1.GroupServiceGrpc;
import io.kontiki.proto.v1.JoinGroup;
import io.kontiki.proto.v1.JoinRequest;
import io.kontiki.proto.v1.JoinResponse;
import io.kontiki.proto.v1.LeaveGroup;
import io.kontiki.proto.v1.MemberAssignment;
import io.kontiki.proto.v1.MemberHeartbeat;
import io.kontiki.proto.v1.OwnedPartitions;
import io.kontiki.proto.v1.Subscription;
import io.kontiki.proto.v1.TopicPartitions;
import java.time.Duration;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** A member of a group, by the stubs alone: lets go of what it is told to, at once. */
final class TestMember implements StreamObserver<JoinResponse> {
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private final String group;
    private final String id;
    private StreamObserver<JoinRequest> out;
    private boolean joined;
    private int epoch;
    private List<TopicPartitions> owned = List.of();
    private int heartbeats;
    private String end = "";

    TestMember(String group, String id) {
        this.group = group;
        this.id = id;
    }

    /** Joins, or takes its place again. */
    synchronized TestMember join(ManagedChannel channel, String... topics) {
        end = "";
        joined = false;
        out = GroupServiceGrpc.newStub(channel).join(this);
        out.onNext(JoinRequest.newBuilder()
                .setJoin(JoinGroup.newBuilder()
                        .setGroupId(group)
                        .setMemberId(id)
                        .setMemberEpoch(epoch)
                        .addAllOwned(owned)
                        .setSubscription(Subscription.newBuilder().addAllTopics(List.of(topics))))
                .build());
        return this;
    }

    @Override
    public synchronized void onNext(JoinResponse response) {
        if (response.hasJoined()) {
            joined = true;
            epoch = response.getJoined().getMemberEpoch();
        } else if (response.hasAssignment()) {
            onAssignment(response.getAssignment());
        } else {
            heartbeats++;
        }
    }

    private void onAssignment(MemberAssignment assignment) {
        boolean loses = !names(assignment.getPartitionsList()).containsAll(names(owned));
        epoch = assignment.getMemberEpoch();
        owned = assignment.getPartitionsList();
        if (loses) {
            out.onNext(JoinRequest.newBuilder()
                    .setOwned(OwnedPartitions.newBuilder().setMemberEpoch(epoch).addAllPartitions(owned))
                    .build());
        }
    }

    @Override
    public synchronized void onError(Throwable cause) {
        end = Refusals.reason(cause);
    }

    @Override
    public synchronized void onCompleted() {
        end = "completed";
    }

    synchronized void heartbeat() {
        out.onNext(JoinRequest.newBuilder()
                .setHeartbeat(MemberHeartbeat.getDefaultInstance())
                .build());
    }

    synchronized void leave() {
        out.onNext(JoinRequest.newBuilder()
                .setLeave(LeaveGroup.getDefaultInstance())
                .build());
    }

    synchronized int epoch() {
        return epoch;
    }

    synchronized int heartbeats() {
        return heartbeats;
    }

    /** As {@code topic-number}. */
    synchronized TreeSet<String> owned() {
        return names(owned);
    }

    private synchronized boolean isJoined() {
        return joined;
    }

    private synchronized String end() {
        return end;
    }

    private static TreeSet<String> names(List<TopicPartitions> partitions) {
        return partitions.stream()
                .flatMap(topic -> topic.getPartitionsList().stream().map(number -> topic.getTopic() + "-" + number))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    void awaitOwned(String... partitions) {
        await().atMost(PATIENCE)
                .untilAsserted(
                        () -> assertThat(owned()).as("partitions of " + id).containsExactly(partitions));
    }

    void awaitJoined() {
        await().atMost(PATIENCE).until(this::isJoined);
    }

    /** The reason for the end, or "completed". */
    String awaitEnd() {
        await().atMost(PATIENCE).until(() -> !end().isEmpty());
        return end();
    }
}
