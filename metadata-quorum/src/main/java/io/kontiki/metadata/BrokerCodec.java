package io.kontiki.metadata;

import io.kontiki.proto.internal.v1.BrokerRecord;
import io.kontiki.proto.internal.v1.DirectoryRecord;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;

/** Broker registrations as messages; an empty rack stands for none. */
final class BrokerCodec {
    private BrokerCodec() {}

    static BrokerRecord toRecord(BrokerRegistration broker) {
        var record = BrokerRecord.newBuilder()
                .setId(broker.id())
                .setIncarnation(UuidBytes.toBytes(broker.incarnation()))
                .setEpoch(broker.epoch())
                .setHost(broker.endpoint().host())
                .setPort(broker.endpoint().port())
                .setRack(broker.rack().orElse(""))
                .setFenced(broker.fenced())
                .setShuttingDown(broker.shuttingDown())
                .setFencingIndex(broker.fencingIndex());
        broker.base().ifPresent(base -> record.setBaseIncarnation(UuidBytes.toBytes(base)));
        broker.directories()
                .forEach((id, online) -> record.addDirectories(DirectoryRecord.newBuilder()
                        .setId(UuidBytes.toBytes(id))
                        .setOnline(online)));
        return record.build();
    }

    static BrokerRegistration fromRecord(BrokerRecord record) {
        var directories = new TreeMap<UUID, Boolean>();
        record.getDirectoriesList()
                .forEach(directory -> directories.put(UuidBytes.fromBytes(directory.getId()), directory.getOnline()));
        return new BrokerRegistration(
                record.getId(),
                UuidBytes.fromBytes(record.getIncarnation()),
                Optional.of(record.getBaseIncarnation())
                        .filter(base -> !base.isEmpty())
                        .map(UuidBytes::fromBytes),
                record.getEpoch(),
                directories,
                new Endpoint(record.getHost(), record.getPort()),
                Optional.of(record.getRack()).filter(rack -> !rack.isEmpty()),
                record.getFenced(),
                record.getShuttingDown(),
                record.getFencingIndex());
    }
}
