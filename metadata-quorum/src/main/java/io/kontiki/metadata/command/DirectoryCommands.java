package io.kontiki.metadata.command;

import com.google.protobuf.ByteString;
import io.kontiki.metadata.BrokerRegistration;
import io.kontiki.metadata.PartitionRegistration;
import io.kontiki.metadata.TopicPartition;
import io.kontiki.metadata.UuidBytes;
import io.kontiki.proto.internal.v1.AssignDirectories;
import io.kontiki.proto.internal.v1.AssignDirectoriesReply;
import io.kontiki.proto.internal.v1.AssignDirectory;
import io.kontiki.proto.internal.v1.AssignDirectoryReply;
import io.kontiki.proto.internal.v1.CommandReply;
import io.kontiki.proto.internal.v1.FailDirectories;
import io.kontiki.proto.internal.v1.FailReplicas;
import io.kontiki.proto.internal.v1.FailReplicas.FailedReplica;
import io.kontiki.proto.v1.ErrorReason;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;

/** Where replicas live, and what becomes of them when a directory or a single log fails (rule M10, KIP-112, KIP-858). */
final class DirectoryCommands {
    private static final int BATCH_MAX = 10_000;

    private DirectoryCommands() {}

    static CommandReply assign(ImageEdit edit, AssignDirectories command) {
        var refused = check(edit, command.getBrokerId(), command.getBrokerEpoch(), command.getReplicasCount());
        if (refused.isPresent()) {
            return refused.get();
        }
        var replies = AssignDirectoriesReply.newBuilder();
        var named = new HashSet<TopicPartition>();
        for (var replica : command.getReplicasList()) {
            replies.addReplicas(assign(edit, command.getBrokerId(), replica, named));
        }
        return CommandReply.newBuilder().setAssignDirectories(replies).build();
    }

    /** @param named replicas that the command named before: once each, or there and back would count as a change */
    private static AssignDirectoryReply assign(
            ImageEdit edit, int brokerId, AssignDirectory command, Set<TopicPartition> named) {
        if (!UuidBytes.isValid(command.getTopicId()) || !UuidBytes.isValid(command.getDirectoryId())) {
            return refusal(
                    ErrorReason.ERROR_REASON_INVALID_ARGUMENT,
                    "topic_id has " + command.getTopicId().size() + " bytes and directory_id has "
                            + command.getDirectoryId().size() + ", but both must have " + UuidBytes.LENGTH);
        }
        var partition = new TopicPartition(UuidBytes.fromBytes(command.getTopicId()), command.getPartition());
        if (!named.add(partition)) {
            return refusal(
                    ErrorReason.ERROR_REASON_INVALID_ARGUMENT, "partition " + partition + " is named more than once");
        }
        var record = edit.image().partition(partition).filter(found -> found.hasReplica(brokerId));
        if (record.isEmpty()) {
            return refusal(
                    ErrorReason.ERROR_REASON_PARTITION_NOT_FOUND,
                    "broker " + brokerId + " holds no replica of partition " + partition);
        }
        var broker = edit.image().broker(brokerId).orElseThrow();
        var directory = UuidBytes.fromBytes(command.getDirectoryId());
        if (!broker.hasDirectory(directory)) {
            return refusal(
                    ErrorReason.ERROR_REASON_INVALID_ARGUMENT,
                    "directory_id " + directory + " is none of "
                            + broker.directories().keySet() + ", which broker " + brokerId + " registered");
        }
        var present = record.get().directoryOf(brokerId);
        if (!present.equals(directory) && !present.equals(expected(command.getExpectedDirectoryId()))) {
            return refusal(
                    ErrorReason.ERROR_REASON_CONCURRENT_CHANGE,
                    "the replica of partition " + partition + " is in directory " + present + " already");
        }
        if (!present.equals(directory)) {
            edit.put(partition, leaveIfOffline(edit, broker, record.get().withDirectory(brokerId, directory)));
        }
        return AssignDirectoryReply.getDefaultInstance();
    }

    private static UUID expected(ByteString id) {
        return UuidBytes.isValid(id) ? UuidBytes.fromBytes(id) : PartitionRegistration.UNASSIGNED;
    }

    /** The directory failed while the assignment was on its way. */
    private static PartitionRegistration leaveIfOffline(
            ImageEdit edit, BrokerRegistration broker, PartitionRegistration record) {
        return broker.isOnline(record.directoryOf(broker.id())) ? record : leave(edit, broker.id(), record);
    }

    static CommandReply fail(ImageEdit edit, FailDirectories command) {
        int brokerId = command.getBrokerId();
        var refused = check(edit, brokerId, command.getBrokerEpoch(), command.getDirectoryIdsCount());
        if (refused.isPresent()) {
            return refused.get();
        }
        var broker = edit.image().broker(brokerId).orElseThrow();
        Set<UUID> failed = new TreeSet<>();
        command.getDirectoryIdsList().stream()
                .filter(UuidBytes::isValid)
                .map(UuidBytes::fromBytes)
                .filter(broker::isOnline)
                .forEach(failed::add);
        if (!failed.isEmpty()) {
            edit.put(broker.withFailed(failed));
            edit.mapPartitions((partition, record) ->
                    failed.contains(record.directoryOf(brokerId)) ? leave(edit, brokerId, record) : record);
        }
        return Replies.ok();
    }

    /** Compared with the version of the record: a late copy must not hit a replica that is in sync again (rules M0, Q2). */
    static CommandReply fail(ImageEdit edit, FailReplicas command) {
        int brokerId = command.getBrokerId();
        var refused = BrokerCommands.checkEpoch(edit.image(), brokerId, command.getBrokerEpoch());
        return refused.orElseGet(() -> PartitionBatch.apply(
                edit, command.getReplicasList(), FailedReplica::getVersion, (partition, record, failed) -> {
                    if (!isCountedOn(brokerId, record)) {
                        return PartitionBatch.done();
                    }
                    var stale = PartitionBatch.checkVersion(failed.getVersion(), record);
                    if (stale.isPresent()) {
                        return stale.get();
                    }
                    var after =
                            failed.getWithoutRoom() ? giveWay(edit, brokerId, record) : leave(edit, brokerId, record);
                    if (after != record) {
                        edit.put(partition, after);
                    }
                    return PartitionBatch.done();
                }));
    }

    private static boolean isCountedOn(int brokerId, PartitionRegistration record) {
        return record.isr().contains(brokerId) || record.elr().contains(brokerId);
    }

    /**
     * SETISR without the leader, which has lost nothing; also below {@code minIsr}, where the others cannot commit anything
     * alone. If nobody else is in sync, an eligible replica leads.
     */
    private static PartitionRegistration giveWay(ImageEdit edit, int brokerId, PartitionRegistration record) {
        if (record.leader() != brokerId) {
            return record;
        }
        var others = record.isr().stream().filter(id -> id != brokerId).toList();
        if (others.isEmpty()) {
            others = record.elr().stream()
                    .filter(id -> edit.image().usable(id, record))
                    .limit(1)
                    .toList();
        }
        return others.isEmpty() ? record : InSyncReplicas.set(record, others, Set.of(), edit.image());
    }

    /** SETISR without the broker, which may have lost data. */
    private static PartitionRegistration leave(ImageEdit edit, int brokerId, PartitionRegistration record) {
        return isCountedOn(brokerId, record) ? InSyncReplicas.remove(record, brokerId, true, edit.image()) : record;
    }

    private static Optional<CommandReply> check(ImageEdit edit, int brokerId, long brokerEpoch, int entries) {
        if (entries > BATCH_MAX) {
            return Optional.of(Replies.invalid(
                    "the command has " + entries + " entries, but at most " + BATCH_MAX + " are allowed"));
        }
        return BrokerCommands.checkEpoch(edit.image(), brokerId, brokerEpoch);
    }

    private static AssignDirectoryReply refusal(ErrorReason reason, String message) {
        return AssignDirectoryReply.newBuilder()
                .setReason(reason)
                .setMessage(message)
                .build();
    }
}
