package io.kontiki.service;

import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import io.kontiki.proto.v1.ErrorReason;

/** What a client is told of the failure of a call that was relayed for it. */
final class RelayedFailure {
    private RelayedFailure() {}

    /** What the coordinator itself said, as it said it; NOT_COORDINATOR if it could not be reached or was lost. */
    static StatusRuntimeException of(Throwable failure, int coordinatorId) {
        var status = Status.fromThrowable(failure);
        var trailers = Status.trailersFromThrowable(failure);
        var told = StatusProto.fromStatusAndTrailers(status, trailers);
        if (told.getDetailsCount() > 0) {
            // Without the trailers, which are those of the connection between the brokers.
            return StatusProto.toStatusRuntimeException(told);
        }
        return switch (status.getCode()) {
            case UNAVAILABLE, CANCELLED, DEADLINE_EXCEEDED -> lost(coordinatorId, status);
            default -> StatusProto.toStatusRuntimeException(told);
        };
    }

    private static StatusRuntimeException lost(int coordinatorId, Status status) {
        var why = status.getDescription() == null ? "" : ": " + status.getDescription();
        return ServiceErrors.exception(
                ErrorReason.ERROR_REASON_NOT_COORDINATOR,
                "broker " + coordinatorId + ", which coordinates the group, could not be reached or was lost before it"
                        + " answered (" + status.getCode() + why + ")");
    }
}
