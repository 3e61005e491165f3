package io.kontiki.service;

import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.kontiki.proto.v1.ErrorReason;
import io.kontiki.proto.v1.JoinGroup;
import io.kontiki.proto.v1.JoinRequest;
import io.kontiki.proto.v1.JoinResponse;
import java.util.Locale;
import java.util.Optional;

/**
 * One call of Join, until its first message tells which group it is about; what comes then is for the side that this one
 * opened. Its events come one at a time. Messages are asked for one by one, so that a member that sends faster than it
 * is served waits in its own process.
 */
final class JoinCall implements StreamObserver<JoinRequest> {
    /** Finds the broker's end for a member. */
    interface Opening {
        /** @throws io.grpc.StatusRuntimeException if the member is refused at once */
        JoinSide open(JoinGroup join, CallOrigin origin, ServerCallStreamObserver<JoinResponse> member);
    }

    private final ServerCallStreamObserver<JoinResponse> member;
    private final Opening opening;
    private final CallOrigin origin = CallOrigin.current();
    private Optional<JoinSide> side = Optional.empty();
    private boolean refused;

    /** To be called in the service method. */
    JoinCall(ServerCallStreamObserver<JoinResponse> member, Opening opening) {
        this.member = member;
        this.opening = opening;
        member.disableAutoRequest();
        member.setOnReadyHandler(() -> side.ifPresent(JoinSide::onMemberReady));
        member.setOnCancelHandler(() -> side.ifPresent(JoinSide::onCancelled));
        member.request(1);
    }

    @Override
    public void onNext(JoinRequest request) {
        if (refused) {
            return;
        }
        if (side.isPresent()) {
            side.get().onRequest(request);
            return;
        }
        try {
            side = Optional.of(open(request));
        } catch (RuntimeException e) {
            refused = true;
            member.onError(ServiceErrors.toStatus(e));
        }
    }

    private JoinSide open(JoinRequest request) {
        if (!request.hasJoin()) {
            throw RequestLimits.refused(
                    ErrorReason.ERROR_REASON_INVALID_ARGUMENT,
                    "request",
                    "the first message of a member must be join, but is "
                            + request.getRequestCase().name().toLowerCase(Locale.ROOT));
        }
        GroupLimits.join(request.getJoin());
        return opening.open(request.getJoin(), origin, member);
    }

    @Override
    public void onError(Throwable cause) {
        side.ifPresent(JoinSide::onCancelled);
    }

    @Override
    public void onCompleted() {
        if (refused) {
            return;
        }
        side.ifPresentOrElse(JoinSide::onHalfClosed, member::onCompleted);
    }
}
