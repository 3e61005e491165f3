package io.kontiki.metadata.command;

import io.kontiki.metadata.LogPosition;
import io.kontiki.metadata.MetadataDelta;
import io.kontiki.metadata.MetadataImage;
import io.kontiki.proto.internal.v1.Command;
import io.kontiki.proto.internal.v1.CommandReply;
import io.kontiki.proto.v1.ErrorReason;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The state machine of the metadata log as a function (rules Q1, Q2, M0 to M12, C1, G1 to G6). A command states what is wanted and the
 * epochs it assumes; whether that holds is decided here, in the order of the log, the same on every member.
 */
public final class MetadataState {
    /** The meaning of commands that this version knows. */
    public static final int FEATURE_LEVEL = 1;

    private static final Logger LOG = LoggerFactory.getLogger(MetadataState.class);

    private MetadataState() {}

    /**
     * Applies one entry of the log. What is malformed or out of date gets a reply that says why and leaves the image as it
     * was, but for its position. Applying a command again is harmless.
     *
     * @param image the image before the entry
     * @param command the entry
     * @param term Raft term of the entry; a command made by the controller of another term is void
     * @param index index of the entry, above that of the image
     * @throws UnknownCommandException if the command is of a newer version, whose members change their image by it
     */
    public static Applied apply(MetadataImage image, Command command, long term, long index) {
        if (command.getCommandCase() == Command.CommandCase.COMMAND_NOT_SET
                && !command.getUnknownFields().asMap().isEmpty()) {
            throw new UnknownCommandException(term, index);
        }
        var position = new LogPosition(term, index);
        var edit = new ImageEdit(image);
        var reply = replyTo(edit, command, term, index);
        return Replies.isRefusal(reply)
                ? new Applied(image.withPosition(position), reply, MetadataDelta.EMPTY)
                : new Applied(edit.image().withPosition(position), reply, edit.delta());
    }

    private static CommandReply replyTo(ImageEdit edit, Command command, long term, long index) {
        if (command.getControllerTerm() != 0 && command.getControllerTerm() != term) {
            return Replies.refusal(
                    ErrorReason.ERROR_REASON_NOT_LEADER,
                    "the controller of term " + command.getControllerTerm() + " made this command, but it entered the"
                            + " log in term " + term);
        }
        try {
            var reply = dispatch(edit, command, index);
            if (edit.touchedBrokers()) {
                edit.update(SlotAssignment::assign);
            }
            return reply;
        } catch (RuntimeException e) {
            // A defect, and the same one on every member, which stay equal. Stopping would stop them all, at each
            // start.
            LOG.error("Metadata command {} at {}:{} is refused, because it fails", command, term, index, e);
            return Replies.refusal(ErrorReason.ERROR_REASON_INTERNAL, "applying the command failed: " + e);
        }
    }

    private static CommandReply dispatch(ImageEdit edit, Command command, long index) {
        return switch (command.getCommandCase()) {
            case INITIALIZE_CLUSTER -> ClusterCommands.initialize(edit, command.getInitializeCluster());
            case REGISTER_BROKER -> RegisterBrokerCommand.apply(edit, command.getRegisterBroker(), index);
            case FENCE_BROKER -> BrokerCommands.fence(edit, command.getFenceBroker(), index);
            case UNFENCE_BROKER -> BrokerCommands.unfence(edit, command.getUnfenceBroker(), index);
            case SHUT_DOWN_BROKER -> BrokerCommands.shutDown(edit, command.getShutDownBroker());
            case CREATE_TOPIC -> TopicCommands.create(edit, command.getCreateTopic(), index);
            case DELETE_TOPIC -> TopicCommands.delete(edit, command.getDeleteTopic(), index);
            case ALTER_TOPIC -> TopicCommands.alter(edit, command.getAlterTopic(), index);
            case ADD_PARTITIONS -> TopicCommands.addPartitions(edit, command.getAddPartitions());
            case ALTER_PARTITIONS -> AlterPartitionsCommand.apply(edit, command.getAlterPartitions());
            case ALLOCATE_PRODUCER_IDS -> ClusterCommands.allocateProducerIds(edit, command.getAllocateProducerIds());
            case ASSIGN_DIRECTORIES -> DirectoryCommands.assign(edit, command.getAssignDirectories());
            case FAIL_DIRECTORIES -> DirectoryCommands.fail(edit, command.getFailDirectories());
            case FAIL_REPLICAS -> DirectoryCommands.fail(edit, command.getFailReplicas());
            case ELECT_PREFERRED -> ElectionCommands.electPreferred(edit, command.getElectPreferred());
            case ELECT_UNCLEAN -> ElectionCommands.electUnclean(edit, command.getElectUnclean());
            case REASSIGN -> ReassignCommands.reassign(edit, command.getReassign());
            case CANCEL_REASSIGN -> ReassignCommands.cancel(edit, command.getCancelReassign());
            case UNREGISTER_BROKER -> BrokerCommands.unregister(edit, command.getUnregisterBroker(), index);
            case CHANGE_GROUP -> GroupCommands.change(edit, command.getChangeGroup(), command.getTimestampMs(), index);
            case COMMIT_GROUP_OFFSETS ->
                OffsetCommands.commit(edit, command.getCommitGroupOffsets(), command.getTimestampMs(), index);
            case DELETE_GROUP -> GroupCommands.delete(edit, command.getDeleteGroup());
            case DELETE_GROUP_OFFSETS -> OffsetCommands.delete(edit, command.getDeleteGroupOffsets());
            case ALTER_CONFIGS -> ConfigCommands.alter(edit, command.getAlterConfigs(), index);
            case COMMAND_NOT_SET -> Replies.invalid("the command is empty");
        };
    }
}
