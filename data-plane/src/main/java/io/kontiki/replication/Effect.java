package io.kontiki.replication;

import java.util.List;
import java.util.OptionalInt;

/**
 * What the event loop must do for a replica, in the order given. Appends, truncations and sends are done before the next
 * event is handed in; a push is read and a flush is done elsewhere, and their ends come back as events.
 */
public sealed interface Effect {
    /** Calls the runner's method of this effect. */
    void runBy(EffectRunner runner);

    /** Append a LeaderChange control batch stamped with the epoch (rule L17), then call {@code onAppended}. */
    record AppendLeaderChange(int leaderEpoch) implements Effect {
        @Override
        public void runBy(EffectRunner runner) {
            runner.appendLeaderChange(this);
        }
    }

    /** Append the leader's bytes unchanged (rule F8), then call {@code onAppended}. */
    record AppendPushed(PushedBatches batches) implements Effect {
        @Override
        public void runBy(EffectRunner runner) {
            runner.appendPushed(this);
        }
    }

    /**
     * Cut the log so that it ends at {@code endOffset}, in the order of rule F6, then call {@code onTruncated}.
     *
     * @param mayBeCommitted whether an unclean election came between (rule M9), so that what is cut may have been
     *     acknowledged
     */
    record TruncateTo(long endOffset, boolean mayBeCommitted) implements Effect {
        @Override
        public void runBy(EffectRunner runner) {
            runner.truncateTo(this);
        }
    }

    /**
     * Drop the log and begin it anew at the point (rule F11), durable before {@code onReset} is called.
     */
    record ResetTo(ResetPoint point) implements Effect {
        @Override
        public void runBy(EffectRunner runner) {
            runner.resetTo(this);
        }
    }

    /**
     * Let the log begin at {@code startOffset} (rule F12), then call {@code onLogStartRaised}, and once more when that is
     * on the disk; records below need not be deleted at once.
     */
    record RaiseLogStart(long startOffset) implements Effect {
        @Override
        public void runBy(EffectRunner runner) {
            runner.raiseLogStart(this);
        }
    }

    /**
     * Force to the disk what the log holds now, outside the event loop, then call {@code onFlushed}; on failure {@code
     * onIoError}. One is under way at a time, so appends made meanwhile share the next one.
     */
    record Flush() implements Effect {
        @Override
        public void runBy(EffectRunner runner) {
            runner.flush(this);
        }
    }

    /** Send over the stream to that leader, opening it if needed; if that fails, call {@code onLeaderDisconnected}. */
    record SendAttach(int leader, Attach attach) implements Effect {
        @Override
        public void runBy(EffectRunner runner) {
            runner.sendAttach(this);
        }
    }

    record SendAck(int leader, Ack ack) implements Effect {
        @Override
        public void runBy(EffectRunner runner) {
            runner.sendAck(this);
        }
    }

    /** Tell the leader that this link is left. May be dropped if there is no stream. */
    record SendDetach(int leader, Link link) implements Effect {
        @Override
        public void runBy(EffectRunner runner) {
            runner.sendDetach(this);
        }
    }

    /** Send on that stream only; drop it if the stream is gone. The same holds for the four that follow. */
    record SendAttached(int follower, long streamId, Link link, long highWatermark, long logStartOffset)
            implements Effect {
        @Override
        public void runBy(EffectRunner runner) {
            runner.sendAttached(this);
        }
    }

    record SendDiverged(int follower, long streamId, Link link, EpochEnd point) implements Effect {
        @Override
        public void runBy(EffectRunner runner) {
            runner.sendDiverged(this);
        }
    }

    /** Send what the leader's log knows at its start (rule F11), whose first batch begins at {@code startOffset} now. */
    record SendReset(int follower, long streamId, Link link, long startOffset) implements Effect {
        @Override
        public void runBy(EffectRunner runner) {
            runner.sendReset(this);
        }
    }

    record SendRefused(int follower, long streamId, Link link, AttachRefusal reason, int leaderEpoch)
            implements Effect {
        @Override
        public void runBy(EffectRunner runner) {
            runner.sendRefused(this);
        }
    }

    /**
     * Read whole batches from {@code fromOffset} up to the log end, outside the event loop, send them as one push, then
     * call {@code onPushSent} with what was sent. At most one is under way per link.
     *
     * @param follower the receiving broker
     * @param streamId the stream to send on
     * @param link the attachment
     * @param fromOffset goes out as {@code previous_offset}
     * @param maxBytes bytes to read, but at least one batch; 0 to send the offsets alone, without reading
     * @param previousEpoch leader epoch of the batch before; empty at the start of the log
     * @param highWatermark goes out as it is
     * @param logStartOffset goes out as it is
     */
    record PushTo(
            int follower,
            long streamId,
            Link link,
            long fromOffset,
            int maxBytes,
            OptionalInt previousEpoch,
            long highWatermark,
            long logStartOffset)
            implements Effect {
        /** The same with less to read, at least 1. */
        public PushTo withMaxBytes(int bytes) {
            return new PushTo(
                    follower, streamId, link, fromOffset, bytes, previousEpoch, highWatermark, logStartOffset);
        }

        @Override
        public void runBy(EffectRunner runner) {
            runner.pushTo(this);
        }
    }

    /**
     * Ask the quorum for this ISR (rule M6), compare-and-set on both epochs, and tell the outcome by {@code
     * onProposalResult}: always once, at the latest after a time limit.
     */
    record ProposeIsr(List<IsrMember> members, int leaderEpoch, int partitionEpoch) implements Effect {
        public ProposeIsr {
            members = List.copyOf(members);
        }

        @Override
        public void runBy(EffectRunner runner) {
            runner.proposeIsr(this);
        }
    }

    /** Answer the request that {@code awaitCommit} or {@code awaitLogStart} was called for with this token. */
    record Complete(long token, CommitOutcome outcome) implements Effect {
        @Override
        public void runBy(EffectRunner runner) {
            runner.complete(this);
        }
    }

    /** Records below are readable from now on. */
    record HighWatermarkAdvanced(long highWatermark) implements Effect {
        @Override
        public void runBy(EffectRunner runner) {
            runner.highWatermarkAdvanced(this);
        }
    }

    /**
     * The replica's role or leader epoch changed.
     *
     * @param role the new role
     * @param leaderEpoch newest leader epoch known, or -1
     * @param leader who leads, if that is known
     */
    record RoleChanged(ReplicaRole role, int leaderEpoch, OptionalInt leader) implements Effect {
        @Override
        public void runBy(EffectRunner runner) {
            runner.roleChanged(this);
        }
    }

    /** The replica stopped; its log must be left as it is. Nothing else will come from it but refusals. */
    record Fault(String reason) implements Effect {
        @Override
        public void runBy(EffectRunner runner) {
            runner.fault(this);
        }
    }
}
