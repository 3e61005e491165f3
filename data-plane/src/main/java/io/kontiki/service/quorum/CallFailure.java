package io.kontiki.service.quorum;

import io.grpc.Status;
import java.net.ConnectException;
import java.util.Locale;
import java.util.concurrent.CompletionException;

/** Why a call to another broker failed, in words for an operator. */
final class CallFailure {
    private CallFailure() {}

    static String words(Throwable error) {
        var cause = error instanceof CompletionException && error.getCause() != null ? error.getCause() : error;
        var status = Status.fromThrowable(cause);
        if (status.getCode() == Status.Code.DEADLINE_EXCEEDED) {
            return "it took too long";
        }
        for (Throwable inner = status.getCause(); inner != null; inner = inner.getCause()) {
            if (inner instanceof ConnectException) {
                return "connection refused";
            }
        }
        var description = status.getDescription();
        return description == null
                ? status.getCode().name().toLowerCase(Locale.ROOT).replace('_', ' ')
                : description;
    }
}
