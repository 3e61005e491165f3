package io.kontiki.metadata;

import io.kontiki.proto.internal.v1.BrokerRecord;
import java.util.Optional;

/** Broker registrations as messages; an empty rack stands for none. */
final class BrokerCodec {
    private BrokerCodec() {}

    static BrokerRecord toRecord(BrokerRegistration broker) {
        return BrokerRecord.newBuilder()
                .setId(broker.id())
                .setIncarnation(UuidBytes.toBytes(broker.incarnation()))
                .setEpoch(broker.epoch())
                .setDirectoryId(UuidBytes.toBytes(broker.directoryId()))
                .setHost(broker.endpoint().host())
                .setPort(broker.endpoint().port())
                .setRack(broker.rack().orElse(""))
                .setFenced(broker.fenced())
                .setShuttingDown(broker.shuttingDown())
                .build();
    }

    static BrokerRegistration fromRecord(BrokerRecord record) {
        return new BrokerRegistration(
                record.getId(),
                UuidBytes.fromBytes(record.getIncarnation()),
                record.getEpoch(),
                UuidBytes.fromBytes(record.getDirectoryId()),
                new Endpoint(record.getHost(), record.getPort()),
                Optional.of(record.getRack()).filter(rack -> !rack.isEmpty()),
                record.getFenced(),
                record.getShuttingDown());
    }
}
