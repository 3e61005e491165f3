package io.kontiki.broker;

import io.kontiki.metadata.Endpoint;
import io.kontiki.metadata.UuidBytes;
import io.kontiki.partition.LogDir;
import io.kontiki.partition.PartitionLogs;
import io.kontiki.proto.internal.v1.PartitionRef;
import io.kontiki.proto.internal.v1.RegisterBroker;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/** What a broker says of itself to the quorum (rules M1, R3). */
final class Registration {
    private Registration() {}

    /** @param recovered what recovery found that the claim does not cover */
    static RegisterBroker of(
            DataDirectories directories, Endpoint endpoint, Optional<String> rack, PartitionLogs.Recovery recovered) {
        var identity = directories.identity();
        var registration = RegisterBroker.newBuilder()
                .setClusterId(identity.clusterId())
                .setBrokerId(identity.brokerId())
                .setIncarnation(UuidBytes.toBytes(directories.incarnation()))
                .setHost(endpoint.host())
                .setPort(endpoint.port())
                .setRack(rack.orElse(""))
                .setClaim(directories.claim());
        directories.baseIncarnation().ifPresent(base -> registration.setBaseIncarnation(UuidBytes.toBytes(base)));
        usable(directories.logDirs()).forEach(id -> registration.addDirectoryIds(UuidBytes.toBytes(id)));
        directories
                .exceptions()
                .directories()
                .forEach(id -> registration.addUncoveredDirectoryIds(UuidBytes.toBytes(id)));
        var exceptions = new LinkedHashSet<>(directories.exceptions().partitions());
        exceptions.addAll(recovered.damaged());
        exceptions.forEach(partition -> registration.addExceptions(PartitionRef.newBuilder()
                .setTopicId(UuidBytes.toBytes(partition.topicId()))
                .setPartition(partition.partition())));
        return registration.build();
    }

    private static List<UUID> usable(List<LogDir> dirs) {
        return dirs.stream()
                .filter(dir -> dir.holdsLogs() && !dir.isOffline())
                .flatMap(dir -> dir.id().stream())
                .toList();
    }
}
