package io.kontiki.controller;

import io.kontiki.metadata.MetadataImage;
import io.kontiki.metadata.command.MetadataState;
import io.kontiki.metadata.command.Replies;
import io.kontiki.proto.internal.v1.CancelReassign;
import io.kontiki.proto.internal.v1.Command;
import io.kontiki.proto.internal.v1.CommandReply;
import io.kontiki.proto.internal.v1.ProposeResponse;
import io.kontiki.proto.internal.v1.Reassign;
import io.kontiki.proto.internal.v1.ReassignPartition;
import io.kontiki.proto.v1.CancelReassignmentsRequest;
import io.kontiki.proto.v1.ErrorReason;
import io.kontiki.proto.v1.ReassignPartitionsRequest;

/** Turns what users ask of replicas into commands (rule M11): names become ids, and each carries the version it was planned on. */
final class PartitionPlanner {
    private PartitionPlanner() {}

    static Prepared reassign(ReassignPartitionsRequest request, MetadataImage image, Command.Builder stamped) {
        var refused = PartitionVerdicts.checkCount(request.getPartitionsCount());
        if (refused.isPresent()) {
            return new Prepared.Refuse(refused.get());
        }
        if (request.hasMaxBytesPerSecond() && request.getMaxBytesPerSecond() < 1) {
            return new Prepared.Refuse(Replies.refusal(
                    ErrorReason.ERROR_REASON_INVALID_ARGUMENT,
                    "max_bytes_per_second is " + request.getMaxBytesPerSecond() + ", but must be at least 1"));
        }
        var verdicts = new PartitionVerdicts(image);
        var command = Reassign.newBuilder();
        for (var asked : request.getPartitionsList()) {
            verdicts.find(asked.getPartition()).ifPresent(found -> {
                command.addPartitions(ReassignPartition.newBuilder()
                        .setPartition(found.version())
                        .addAllTarget(asked.getReplicasList())
                        .setBytesPerSecondMax(request.getMaxBytesPerSecond()));
                verdicts.leaveToCommand();
            });
        }
        stamped.setReassign(command);
        return request.getValidateOnly() ? tried(stamped.build(), verdicts, image) : submit(stamped.build(), verdicts);
    }

    static Prepared cancel(CancelReassignmentsRequest request, MetadataImage image, Command.Builder stamped) {
        var refused = PartitionVerdicts.checkCount(request.getPartitionsCount());
        if (refused.isPresent()) {
            return new Prepared.Refuse(refused.get());
        }
        var verdicts = new PartitionVerdicts(image);
        var command = CancelReassign.newBuilder();
        for (var name : request.getPartitionsList()) {
            verdicts.find(name).ifPresent(found -> {
                command.addPartitions(found.version());
                verdicts.leaveToCommand();
            });
        }
        return submit(stamped.setCancelReassign(command).build(), verdicts);
    }

    private static Prepared submit(Command command, PartitionVerdicts verdicts) {
        return verdicts.allDecided()
                ? new Prepared.Answered(response(verdicts.reply()).build())
                : new Prepared.Submit(command, (reply, image) -> response(verdicts.with(reply)));
    }

    /** The command judges, but on an image that is thrown away. */
    private static Prepared tried(Command command, PartitionVerdicts verdicts, MetadataImage image) {
        var applied = MetadataState.apply(
                image, command, command.getControllerTerm(), image.position().index() + 1);
        return new Prepared.Answered(response(verdicts.with(applied.reply())).build());
    }

    private static ProposeResponse.Builder response(CommandReply reply) {
        return ProposeResponse.newBuilder().setReply(reply);
    }
}
