package io.kontiki.group;

import com.google.protobuf.Message;
import io.kontiki.metadata.MetadataImage;
import io.kontiki.proto.internal.v1.Command;
import io.kontiki.proto.internal.v1.CommandReply;
import io.kontiki.proto.internal.v1.CommitGroupOffsets;
import io.kontiki.proto.internal.v1.GroupCommit;
import io.kontiki.proto.internal.v1.GroupCommitReply;
import io.kontiki.proto.v1.CommitOffsetsRequest;
import io.kontiki.proto.v1.ErrorReason;
import io.kontiki.proto.v1.FetchOffsetsRequest;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/**
 * Commits of all groups of this broker on their way to the quorum. While one command is under way the next one gathers, so
 * that a commit waits for nothing but the one before, and many share one entry of the log. Whether each holds is judged
 * where it is applied (rules C1 and G3). Answered once this broker's image has them, or a fetch that follows could miss them.
 *
 * <p>Who reads offsets and is no member goes the same way, with a commit of nothing: if this broker's slot has moved and it
 * has not heard of it, that is refused; else the image that holds that entry has all that was acknowledged before.
 */
final class OffsetCommits {
    /** Of the commits of one command. The quorum takes 1 MiB at most, with all that is around them. */
    static final int COMMAND_BYTES_MAX = (1 << 20) - 256;

    /** Of all that wait. */
    static final int WAITING_BYTES_MAX = 32 << 20;

    /** Makes the answer of a call that the quorum has taken, from an image that holds it. */
    private interface Answer {
        Message of(GroupCommitReply reply, MetadataImage image);
    }

    /** A call that waits. */
    private record Call(long id, GroupCommit commit, Answer answer) {
        /** With room for its tag and length. */
        int bytes() {
            return commit.getSerializedSize() + 8;
        }
    }

    private record Stored(long index, List<Call> calls, List<GroupCommitReply> replies) {}

    private final Outbox outbox;
    private final Deque<Call> waiting = new ArrayDeque<>();
    private final Deque<Stored> stored = new ArrayDeque<>();
    private long waitingBytes;
    private boolean underWay;
    // All commits up to here are known: a command that names it and comes late is told from one that goes back on
    // purpose. For commits whose committer does not tell what it knew.
    private long knownIndex;

    OffsetCommits(Outbox outbox) {
        this.outbox = outbox;
    }

    void commit(long callId, CommitOffsetsRequest request, int slotEpoch, MetadataImage image, Moment now) {
        knownIndex = Math.max(knownIndex, image.position().index());
        var requested = RequestedCommit.of(request, slotEpoch, image, now);
        add(new Call(callId, requested.commit(), requested::answer));
    }

    /** Answers from an image that has all commits which were acknowledged before this. */
    void read(long callId, FetchOffsetsRequest request, int slotEpoch) {
        var nothing = GroupCommit.newBuilder()
                .setGroupId(request.getGroupId())
                .setSlotEpoch(slotEpoch)
                .build();
        add(new Call(callId, nothing, (reply, image) -> OffsetReads.answer(image, request)));
    }

    private void add(Call call) {
        long callId = call.id();
        if (call.bytes() > COMMAND_BYTES_MAX) {
            outbox.refuse(
                    callId,
                    ErrorReason.ERROR_REASON_INVALID_ARGUMENT,
                    "offsets have " + call.bytes() + " bytes in all, at most " + COMMAND_BYTES_MAX + " are allowed");
        } else if (waitingBytes + call.bytes() > WAITING_BYTES_MAX) {
            outbox.refuse(
                    callId,
                    ErrorReason.ERROR_REASON_OVERLOADED,
                    waitingBytes + " bytes of commits are waiting, at most " + WAITING_BYTES_MAX + " are allowed");
        } else {
            waiting.add(call);
            waitingBytes += call.bytes();
            propose();
        }
    }

    /** Answers what the image has by now. */
    void onImage(MetadataImage image) {
        knownIndex = Math.max(knownIndex, image.position().index());
        while (!stored.isEmpty() && stored.element().index() <= image.position().index()) {
            var done = stored.remove();
            for (int i = 0; i < done.calls().size(); i++) {
                answer(done.calls().get(i), done.replies().get(i), image);
            }
        }
    }

    private void propose() {
        if (underWay || waiting.isEmpty()) {
            return;
        }
        var command = CommitGroupOffsets.newBuilder().setAssumedIndex(knownIndex);
        var calls = new ArrayList<Call>();
        int bytes = 0;
        while (!waiting.isEmpty() && bytes + waiting.element().bytes() <= COMMAND_BYTES_MAX) {
            var call = waiting.remove();
            bytes += call.bytes();
            calls.add(call);
            command.addCommits(call.commit());
        }
        waitingBytes -= bytes;
        underWay = true;
        outbox.propose(
                Command.newBuilder().setCommitGroupOffsets(command),
                (reply, index, now) -> onOutcome(calls, reply, index));
    }

    private void onOutcome(List<Call> calls, CommandReply reply, long index) {
        underWay = false;
        knownIndex = Math.max(knownIndex, index);
        var replies = reply.getCommitGroupOffsets().getCommitsList();
        if (reply.getReason() != ErrorReason.ERROR_REASON_UNSPECIFIED) {
            calls.forEach(call -> outbox.refuse(call.id(), new Refusal(reply.getReason(), reply.getMessage())));
        } else if (replies.size() != calls.size()) {
            calls.forEach(call -> outbox.refuse(
                    call.id(),
                    ErrorReason.ERROR_REASON_INTERNAL,
                    calls.size() + " commits got " + replies.size() + " answers"));
        } else {
            stored.add(new Stored(index, calls, replies));
        }
        propose();
    }

    private void answer(Call call, GroupCommitReply reply, MetadataImage image) {
        if (reply.getReason() == ErrorReason.ERROR_REASON_UNSPECIFIED) {
            outbox.reply(call.id(), call.answer().of(reply, image));
        } else {
            outbox.refuse(call.id(), new Refusal(reply.getReason(), reply.getMessage()));
        }
    }
}
