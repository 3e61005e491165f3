package io.kontiki.service.quorum;

import io.kontiki.proto.v1.ErrorReason;

/** The quorum does not take this broker, and a repeat would not help. */
public final class RegistrationRefusedException extends RuntimeException {
    private final ErrorReason reason;

    RegistrationRefusedException(ErrorReason reason, String message) {
        super("the quorum refused to register this broker (" + reason + "): " + message);
        this.reason = reason;
    }

    public ErrorReason reason() {
        return reason;
    }
}
