package io.kontiki.client;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.rpc.ErrorInfo;
import io.grpc.Status;
import io.grpc.protobuf.StatusProto;
import io.kontiki.proto.v1.PartitionError;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.UnknownHostException;
import java.nio.channels.UnresolvedAddressException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** Makes {@link KontikiException}s out of what comes from brokers and connections. */
final class Errors {
    private static final String DOMAIN = "kontiki";
    private static final String WIRE_PREFIX = "ERROR_REASON_";

    private Errors() {}

    /** The reason of one partition's failure. */
    static ErrorReason reason(PartitionError error) {
        var name = error.getReason().name();
        return reason(name.startsWith(WIRE_PREFIX) ? name.substring(WIRE_PREFIX.length()) : name);
    }

    static KontikiException of(PartitionError error, String what) {
        return new KontikiException(reason(error), what + ": " + error.getMessage());
    }

    /** A failed call or stream to the broker at this address. */
    static KontikiException of(Throwable error, HostPort address) {
        var info = errorInfo(error);
        var status = Status.fromThrowable(error);
        var reason = info.map(i -> reason(i.getReason())).orElseGet(() -> reason(status));
        return new KontikiException(reason, "broker " + address + ": " + describe(error), error);
    }

    /** Words for people: the broker's own, or why the connection failed. */
    static String describe(Throwable error) {
        var status = Status.fromThrowable(error);
        var cause = rootCause(error);
        if (status.getCode() == Status.Code.UNAVAILABLE && cause != error && cause.getMessage() != null) {
            return cause.getMessage();
        }
        if (status.getCode() == Status.Code.DEADLINE_EXCEEDED
                && errorInfo(error).isEmpty()) {
            return "no answer in time"; // What gRPC says of it is for its developers.
        }
        return status.getDescription() != null
                ? status.getDescription()
                : status.getCode().toString();
    }

    /** Words for a call that ran out of this time. */
    static String noAnswer(Duration timeout) {
        long millis = timeout.toMillis();
        boolean whole = millis % TimeUnit.SECONDS.toMillis(1) == 0;
        return "no answer within " + (whole ? timeout.toSeconds() + " s" : millis + " ms");
    }

    /** Whether the failed call certainly never left this machine. */
    static boolean neverSent(Throwable error) {
        var cause = rootCause(error);
        return cause instanceof ConnectException
                || cause instanceof NoRouteToHostException
                || cause instanceof UnknownHostException
                || cause instanceof UnresolvedAddressException;
    }

    private static Throwable rootCause(Throwable error) {
        var cause = error;
        while (cause.getCause() != null) {
            cause = cause.getCause();
        }
        return cause;
    }

    private static Optional<ErrorInfo> errorInfo(Throwable error) {
        var status = StatusProto.fromThrowable(error);
        if (status == null) {
            return Optional.empty();
        }
        for (var detail : status.getDetailsList()) {
            if (detail.is(ErrorInfo.class)) {
                try {
                    var info = detail.unpack(ErrorInfo.class);
                    return info.getDomain().equals(DOMAIN) ? Optional.of(info) : Optional.empty();
                } catch (InvalidProtocolBufferException e) {
                    return Optional.empty();
                }
            }
        }
        return Optional.empty();
    }

    private static ErrorReason reason(String name) {
        try {
            return ErrorReason.valueOf(name);
        } catch (IllegalArgumentException e) {
            return ErrorReason.UNKNOWN;
        }
    }

    private static ErrorReason reason(Status status) {
        return switch (status.getCode()) {
            case UNAVAILABLE, CANCELLED, ABORTED -> ErrorReason.DISCONNECTED;
            case DEADLINE_EXCEEDED -> ErrorReason.TIMED_OUT;
            case RESOURCE_EXHAUSTED -> ErrorReason.OVERLOADED;
            case INVALID_ARGUMENT -> ErrorReason.INVALID_ARGUMENT;
            case INTERNAL -> ErrorReason.INTERNAL;
            default -> ErrorReason.UNKNOWN;
        };
    }
}
