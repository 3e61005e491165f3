package io.kontiki.metadata.command;

import io.kontiki.metadata.BrokerRegistration;
import io.kontiki.metadata.MetadataImage;
import io.kontiki.metadata.PartitionRegistration;
import io.kontiki.proto.internal.v1.CommandReply;
import io.kontiki.proto.internal.v1.FenceBroker;
import io.kontiki.proto.internal.v1.ShutDownBroker;
import io.kontiki.proto.internal.v1.UnfenceBroker;
import io.kontiki.proto.internal.v1.UnregisterBroker;
import io.kontiki.proto.v1.ErrorReason;
import java.util.Optional;
import java.util.Set;
import org.pcollections.TreePMap;

/**
 * Fencing, unfencing and leaving (rules M2 to M4, M12). Each compares the broker epoch, so none hits a newer run; nor does
 * a late copy of one that fences hit a run that was unfenced since, and may have a lease (rules Q2, L16).
 */
final class BrokerCommands {
    private BrokerCommands() {}

    static CommandReply fence(ImageEdit edit, FenceBroker command, long index) {
        var stale = checkEpoch(edit.image(), command.getBrokerId(), command.getBrokerEpoch());
        if (stale.isPresent()) {
            return stale.get();
        }
        var broker = edit.image().broker(command.getBrokerId()).orElseThrow();
        if (broker.fenced()) {
            return Replies.ok();
        }
        if (broker.fencingIndex() > command.getAssumedIndex()) {
            return overtaken(broker, command.getAssumedIndex());
        }
        putAndLeaveIsrs(edit, broker.asFenced(index));
        return Replies.ok();
    }

    static CommandReply unfence(ImageEdit edit, UnfenceBroker command, long index) {
        var stale = checkEpoch(edit.image(), command.getBrokerId(), command.getBrokerEpoch());
        if (stale.isPresent()) {
            return stale.get();
        }
        var broker = edit.image().broker(command.getBrokerId()).orElseThrow();
        if (!broker.fenced()) {
            return Replies.ok();
        }
        if (broker.fencingIndex() > command.getAssumedIndex()) {
            return overtaken(broker, command.getAssumedIndex());
        }
        edit.put(broker.asUnfenced(index));
        edit.mapPartitions((partition, record) -> electIfLeaderless(edit, broker.id(), record));
        return Replies.ok();
    }

    private static CommandReply overtaken(BrokerRegistration broker, long assumedIndex) {
        return Replies.refusal(
                ErrorReason.ERROR_REASON_CONCURRENT_CHANGE,
                "assumed_index is " + assumedIndex + ", but broker " + broker.id() + " was "
                        + (broker.fenced() ? "fenced" : "unfenced") + " at " + broker.fencingIndex());
    }

    static CommandReply shutDown(ImageEdit edit, ShutDownBroker command) {
        var stale = checkEpoch(edit.image(), command.getBrokerId(), command.getBrokerEpoch());
        if (stale.isPresent()) {
            return stale.get();
        }
        var broker = edit.image().broker(command.getBrokerId()).orElseThrow();
        if (!broker.shuttingDown()) {
            putAndLeaveIsrs(edit, broker.withShuttingDown(true));
        }
        return Replies.ok();
    }

    /** Rule M12. Its replicas stay assigned, but it is no candidate to lead any more; what was set for it alone is gone. */
    static CommandReply unregister(ImageEdit edit, UnregisterBroker command, long index) {
        int id = command.getBrokerId();
        if (edit.image().broker(id).isEmpty()) {
            return Replies.ok();
        }
        var stale = checkEpoch(edit.image(), id, command.getBrokerEpoch());
        if (stale.isPresent()) {
            return stale.get();
        }
        if (!edit.image().broker(id).orElseThrow().fenced()) {
            return Replies.invalid("broker_id is " + id
                    + ", but that broker is running; only one that is stopped can be" + " unregistered");
        }
        edit.mapPartitions((partition, record) ->
                record.elr().contains(id) ? InSyncReplicas.remove(record, id, true, edit.image()) : record);
        edit.removeBroker(id);
        if (!edit.image().configs().of(id).isEmpty()) {
            edit.putConfigs(id, TreePMap.empty(), index);
        }
        return Replies.ok();
    }

    /** Refuses what speaks of another run of the broker than the registered one. */
    static Optional<CommandReply> checkEpoch(MetadataImage image, int brokerId, long brokerEpoch) {
        var broker = image.broker(brokerId);
        if (broker.isPresent() && broker.get().epoch() == brokerEpoch) {
            return Optional.empty();
        }
        var present = broker.map(known -> "its epoch is " + known.epoch()).orElse("it is not registered");
        return Optional.of(Replies.refusal(
                ErrorReason.ERROR_REASON_STALE_BROKER_EPOCH,
                "broker_epoch of broker " + brokerId + " is " + brokerEpoch + ", but " + present));
    }

    private static void putAndLeaveIsrs(ImageEdit edit, BrokerRegistration broker) {
        edit.put(broker);
        edit.mapPartitions((partition, record) -> record.isr().contains(broker.id())
                ? InSyncReplicas.remove(record, broker.id(), false, edit.image())
                : record);
    }

    private static PartitionRegistration electIfLeaderless(ImageEdit edit, int brokerId, PartitionRegistration record) {
        if (record.hasLeader() || !record.hasReplica(brokerId)) {
            return record;
        }
        var elected = InSyncReplicas.set(record, record.isr(), Set.of(), edit.image());
        return elected.hasLeader() ? elected : record;
    }
}
