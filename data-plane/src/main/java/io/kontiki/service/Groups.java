package io.kontiki.service;

import io.grpc.BindableService;
import io.grpc.ManagedChannel;
import io.kontiki.group.GroupSettings;
import io.kontiki.metadata.Endpoint;
import io.kontiki.metadata.LocalMetadata;
import io.kontiki.partition.Threads;
import io.kontiki.quorum.Proposer;
import io.kontiki.replication.Lease;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * Consumer groups at one broker, put together: the coordinator of those whose slot it owns, and the way to the others. Life
 * cycle: {@link #start} once the broker is registered; {@link #leave} when it is about to stop; {@link #endStreams} when
 * its slots are others', before the gRPC server stops; {@link #close}.
 */
final class Groups implements AutoCloseable {
    private final JoinRelays relays;
    private final GroupLoop coordinator;
    private final GroupGrpcService service;

    /**
     * @param channels gives the shared channel to a broker; the caller closes them after this
     * @param faults told of a defect of the coordinator
     */
    Groups(
            int brokerId,
            LocalMetadata metadata,
            GroupSettings settings,
            Proposer proposer,
            Function<Endpoint, ManagedChannel> channels,
            Threads threads,
            Consumer<Throwable> faults) {
        relays = new JoinRelays(metadata);
        coordinator = new GroupLoop(brokerId, metadata, settings, proposer, threads, faults);
        service = new GroupGrpcService(metadata, new GroupRouter(brokerId, metadata, channels), relays, coordinator);
    }

    BindableService service() {
        return CallOrigin.read(service);
    }

    /** Begins to follow the metadata, and to coordinate. */
    void start() {
        coordinator.start();
    }

    /** As {@link DataPlane#limit}. */
    void limit(long offsetsRetentionMillis, int membersMax) {
        coordinator.limit(offsetsRetentionMillis, membersMax);
    }

    /** As {@link DataPlane#renew}. */
    void renew(Lease lease) {
        coordinator.renew(lease);
    }

    /** Sends members that come elsewhere; those that are here stay until their group has another coordinator. */
    void leave() {
        service.leave();
    }

    /** Ends all members' streams with SHUTTING_DOWN, so that they go on through another broker at once. */
    void endStreams() {
        relays.close();
        coordinator.endStreams();
    }

    @Override
    public void close() {
        relays.close();
        coordinator.close();
    }
}
