package io.kontiki.simulation;

import io.kontiki.metadata.MetadataImage;
import io.kontiki.metadata.PartitionRegistration;
import io.kontiki.metadata.TopicPartition;
import io.kontiki.metadata.UuidBytes;
import io.kontiki.metadata.command.Applied;
import io.kontiki.metadata.command.Replies;
import io.kontiki.proto.internal.v1.AlterPartition;
import io.kontiki.proto.internal.v1.AlterPartitionReply;
import io.kontiki.proto.internal.v1.Command;
import io.kontiki.proto.internal.v1.RegisterBroker;
import io.kontiki.proto.internal.v1.RestartClaim;
import io.kontiki.proto.v1.ErrorReason;

/** What the quorum made of a command, counted. */
final class CommandEvents {
    private final Cluster cluster;

    CommandEvents(Cluster cluster) {
        this.cluster = cluster;
    }

    void onCommit(MetadataImage before, Command command, Applied applied) {
        if (Replies.isRefusal(applied.reply())) {
            return;
        }
        if (command.hasRegisterBroker()) {
            onRegistration(before, command.getRegisterBroker(), applied.image());
        } else if (command.hasAlterPartitions()) {
            for (int i = 0; i < command.getAlterPartitions().getPartitionsCount(); i++) {
                onProposal(
                        before,
                        command.getAlterPartitions().getPartitions(i),
                        applied.reply().getAlterPartitions().getPartitions(i));
            }
        }
    }

    /** A run that claims all of its data, and is believed or not (rule R3). */
    private void onRegistration(MetadataImage before, RegisterBroker run, MetadataImage after) {
        boolean claimsAll = run.getClaim() != RestartClaim.RESTART_CLAIM_UNCLEAN
                && run.getExceptionsCount() == 0
                && run.getUncoveredDirectoryIdsCount() == 0;
        if (!claimsAll || before.broker(run.getBrokerId()).isEmpty()) {
            return;
        }
        int id = run.getBrokerId();
        for (TopicPartition partition : cluster.partitions()) {
            boolean wasInPool = before.partition(partition)
                    .filter(record -> record.isr().contains(id) || record.elr().contains(id))
                    .isPresent();
            if (wasInPool) {
                after.partition(partition).ifPresent(record -> onClaim(record, id));
            }
        }
    }

    /** Of a member that few enough are in sync beside: else it keeps no place, whatever it claims. */
    private void onClaim(PartitionRegistration record, int id) {
        if (record.elr().contains(id)) {
            cluster.events().note(Event.CLAIM_TAKEN);
        } else if (record.lastKnown().contains(id)) {
            cluster.events().note(Event.REFUSED_CLAIM);
        }
    }

    private void onProposal(MetadataImage before, AlterPartition asked, AlterPartitionReply reply) {
        if (reply.getReason() == ErrorReason.ERROR_REASON_FENCED_LEADER_EPOCH) {
            cluster.events().note(Event.DEPOSED_LEADER_REFUSED);
        }
        var partition = new TopicPartition(UuidBytes.fromBytes(asked.getTopicId()), asked.getPartition());
        boolean consumed = reply.getReason() == ErrorReason.ERROR_REASON_CONCURRENT_CHANGE
                && before.partition(partition)
                        .filter(record -> record.partitionEpoch() == asked.getPartitionEpoch())
                        .isPresent();
        if (consumed) {
            // A refusal of a member consumes the version (rule M6).
            cluster.events().note(Event.JOIN_REFUSED);
        }
    }
}
