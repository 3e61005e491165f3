package io.kontiki.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.rpc.BadRequest;
import com.google.rpc.ErrorInfo;
import com.google.rpc.RetryInfo;
import io.grpc.Status;
import io.grpc.protobuf.StatusProto;
import io.kontiki.proto.internal.v1.CommandReply;
import io.kontiki.proto.v1.ErrorReason;
import io.kontiki.proto.v1.LeaderHint;
import java.util.Arrays;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.Test;

class ServiceErrorsTest {
    private static final LeaderHint HINT = LeaderHint.newBuilder()
            .setLeaderId(2)
            .setLeaderEpoch(7)
            .setHost("b2")
            .setPort(9392)
            .build();

    @Test
    void everyReasonHasAStatusAndAWord() {
        Arrays.stream(ErrorReason.values())
                .filter(reason -> reason != ErrorReason.UNRECOGNIZED && reason != ErrorReason.ERROR_REASON_UNSPECIFIED)
                .forEach(reason -> {
                    assertThat(ServiceErrors.code(reason)).isNotEqualTo(Status.Code.OK);
                    assertThat(ServiceErrors.word(reason))
                            .doesNotContain("ERROR_REASON")
                            .isUpperCase();
                });
    }

    @Test
    void wrongLeaderIsNotUnavailable() {
        // Generic retry policies would try the same broker again.
        assertThat(ServiceErrors.code(ErrorReason.ERROR_REASON_NOT_LEADER)).isEqualTo(Status.Code.FAILED_PRECONDITION);
    }

    @Test
    void callErrorCarriesReasonLeaderAndTrailer() throws InvalidProtocolBufferException {
        var error = ServiceErrors.exception(
                Refusal.withLeader(ErrorReason.ERROR_REASON_NOT_LEADER, "broker 1 does not lead t-0", HINT));

        var info = StatusProto.fromThrowable(error).getDetails(0).unpack(ErrorInfo.class);
        assertThat(info.getReason()).isEqualTo("NOT_LEADER");
        assertThat(info.getDomain()).isEqualTo("kontiki");
        assertThat(info.getMetadataMap())
                .containsEntry("leader_id", "2")
                .containsEntry("leader_epoch", "7")
                .containsEntry("leader_endpoint", "b2:9392");
        assertThat(error.getTrailers().get(ServiceErrors.LEADER_TRAILER)).isEqualTo("2@b2:9392");
    }

    @Test
    void refusedFieldIsNamedInBadRequest() throws InvalidProtocolBufferException {
        var error = ServiceErrors.exception(Refusal.ofField(
                ErrorReason.ERROR_REASON_INVALID_PARTITIONS, "partitions", "partitions 0 is not within 1 to 10000"));

        var bad = StatusProto.fromThrowable(error).getDetails(1).unpack(BadRequest.class);
        assertThat(bad.getFieldViolations(0).getField()).isEqualTo("partitions");
        assertThat(error.getStatus().getDescription()).isEqualTo("partitions 0 is not within 1 to 10000");
    }

    @Test
    void waitingIsAdvisedWhereItHelps() throws InvalidProtocolBufferException {
        var error = ServiceErrors.exception(Refusal.of(ErrorReason.ERROR_REASON_QUORUM_UNAVAILABLE, "no leader"));

        var retry = StatusProto.fromThrowable(error).getDetails(1).unpack(RetryInfo.class);
        assertThat(retry.getRetryDelay().getSeconds()).isEqualTo(1);
    }

    @Test
    void messageIsBounded() {
        var error = ServiceErrors.exception(Refusal.of(ErrorReason.ERROR_REASON_INVALID_CONFIG, "x".repeat(100_000)));

        assertThat(error.getStatus().getDescription()).hasSizeLessThan(2000);
    }

    @Test
    void defectKeepsItsMessageToItself() {
        var error = ServiceErrors.toStatus(new CompletionException(new IllegalStateException("password=1234")));

        assertThat(error.getStatus().getCode()).isEqualTo(Status.Code.INTERNAL);
        assertThat(error.toString()).doesNotContain("1234");
    }

    @Test
    void statusInsideAFutureIsKept() {
        var status = ServiceErrors.exception(ErrorReason.ERROR_REASON_TOPIC_NOT_FOUND, "no topic \"t\"");

        assertThat(ServiceErrors.toStatus(new CompletionException(status))).isSameAs(status);
    }

    @Test
    void refusedCommandBecomesAStatus() {
        var refused = CommandReply.newBuilder()
                .setReason(ErrorReason.ERROR_REASON_TOPIC_EXISTS)
                .setMessage("topic \"t\" exists")
                .build();

        ServiceErrors.throwIfRefused(CommandReply.getDefaultInstance());
        assertThatThrownBy(() -> ServiceErrors.throwIfRefused(refused))
                .hasMessage("ALREADY_EXISTS: topic \"t\" exists");
    }
}
