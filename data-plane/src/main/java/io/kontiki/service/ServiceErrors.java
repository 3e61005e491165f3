package io.kontiki.service;

import com.google.protobuf.Any;
import com.google.rpc.BadRequest;
import com.google.rpc.ErrorInfo;
import com.google.rpc.RetryInfo;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import io.kontiki.proto.internal.v1.CommandReply;
import io.kontiki.proto.v1.ErrorReason;
import io.kontiki.proto.v1.LeaderHint;
import io.kontiki.proto.v1.PartitionError;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one mapping of errors to the wire. A call that fails gets a gRPC status with {@code google.rpc} details:
 * {@code ErrorInfo} with the reason in UPPER_SNAKE and the domain {@code kontiki}; {@code RetryInfo} where waiting helps;
 * {@code BadRequest} where a field is to blame; and, for stubs that do not read details, the plain trailer
 * {@code kontiki-leader} with the right leader. One partition's part of a batched call gets a {@link PartitionError}.
 */
public final class ServiceErrors {
    /** Domain of every {@code ErrorInfo}. */
    public static final String DOMAIN = "kontiki";

    /** {@code id@host:port} of the right leader. */
    public static final Metadata.Key<String> LEADER_TRAILER =
            Metadata.Key.of("kontiki-leader", Metadata.ASCII_STRING_MARSHALLER);

    /** gRPC's own limit on all metadata is 8 KiB, and the message travels twice: in the status and in the details. */
    private static final int MESSAGE_CHARS_MAX = 1024;

    private static final String REASON_PREFIX = "ERROR_REASON_";

    private static final Logger LOG = LoggerFactory.getLogger(ServiceErrors.class);

    private ServiceErrors() {}

    /** The gRPC status code of a reason. */
    public static Status.Code code(ErrorReason reason) {
        return ErrorClass.of(reason).code();
    }

    /** Whether the same call may succeed later, perhaps at another broker. */
    public static boolean retriable(ErrorReason reason) {
        return ErrorClass.of(reason).retriable();
    }

    /** The reason as it stands in {@code ErrorInfo}: without the enum's prefix. */
    public static String word(ErrorReason reason) {
        return reason.name().substring(REASON_PREFIX.length());
    }

    /** The failure of one partition inside the reply of a batched call. */
    public static PartitionError partitionError(Refusal refusal) {
        var error = PartitionError.newBuilder().setReason(refusal.reason()).setMessage(shortened(refusal.message()));
        refusal.leader().ifPresent(error::setLeaderHint);
        return error.build();
    }

    /** The failure of a whole call, ready for {@code StreamObserver.onError}. */
    public static StatusRuntimeException exception(Refusal refusal) {
        var kind = ErrorClass.of(refusal.reason());
        var message = shortened(refusal.message());
        var status = com.google.rpc.Status.newBuilder()
                .setCode(kind.code().value())
                .setMessage(message)
                .addDetails(Any.pack(errorInfo(refusal)));
        if (!kind.retryDelay().isZero()) {
            status.addDetails(Any.pack(retryInfo(kind)));
        }
        refusal.field().ifPresent(field -> status.addDetails(Any.pack(badRequest(field, message))));
        return StatusProto.toStatusRuntimeException(status.build(), trailers(refusal.leader()));
    }

    /** As {@link #exception(Refusal)}, of a reason and a message alone. */
    public static StatusRuntimeException exception(ErrorReason reason, String message) {
        return exception(Refusal.of(reason, message));
    }

    /** Does nothing if the command was applied; otherwise throws its refusal as a status. */
    public static void throwIfRefused(CommandReply reply) {
        if (reply.getReason() != ErrorReason.ERROR_REASON_UNSPECIFIED) {
            throw exception(refusal(reply));
        }
    }

    /**
     * The failure of a call that ended with {@code failure}: a gRPC status as it is, anything else as INTERNAL without a
     * word of its message, which may hold what is nobody's business; it is logged here instead.
     */
    public static StatusRuntimeException toStatus(Throwable failure) {
        if (unwrapped(failure) instanceof StatusRuntimeException status && expected(status)) {
            return status;
        }
        LOG.error("A call failed because of a defect", failure);
        return defect();
    }

    /** What a caller may know of a defect. */
    static StatusRuntimeException defect() {
        return exception(
                ErrorReason.ERROR_REASON_INTERNAL, "a defect of the broker ended the call; its log has the details");
    }

    /** UNKNOWN without details is what gRPC makes of an exception that nobody mapped. */
    static boolean expected(StatusRuntimeException status) {
        return status.getStatus().getCode() != Status.Code.UNKNOWN
                || status.getTrailers() != null && !status.getTrailers().keys().isEmpty();
    }

    private static Refusal refusal(CommandReply reply) {
        var field = switch (reply.getReason()) {
            case ERROR_REASON_INVALID_TOPIC_NAME -> Optional.of("name");
            case ERROR_REASON_INVALID_PARTITIONS -> Optional.of("partitions");
            case ERROR_REASON_INVALID_REPLICATION_FACTOR -> Optional.of("replication_factor");
            case ERROR_REASON_INVALID_CONFIG -> Optional.of("configs");
            default -> Optional.<String>empty();
        };
        return new Refusal(reply.getReason(), reply.getMessage(), field, Optional.empty());
    }

    private static Throwable unwrapped(Throwable failure) {
        var cause = failure;
        while ((cause instanceof CompletionException || cause instanceof ExecutionException)
                && cause.getCause() != null) {
            cause = cause.getCause();
        }
        return cause;
    }

    private static ErrorInfo errorInfo(Refusal refusal) {
        var info = ErrorInfo.newBuilder().setReason(word(refusal.reason())).setDomain(DOMAIN);
        refusal.leader()
                .ifPresent(leader -> info.putMetadata("leader_id", Integer.toString(leader.getLeaderId()))
                        .putMetadata("leader_epoch", Integer.toString(leader.getLeaderEpoch()))
                        .putMetadata("leader_endpoint", endpoint(leader)));
        return info.build();
    }

    private static RetryInfo retryInfo(ErrorClass kind) {
        var delay = com.google.protobuf.Duration.newBuilder()
                .setSeconds(kind.retryDelay().toSeconds())
                .setNanos(kind.retryDelay().toNanosPart());
        return RetryInfo.newBuilder().setRetryDelay(delay).build();
    }

    private static BadRequest badRequest(String field, String message) {
        var violation = BadRequest.FieldViolation.newBuilder()
                .setField(shortened(field))
                .setDescription(message);
        return BadRequest.newBuilder().addFieldViolations(violation).build();
    }

    private static Metadata trailers(Optional<LeaderHint> leader) {
        var trailers = new Metadata();
        leader.ifPresent(hint -> trailers.put(LEADER_TRAILER, hint.getLeaderId() + "@" + endpoint(hint)));
        return trailers;
    }

    private static String endpoint(LeaderHint leader) {
        return leader.getHost() + ":" + leader.getPort();
    }

    private static String shortened(String message) {
        return message.length() <= MESSAGE_CHARS_MAX ? message : message.substring(0, MESSAGE_CHARS_MAX) + "…";
    }
}
