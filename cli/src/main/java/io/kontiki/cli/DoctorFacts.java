package io.kontiki.cli;

import io.kontiki.client.BrokerInfo;
import io.kontiki.client.ClusterDescription;
import io.kontiki.client.GroupInfo;
import io.kontiki.client.GroupMemberInfo;
import io.kontiki.client.LogDirInfo;
import io.kontiki.client.QuorumDescription;
import io.kontiki.client.ReassignmentInfo;
import io.kontiki.client.TopicInfo;
import io.kontiki.client.TopicPartition;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What {@code kontiki doctor} judges by: all that the cluster told. Immutable.
 *
 * @param cluster the brokers
 * @param topics with their partitions
 * @param quorum the voters
 * @param logDirs of the brokers that answered
 * @param silent brokers that should answer and did not, and why
 * @param moving partitions whose replicas are being moved
 * @param groups with how far they are behind
 * @param clocks of the brokers that answered
 */
record DoctorFacts(
        ClusterDescription cluster,
        List<TopicInfo> topics,
        QuorumDescription quorum,
        List<LogDirInfo> logDirs,
        Map<Integer, String> silent,
        Map<TopicPartition, ReassignmentInfo> moving,
        List<Group> groups,
        Map<Integer, Clock> clocks) {
    /**
     * A consumer group.
     *
     * @param members as its coordinator has them
     * @param lags by partition; without those that have no leader
     * @param unreadable why members and lags are not known; empty if they are
     */
    record Group(GroupInfo info, List<GroupMemberInfo> members, List<PartitionLag> lags, Optional<String> unreadable) {
        /** A group of which no more is known than that it is there. */
        static Group unknown(GroupInfo info, Optional<String> why) {
            return new Group(info, List.of(), List.of(), why);
        }
    }

    /**
     * A broker's wall clock, compared with that of this machine.
     *
     * @param aheadMs how much it is ahead, negative if behind
     * @param doubtMs by how much that may be wrong, at least 0: half the time that the call took
     */
    record Clock(long aheadMs, long doubtMs) {}

    Optional<BrokerInfo> broker(int id) {
        return cluster.brokers().stream().filter(broker -> broker.id() == id).findFirst();
    }

    /** Whether a broker serves, as far as the cluster knows. */
    boolean serves(int id) {
        return broker(id).filter(broker -> !broker.fenced()).isPresent();
    }

    /** Whether it serves, and answered when it was asked. */
    boolean answers(int id) {
        return serves(id) && !silent.containsKey(id);
    }
}
