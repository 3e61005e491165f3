package io.kontiki.service;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import io.kontiki.log.EpochEntry;
import io.kontiki.log.LeaderEpochIndex;
import io.kontiki.log.LogSlice;
import io.kontiki.metadata.TopicPartition;
import io.kontiki.metadata.UuidBytes;
import io.kontiki.partition.LogStart;
import io.kontiki.proto.internal.v1.AttachRefused;
import io.kontiki.proto.internal.v1.Attached;
import io.kontiki.proto.internal.v1.Detach;
import io.kontiki.proto.internal.v1.Diverged;
import io.kontiki.proto.internal.v1.Link;
import io.kontiki.proto.internal.v1.Push;
import io.kontiki.proto.internal.v1.ReplicateRequest;
import io.kontiki.proto.internal.v1.ReplicateResponse;
import io.kontiki.proto.internal.v1.Reset;
import io.kontiki.replication.Ack;
import io.kontiki.replication.Attach;
import io.kontiki.replication.AttachRefusal;
import io.kontiki.replication.Effect;
import io.kontiki.replication.EpochEnd;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;

/** Turns the replication core's messages into those of the wire and back. */
final class ReplicationMessages {
    private static final int RESET_PART_BYTES = 512 << 10;

    private ReplicationMessages() {}

    static TopicPartition partition(Link link) {
        return new TopicPartition(UuidBytes.fromBytes(link.getTopicId()), link.getPartition());
    }

    static io.kontiki.replication.Link link(Link link) {
        return new io.kontiki.replication.Link(link.getLeaderEpoch(), link.getLinkId());
    }

    static Link link(TopicPartition partition, io.kontiki.replication.Link link) {
        return Link.newBuilder()
                .setTopicId(UuidBytes.toBytes(partition.topicId()))
                .setPartition(partition.partition())
                .setLeaderEpoch(link.leaderEpoch())
                .setLinkId(link.linkId())
                .build();
    }

    // ---- Follower to leader

    static ReplicateRequest of(TopicPartition partition, Attach attach) {
        io.kontiki.proto.internal.v1.Attach.Builder message = io.kontiki.proto.internal.v1.Attach.newBuilder()
                .setLink(link(partition, attach.link()))
                .setLogStartOffset(attach.startOffset())
                .setEndOffset(attach.endOffset())
                .setFlushedOffset(attach.flushedOffset());
        attach.lastEpoch().ifPresent(message::setLastEpoch);
        return ReplicateRequest.newBuilder().setAttach(message).build();
    }

    /** @throws IllegalArgumentException if its offsets are not in order */
    static Attach attach(io.kontiki.proto.internal.v1.Attach message) {
        return new Attach(
                link(message.getLink()),
                message.getLogStartOffset(),
                message.hasLastEpoch() ? OptionalInt.of(message.getLastEpoch()) : OptionalInt.empty(),
                message.getEndOffset(),
                message.getFlushedOffset());
    }

    static ReplicateRequest of(TopicPartition partition, Ack ack) {
        return ReplicateRequest.newBuilder()
                .setAck(io.kontiki.proto.internal.v1.Ack.newBuilder()
                        .setLink(link(partition, ack.link()))
                        .setEndOffset(ack.endOffset())
                        .setFlushedOffset(ack.flushedOffset())
                        .setLogStartOffset(ack.startOffset()))
                .build();
    }

    /** @throws IllegalArgumentException if its offsets are not in order */
    static Ack ack(io.kontiki.proto.internal.v1.Ack message) {
        return new Ack(
                link(message.getLink()),
                message.getEndOffset(),
                message.getFlushedOffset(),
                message.getLogStartOffset());
    }

    static ReplicateRequest detach(TopicPartition partition, io.kontiki.replication.Link link) {
        return ReplicateRequest.newBuilder()
                .setDetach(Detach.newBuilder().setLink(link(partition, link)))
                .build();
    }

    // ---- Leader to follower

    static ReplicateResponse of(TopicPartition partition, Effect.SendAttached effect) {
        return ReplicateResponse.newBuilder()
                .setAttached(Attached.newBuilder()
                        .setLink(link(partition, effect.link()))
                        .setHighWatermark(effect.highWatermark())
                        .setLogStartOffset(effect.logStartOffset()))
                .build();
    }

    static ReplicateResponse of(TopicPartition partition, Effect.SendDiverged effect) {
        return ReplicateResponse.newBuilder()
                .setDiverged(Diverged.newBuilder()
                        .setLink(link(partition, effect.link()))
                        .setEpoch(effect.point().epoch())
                        .setEndOffset(effect.point().endOffset()))
                .build();
    }

    /** The producers may be many, so they come in parts; the last part says so. */
    static List<ReplicateResponse> of(TopicPartition partition, Effect.SendReset effect, LogStart start) {
        ByteBuffer producers = start.producers().slice();
        List<ReplicateResponse> parts = new ArrayList<>();
        do {
            int bytes = Math.min(producers.remaining(), RESET_PART_BYTES);
            Reset.Builder part = Reset.newBuilder()
                    .setLink(link(partition, effect.link()))
                    .setStartOffset(start.startOffset())
                    .setProducers(UnsafeByteOperations.unsafeWrap(producers.slice(producers.position(), bytes)));
            producers.position(producers.position() + bytes);
            if (!producers.hasRemaining()) {
                part.setLast(true);
                start.epochs()
                        .entries()
                        .forEach(entry ->
                                part.addEpochsBuilder().setEpoch(entry.epoch()).setStartOffset(entry.startOffset()));
            }
            parts.add(ReplicateResponse.newBuilder().setReset(part).build());
        } while (producers.hasRemaining());
        return parts;
    }

    /**
     * @param last the last part
     * @param producers of all parts
     * @throws IllegalArgumentException if epochs do not rise
     */
    static LogStart logStart(Reset last, ByteString producers) {
        List<EpochEntry> epochs = last.getEpochsList().stream()
                .map(entry -> new EpochEntry(entry.getEpoch(), entry.getStartOffset()))
                .toList();
        return new LogStart(
                last.getStartOffset(),
                LeaderEpochIndex.of(epochs),
                producers.asReadOnlyByteBuffer().slice());
    }

    static EpochEnd point(Diverged message) {
        return new EpochEnd(message.getEpoch(), message.getEndOffset());
    }

    static ReplicateResponse of(TopicPartition partition, Effect.SendRefused effect) {
        return ReplicateResponse.newBuilder()
                .setRefused(AttachRefused.newBuilder()
                        .setLink(link(partition, effect.link()))
                        .setReason(reason(effect.reason()))
                        .setLeaderEpoch(effect.leaderEpoch()))
                .build();
    }

    static ReplicateResponse of(TopicPartition partition, Effect.PushTo effect, LogSlice slice) {
        Push.Builder push = Push.newBuilder()
                .setLink(link(partition, effect.link()))
                .setPreviousOffset(effect.fromOffset())
                .setRecords(UnsafeByteOperations.unsafeWrap(slice.bytes()))
                .setHighWatermark(effect.highWatermark())
                .setLogStartOffset(effect.logStartOffset());
        effect.previousEpoch().ifPresent(push::setPreviousEpoch);
        return ReplicateResponse.newBuilder().setPush(push).build();
    }

    private static AttachRefused.Reason reason(AttachRefusal reason) {
        return switch (reason) {
            case FENCED_EPOCH -> AttachRefused.Reason.REASON_FENCED_EPOCH;
            case UNKNOWN_EPOCH -> AttachRefused.Reason.REASON_UNKNOWN_EPOCH;
            case UNKNOWN_PARTITION -> AttachRefused.Reason.REASON_UNKNOWN_PARTITION;
            case NOT_REPLICA -> AttachRefused.Reason.REASON_NOT_REPLICA;
            case STORAGE_ERROR -> AttachRefused.Reason.REASON_STORAGE_ERROR;
            case OUT_OF_RANGE -> AttachRefused.Reason.REASON_OUT_OF_RANGE;
            case LEFT_ISR -> AttachRefused.Reason.REASON_LEFT_ISR;
        };
    }

    static AttachRefusal reason(AttachRefused.Reason reason) {
        return switch (reason) {
            case REASON_FENCED_EPOCH -> AttachRefusal.FENCED_EPOCH;
            case REASON_UNKNOWN_EPOCH -> AttachRefusal.UNKNOWN_EPOCH;
            case REASON_NOT_REPLICA -> AttachRefusal.NOT_REPLICA;
            case REASON_STORAGE_ERROR -> AttachRefusal.STORAGE_ERROR;
            case REASON_OUT_OF_RANGE -> AttachRefusal.OUT_OF_RANGE;
            case REASON_LEFT_ISR -> AttachRefusal.LEFT_ISR;
            case REASON_UNKNOWN_PARTITION, REASON_UNSPECIFIED, UNRECOGNIZED -> AttachRefusal.UNKNOWN_PARTITION;
        };
    }
}
