package io.kontiki.client;

import io.kontiki.proto.v1.JoinGroup;
import io.kontiki.proto.v1.JoinRequest;
import io.kontiki.proto.v1.LeaveGroup;
import io.kontiki.proto.v1.MemberHeartbeat;
import io.kontiki.proto.v1.OwnedPartitions;
import java.util.SortedSet;

/** What one member says to its group. Immutable. */
final class JoinMessages {
    private static final JoinRequest HEARTBEAT = JoinRequest.newBuilder()
            .setHeartbeat(MemberHeartbeat.getDefaultInstance())
            .build();

    private final GroupConfig settings;
    private final long process;
    private long attempts;

    /** @param process drawn at random, so that the group tells a process from another one of the same member id */
    JoinMessages(GroupConfig settings, long process) {
        this.settings = settings;
        this.process = process;
    }

    /**
     * For a new stream.
     *
     * @param memberEpoch 0 to join anew
     */
    JoinRequest join(int memberEpoch, SortedSet<TopicPartition> owned, Subscription subscription) {
        var join = JoinGroup.newBuilder()
                .setGroupId(settings.groupId())
                .setMemberId(settings.memberId())
                .setMemberEpoch(memberEpoch)
                .addAllOwned(WireValues.byTopic(owned))
                .setInstanceId(settings.instanceId().orElse(""))
                .setSubscription(subscription.toWire())
                .setSessionTimeoutMs(settings.sessionTimeoutMillis().orElse(0))
                .setRebalanceTimeoutMs(settings.rebalanceTimeoutMillis().orElse(0))
                .setClientId(settings.clientId())
                .setProcess(process)
                .setAttempt(++attempts);
        settings.assignor().ifPresent(assignor -> join.setAssignor(WireValues.assignor(assignor)));
        return JoinRequest.newBuilder().setJoin(join).build();
    }

    JoinRequest heartbeat() {
        return HEARTBEAT;
    }

    JoinRequest owned(int memberEpoch, SortedSet<TopicPartition> partitions) {
        return JoinRequest.newBuilder()
                .setOwned(OwnedPartitions.newBuilder()
                        .setMemberEpoch(memberEpoch)
                        .addAllPartitions(WireValues.byTopic(partitions)))
                .build();
    }

    JoinRequest subscription(Subscription subscription) {
        return JoinRequest.newBuilder().setSubscription(subscription.toWire()).build();
    }

    JoinRequest leave(boolean temporarily) {
        return JoinRequest.newBuilder()
                .setLeave(LeaveGroup.newBuilder().setTemporarily(temporarily))
                .build();
    }
}
