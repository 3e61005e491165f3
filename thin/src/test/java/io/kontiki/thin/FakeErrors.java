package io.kontiki.thin;

import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.kontiki.proto.v1.ErrorReason;
import io.kontiki.proto.v1.PartitionError;
import java.util.Optional;

/** Puts the reason in front of the message. */
final class FakeErrors implements WireErrors {
    @Override
    public StatusRuntimeException status(ErrorReason reason, String message, Optional<String> field) {
        return Status.FAILED_PRECONDITION
                .withDescription(reason + " " + field.orElse("-") + " " + message)
                .asRuntimeException();
    }

    @Override
    public PartitionError partitionError(ErrorReason reason, String message) {
        return PartitionError.newBuilder().setReason(reason).setMessage(message).build();
    }
}
