package io.kontiki.service;

import io.grpc.StatusRuntimeException;
import io.grpc.stub.ServerCallStreamObserver;
import io.kontiki.metadata.LocalMetadata;
import io.kontiki.metadata.MetadataDelta;
import io.kontiki.metadata.MetadataImage;
import io.kontiki.proto.v1.ErrorReason;
import io.kontiki.proto.v1.JoinGroup;
import io.kontiki.proto.v1.JoinResponse;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The members' streams that this broker relays to other coordinators. One that is relayed to a broker which coordinates the
 * group no longer ends with NOT_COORDINATOR: that broker may hang, and say nothing. Any thread.
 */
final class JoinRelays {
    /** Streams relayed at a time. */
    static final int RELAYS_MAX = 20_000;

    private final Set<JoinRelay> open = ConcurrentHashMap.newKeySet();
    private volatile boolean closed;

    JoinRelays(LocalMetadata metadata) {
        metadata.addPublisher(this::onMetadata);
    }

    /** Begins to relay; in the context of the member's call. */
    JoinSide open(GroupRouter.There there, JoinGroup join, ServerCallStreamObserver<JoinResponse> member) {
        if (open.size() >= RELAYS_MAX) {
            throw ServiceErrors.exception(
                    ErrorReason.ERROR_REASON_OVERLOADED,
                    "this broker relays " + RELAYS_MAX + " members' streams already, its limit");
        }
        var relay = new JoinRelay(join.getGroupId(), there.brokerId(), member, open::remove);
        open.add(relay);
        relay.start(there.channel(), join);
        if (closed) {
            relay.end(stopping());
        }
        return relay;
    }

    private void onMetadata(MetadataDelta delta, MetadataImage image) {
        if (!delta.groups().slotsChanged()) {
            return;
        }
        for (JoinRelay relay : List.copyOf(open)) {
            int owner = image.slots().of(relay.groupId()).owner();
            if (owner != relay.coordinatorId()) {
                relay.end(ServiceErrors.exception(
                        ErrorReason.ERROR_REASON_NOT_COORDINATOR,
                        "broker " + relay.coordinatorId() + " coordinates group \"" + relay.groupId()
                                + "\" no longer"));
            }
        }
    }

    /** Ends all, and those to come: their members are to go to another broker. */
    void close() {
        closed = true;
        List.copyOf(open).forEach(relay -> relay.end(stopping()));
    }

    private static StatusRuntimeException stopping() {
        return ServiceErrors.exception(ErrorReason.ERROR_REASON_SHUTTING_DOWN, "this broker is stopping");
    }
}
