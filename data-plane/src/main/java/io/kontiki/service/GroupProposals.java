package io.kontiki.service;

import io.kontiki.proto.internal.v1.Command;
import io.kontiki.proto.internal.v1.CommandReply;
import io.kontiki.proto.internal.v1.ProposeRequest;
import io.kontiki.proto.v1.ErrorReason;
import io.kontiki.quorum.Proposer;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** Brings what the coordinator wants to the quorum. Any thread. */
final class GroupProposals {
    /** Longer than the proposer tries. */
    private static final long WAIT_MILLIS_MAX = 20_000;

    /**
     * What became of a command.
     *
     * @param reply QUORUM_UNAVAILABLE if that is not known
     * @param index at which it was applied; 0 if it was refused before or that is not known
     */
    record Outcome(CommandReply reply, long index) {}

    private static final Outcome UNKNOWN = new Outcome(
            CommandReply.newBuilder()
                    .setReason(ErrorReason.ERROR_REASON_QUORUM_UNAVAILABLE)
                    .setMessage("the metadata quorum did not answer in time; the change may have been made")
                    .build(),
            0);

    private final Proposer proposer;

    GroupProposals(Proposer proposer) {
        this.proposer = proposer;
    }

    /** What comes of it, which this broker's image may hold before or later. Never fails. */
    CompletableFuture<Outcome> propose(Command command) {
        return proposer.propose(request(command))
                .thenApply(response -> new Outcome(response.getReply(), response.getIndex()))
                .orTimeout(WAIT_MILLIS_MAX, TimeUnit.MILLISECONDS)
                .exceptionally(failure -> UNKNOWN);
    }

    private static ProposeRequest request(Command command) {
        var request = ProposeRequest.newBuilder();
        switch (command.getCommandCase()) {
            case CHANGE_GROUP -> request.setChangeGroup(command.getChangeGroup());
            case COMMIT_GROUP_OFFSETS -> request.setCommitGroupOffsets(command.getCommitGroupOffsets());
            case DELETE_GROUP -> request.setDeleteGroup(command.getDeleteGroup());
            case DELETE_GROUP_OFFSETS -> request.setDeleteGroupOffsets(command.getDeleteGroupOffsets());
            default -> throw new IllegalArgumentException("no command about groups: " + command.getCommandCase());
        }
        return request.build();
    }
}
