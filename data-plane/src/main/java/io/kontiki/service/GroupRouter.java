package io.kontiki.service;

import io.grpc.Channel;
import io.grpc.ManagedChannel;
import io.kontiki.metadata.BrokerRegistration;
import io.kontiki.metadata.Endpoint;
import io.kontiki.metadata.LocalMetadata;
import io.kontiki.metadata.MetadataImage;
import io.kontiki.metadata.Slot;
import io.kontiki.proto.v1.ErrorReason;
import java.util.function.Function;

/**
 * Says which broker coordinates a group: the owner of its slot, as this broker's image has it (rule C1). If that one knows
 * better it refuses, since a call is relayed once at most. Any thread.
 */
final class GroupRouter {
    /** Where a call about a group belongs. */
    sealed interface Route permits Here, There {}

    /** This broker coordinates the group. */
    record Here() implements Route {}

    /**
     * Another one does.
     *
     * @param channel marked as that of a relay, for the client that called
     */
    record There(int brokerId, Channel channel) implements Route {}

    private static final Here HERE = new Here();

    private final int brokerId;
    private final LocalMetadata metadata;
    private final Function<Endpoint, ManagedChannel> channels;

    /** @param channels gives the shared channel to a broker; closing it is not this class's matter */
    GroupRouter(int brokerId, LocalMetadata metadata, Function<Endpoint, ManagedChannel> channels) {
        this.brokerId = brokerId;
        this.metadata = metadata;
        this.channels = channels;
    }

    /**
     * In the context of the call.
     *
     * @param groupId within its limits
     * @throws io.grpc.StatusRuntimeException NOT_COORDINATOR if nobody coordinates the group now, or if another broker than
     *     this one does and the call was relayed already
     */
    Route route(String groupId, CallOrigin origin) {
        MetadataImage image = RequestLimits.ready(metadata.current());
        Slot slot = image.slots().of(groupId);
        if (slot.owner() == brokerId) {
            return HERE;
        }
        if (origin.relayed()) {
            throw notCoordinator("broker " + brokerId + " does not coordinate group \"" + groupId
                    + "\"; as far as it knows at index " + image.position().index() + ", "
                    + (slot.hasOwner() ? "broker " + slot.owner() + " does" : "no broker does"));
        }
        Endpoint owner = image.broker(slot.owner())
                .map(BrokerRegistration::endpoint)
                .orElseThrow(() -> notCoordinator("no broker coordinates group \"" + groupId + "\" now"));
        return new There(slot.owner(), origin.marked(channel(owner)));
    }

    private ManagedChannel channel(Endpoint owner) {
        try {
            return channels.apply(owner);
        } catch (IllegalStateException e) {
            throw ServiceErrors.exception(ErrorReason.ERROR_REASON_SHUTTING_DOWN, "this broker is stopping");
        }
    }

    private static RuntimeException notCoordinator(String message) {
        return ServiceErrors.exception(ErrorReason.ERROR_REASON_NOT_COORDINATOR, message);
    }
}
