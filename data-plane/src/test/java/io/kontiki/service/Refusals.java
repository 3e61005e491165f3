package io.kontiki.service;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.rpc.ErrorInfo;
import io.grpc.protobuf.StatusProto;

/** What a failed call says. */
final class Refusals {
    private Refusals() {}

    /** The reason in upper case, or the message if there is none. */
    static String reason(Throwable failure) {
        return StatusProto.fromThrowable(failure).getDetailsList().stream()
                .filter(detail -> detail.is(ErrorInfo.class))
                .map(Refusals::reason)
                .findFirst()
                .orElse(String.valueOf(failure.getMessage()));
    }

    private static String reason(Any detail) {
        try {
            return detail.unpack(ErrorInfo.class).getReason();
        } catch (InvalidProtocolBufferException e) {
            throw new AssertionError(e);
        }
    }
}
