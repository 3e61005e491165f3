package io.kontiki.metadata.command;

import io.kontiki.metadata.MetadataImage;
import io.kontiki.metadata.PartitionRegistration;
import io.kontiki.metadata.TopicPartition;
import io.kontiki.metadata.UuidBytes;
import io.kontiki.proto.internal.v1.AlterPartition;
import io.kontiki.proto.internal.v1.AlterPartitionReply;
import io.kontiki.proto.internal.v1.AlterPartitions;
import io.kontiki.proto.internal.v1.AlterPartitionsReply;
import io.kontiki.proto.internal.v1.CommandReply;
import io.kontiki.proto.internal.v1.IsrMember;
import io.kontiki.proto.v1.ErrorReason;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;

/** A leader changes the ISR of its partitions (rule M6); each partition is judged alone. */
final class AlterPartitionsCommand {
    private AlterPartitionsCommand() {}

    static CommandReply apply(ImageEdit edit, AlterPartitions command) {
        var stale = BrokerCommands.checkEpoch(edit.image(), command.getBrokerId(), command.getBrokerEpoch());
        if (stale.isPresent()) {
            return stale.get();
        }
        var replies = AlterPartitionsReply.newBuilder();
        for (var change : command.getPartitionsList()) {
            replies.addPartitions(alter(edit, command.getBrokerId(), change));
        }
        return CommandReply.newBuilder().setAlterPartitions(replies).build();
    }

    private static AlterPartitionReply alter(ImageEdit edit, int leader, AlterPartition change) {
        if (!UuidBytes.isValid(change.getTopicId())) {
            var text = "topic_id has " + change.getTopicId().size() + " bytes, but must have " + UuidBytes.LENGTH;
            return refusal(change, ErrorReason.ERROR_REASON_INVALID_ARGUMENT, text);
        }
        var partition = new TopicPartition(UuidBytes.fromBytes(change.getTopicId()), change.getPartition());
        var topic = edit.image().topic(partition.topicId());
        if (topic.isEmpty()) {
            var unknown = TopicCommands.unknown(partition.topicId());
            return refusal(change, unknown.getReason(), unknown.getMessage());
        }
        var record = topic.get().partition(partition.partition());
        if (record.isEmpty()) {
            var text = "partition is " + partition.partition() + ", but topic \""
                    + topic.get().name() + "\" has " + topic.get().partitions().size();
            return refusal(change, ErrorReason.ERROR_REASON_PARTITION_NOT_FOUND, text);
        }
        return alter(edit, leader, change, partition, record.get());
    }

    private static AlterPartitionReply alter(
            ImageEdit edit, int leader, AlterPartition change, TopicPartition partition, PartitionRegistration record) {
        var isr = members(change);
        var refused = checkLeadership(leader, change, record);
        if (refused.isPresent()) {
            return refused.get();
        }
        if (isr.equals(Set.copyOf(record.isr())) && change.getIsrCount() == isr.size()) {
            // Asked and done before, only the answer was lost (rule M0).
            return accepted(change, record);
        }
        refused = checkVersionAndShape(leader, change, record, isr);
        if (refused.isPresent()) {
            return refused.get();
        }
        var ineligible = ineligible(edit.image(), change, record);
        if (ineligible.isPresent()) {
            // Consumes the version, so that a delayed copy of this request cannot succeed once the member is back.
            var consumed = record.next();
            edit.put(partition, consumed);
            return refusal(change, consumed, ErrorReason.ERROR_REASON_CONCURRENT_CHANGE, ineligible.get());
        }
        var after = InSyncReplicas.set(record, isr, Set.of(), edit.image());
        edit.put(partition, after);
        return accepted(change, after);
    }

    private static Optional<AlterPartitionReply> checkLeadership(
            int leader, AlterPartition change, PartitionRegistration record) {
        int epoch = change.getLeaderEpoch();
        if (epoch == record.leaderEpoch() && leader == record.leader()) {
            return Optional.empty();
        }
        var reason = epoch < record.leaderEpoch()
                ? ErrorReason.ERROR_REASON_FENCED_LEADER_EPOCH
                : epoch > record.leaderEpoch()
                        ? ErrorReason.ERROR_REASON_UNKNOWN_LEADER_EPOCH
                        : ErrorReason.ERROR_REASON_NOT_LEADER;
        var text = "broker " + leader + " asks as leader of epoch " + epoch + ", but broker " + record.leader()
                + " leads in epoch " + record.leaderEpoch();
        return Optional.of(refusal(change, record, reason, text));
    }

    private static Optional<AlterPartitionReply> checkVersionAndShape(
            int leader, AlterPartition change, PartitionRegistration record, Set<Integer> isr) {
        if (change.getPartitionEpoch() != record.partitionEpoch()) {
            var text = "partition_epoch is " + change.getPartitionEpoch() + ", but the record is at "
                    + record.partitionEpoch();
            return Optional.of(refusal(change, record, ErrorReason.ERROR_REASON_CONCURRENT_CHANGE, text));
        }
        boolean wellFormed =
                isr.contains(leader) && record.replicas().containsAll(isr) && isr.size() == change.getIsrCount();
        if (!wellFormed) {
            var text = "isr " + isr + " of " + change.getIsrCount() + " entries must hold the leader " + leader
                    + ", nobody twice, and only replicas out of " + record.replicas();
            return Optional.of(refusal(change, record, ErrorReason.ERROR_REASON_INVALID_ARGUMENT, text));
        }
        return Optional.empty();
    }

    /** Why a member may not be added: only a usable broker, and only the run that the leader talks to (KIP-903). */
    private static Optional<String> ineligible(
            MetadataImage image, AlterPartition change, PartitionRegistration record) {
        for (var member : change.getIsrList()) {
            int id = member.getBrokerId();
            if (record.isr().contains(id)) {
                continue;
            }
            if (!image.usable(id, record)) {
                return Optional.of(
                        "isr member " + id + " is fenced, stopping, not registered, or its directory is offline");
            }
            long epoch = image.broker(id).orElseThrow().epoch();
            if (epoch != member.getBrokerEpoch()) {
                return Optional.of("isr member " + id + " is told with broker_epoch " + member.getBrokerEpoch()
                        + ", but its epoch is " + epoch);
            }
        }
        return Optional.empty();
    }

    private static Set<Integer> members(AlterPartition change) {
        var ids = new LinkedHashSet<Integer>();
        change.getIsrList().stream().map(IsrMember::getBrokerId).forEach(ids::add);
        return ids;
    }

    private static AlterPartitionReply accepted(AlterPartition change, PartitionRegistration after) {
        return reply(change, after).build();
    }

    private static AlterPartitionReply refusal(
            AlterPartition change, PartitionRegistration after, ErrorReason reason, String message) {
        return reply(change, after).setReason(reason).setMessage(message).build();
    }

    private static AlterPartitionReply.Builder reply(AlterPartition change, PartitionRegistration after) {
        return reply(change).setPartitionEpoch(after.partitionEpoch()).setLeaderEpoch(after.leaderEpoch());
    }

    /** Of a partition that is not there. */
    private static AlterPartitionReply refusal(AlterPartition change, ErrorReason reason, String message) {
        return reply(change).setReason(reason).setMessage(message).build();
    }

    private static AlterPartitionReply.Builder reply(AlterPartition change) {
        return AlterPartitionReply.newBuilder().setTopicId(change.getTopicId()).setPartition(change.getPartition());
    }
}
