package io.kontiki.service;

import com.google.protobuf.ByteString;
import io.kontiki.metadata.TopicPartition;
import io.kontiki.metadata.UuidBytes;
import io.kontiki.partition.DigestAnswer;
import io.kontiki.partition.DigestAnswer.Reason;
import io.kontiki.partition.DigestQuestion;
import io.kontiki.proto.internal.v1.DigestRequest;
import io.kontiki.proto.internal.v1.DigestResponse;
import java.util.HexFormat;

/** Turns digests and what is asked of them into messages of the wire and back. */
final class DigestMessages {
    private static final HexFormat HEX = HexFormat.of();

    private DigestMessages() {}

    static DigestRequest of(TopicPartition partition, DigestQuestion question) {
        return DigestRequest.newBuilder()
                .setTopicId(UuidBytes.toBytes(partition.topicId()))
                .setPartition(partition.partition())
                .setLeaderEpoch(question.leaderEpoch())
                .setFromOffset(question.fromOffset())
                .setToOffset(question.toOffset())
                .build();
    }

    /** @throws IllegalArgumentException if the topic id has not 16 bytes */
    static TopicPartition partition(DigestRequest request) {
        return new TopicPartition(UuidBytes.fromBytes(request.getTopicId()), request.getPartition());
    }

    /** @throws IllegalArgumentException if offsets or epoch are out of their range */
    static DigestQuestion question(DigestRequest request) {
        return new DigestQuestion(request.getLeaderEpoch(), request.getFromOffset(), request.getToOffset());
    }

    static DigestResponse of(DigestAnswer answer) {
        DigestResponse.Builder response = DigestResponse.newBuilder();
        return answer instanceof DigestAnswer.Digest digest
                ? response.setSha256(ByteString.copyFrom(HEX.parseHex(digest.sha256())))
                        .build()
                : response.setRefusal(refusal(((DigestAnswer.Refused) answer).reason()))
                        .build();
    }

    static DigestAnswer answer(DigestResponse response) {
        return response.hasSha256()
                ? new DigestAnswer.Digest(HEX.formatHex(response.getSha256().toByteArray()))
                : DigestAnswer.refused(reason(response.getRefusal()));
    }

    private static DigestResponse.Refusal refusal(Reason reason) {
        return switch (reason) {
            case NOT_FOLLOWING -> DigestResponse.Refusal.REFUSAL_NOT_FOLLOWING;
            case OUT_OF_RANGE -> DigestResponse.Refusal.REFUSAL_OUT_OF_RANGE;
            case COMPACTED -> DigestResponse.Refusal.REFUSAL_COMPACTED;
            case DAMAGED -> DigestResponse.Refusal.REFUSAL_DAMAGED;
            case BUSY -> DigestResponse.Refusal.REFUSAL_BUSY;
            case UNREACHABLE -> DigestResponse.Refusal.REFUSAL_UNSPECIFIED;
        };
    }

    /** What a newer broker refuses for is as good as no answer. */
    private static Reason reason(DigestResponse.Refusal refusal) {
        return switch (refusal) {
            case REFUSAL_NOT_FOLLOWING -> Reason.NOT_FOLLOWING;
            case REFUSAL_OUT_OF_RANGE -> Reason.OUT_OF_RANGE;
            case REFUSAL_COMPACTED -> Reason.COMPACTED;
            case REFUSAL_DAMAGED -> Reason.DAMAGED;
            case REFUSAL_BUSY -> Reason.BUSY;
            case REFUSAL_UNSPECIFIED, UNRECOGNIZED -> Reason.UNREACHABLE;
        };
    }
}
