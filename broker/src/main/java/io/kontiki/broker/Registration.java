package io.kontiki.broker;

import io.kontiki.metadata.Endpoint;
import io.kontiki.metadata.UuidBytes;
import io.kontiki.partition.PartitionLogs;
import io.kontiki.proto.internal.v1.PartitionRef;
import io.kontiki.proto.internal.v1.RegisterBroker;
import io.kontiki.proto.internal.v1.RestartClaim;
import java.util.Optional;

/** What a broker says of itself to the quorum (rules M1, R3). */
final class Registration {
    private Registration() {}

    /** @param recovered what the claim does not cover */
    static RegisterBroker of(
            DataDirectory directory, Endpoint endpoint, Optional<String> rack, PartitionLogs.Recovery recovered) {
        var identity = directory.identity();
        var registration = RegisterBroker.newBuilder()
                .setClusterId(identity.clusterId())
                .setBrokerId(identity.brokerId())
                .setIncarnation(UuidBytes.toBytes(directory.incarnation()))
                .setHost(endpoint.host())
                .setPort(endpoint.port())
                .setRack(rack.orElse(""))
                .setClaim(recovered.uncertain().isEmpty() ? directory.claim() : RestartClaim.RESTART_CLAIM_UNCLEAN)
                .addDirectoryIds(UuidBytes.toBytes(identity.directoryId()));
        directory.baseIncarnation().ifPresent(base -> registration.setBaseIncarnation(UuidBytes.toBytes(base)));
        recovered
                .damaged()
                .forEach(partition -> registration.addExceptions(PartitionRef.newBuilder()
                        .setTopicId(UuidBytes.toBytes(partition.topicId()))
                        .setPartition(partition.partition())));
        return registration.build();
    }
}
