package io.kontiki.metadata.command;

import io.kontiki.metadata.PartitionRegistration;
import io.kontiki.metadata.TopicPartition;
import io.kontiki.proto.internal.v1.CommandReply;
import io.kontiki.proto.internal.v1.ElectPreferred;
import io.kontiki.proto.internal.v1.ElectUnclean;
import io.kontiki.proto.internal.v1.PartitionReply;
import io.kontiki.proto.internal.v1.UncleanElection;
import io.kontiki.proto.v1.ErrorReason;
import java.util.function.Function;

/** Elections that are asked for, other than those that follow from a change of the ISR (rules M8, M9). */
final class ElectionCommands {
    private ElectionCommands() {}

    static CommandReply electPreferred(ImageEdit edit, ElectPreferred command) {
        return PartitionBatch.apply(
                edit, command.getPartitionsList(), Function.identity(), (partition, record, version) -> {
                    int preferred = record.replicas().get(0);
                    if (record.leader() == preferred) {
                        return PartitionBatch.done();
                    }
                    var stale = PartitionBatch.checkVersion(version, record);
                    if (stale.isPresent()) {
                        return stale.get();
                    }
                    if (!record.isr().contains(preferred) || !edit.image().usable(preferred, record)) {
                        return PartitionBatch.refusal(
                                ErrorReason.ERROR_REASON_NOT_ENOUGH_REPLICAS,
                                "broker " + preferred + ", the first replica of " + record.replicas()
                                        + ", is not in sync; those that are: " + record.isr());
                    }
                    edit.put(partition, InSyncReplicas.handOver(record, preferred));
                    return PartitionBatch.done();
                });
    }

    static CommandReply electUnclean(ImageEdit edit, ElectUnclean command) {
        return PartitionBatch.apply(
                edit,
                command.getPartitionsList(),
                UncleanElection::getPartition,
                (partition, record, change) -> electUnclean(edit, partition, record, change));
    }

    private static PartitionReply electUnclean(
            ImageEdit edit, TopicPartition partition, PartitionRegistration record, UncleanElection change) {
        int id = change.getBrokerId();
        if (record.leader() == id && record.uncleanEpoch() > 0 && record.uncleanEpoch() == record.leaderEpoch()) {
            return PartitionBatch.done();
        }
        var stale = PartitionBatch.checkVersion(change.getPartition(), record);
        if (stale.isPresent()) {
            return stale.get();
        }
        if (!record.isr().isEmpty() || !record.elr().isEmpty()) {
            return PartitionBatch.refusal(
                    ErrorReason.ERROR_REASON_CONCURRENT_CHANGE,
                    "in sync are " + record.isr() + " and eligible " + record.elr()
                            + ", which hold every committed record");
        }
        var otherRun = BrokerCommands.checkEpoch(edit.image(), id, change.getBrokerEpoch());
        if (otherRun.isPresent()) {
            return PartitionBatch.refusal(
                    otherRun.get().getReason(), otherRun.get().getMessage());
        }
        if (!record.hasReplica(id) || !edit.image().usable(id, record)) {
            return PartitionBatch.refusal(
                    ErrorReason.ERROR_REASON_NOT_ENOUGH_REPLICAS,
                    "broker " + id + " is none of the replicas " + record.replicas()
                            + ", or is fenced, stopping, or its directory is offline");
        }
        edit.put(partition, InSyncReplicas.electUnclean(record, id, edit.image()));
        return PartitionBatch.done();
    }
}
