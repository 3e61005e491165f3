package io.kontiki.metadata;

import java.util.Objects;
import java.util.Optional;
import java.util.UUID;

/**
 * One run of one broker, as the quorum knows it.
 *
 * @param id the broker's number, at least 0
 * @param incarnation drawn anew at each start of the process
 * @param epoch index in the metadata log of this registration; fences earlier runs
 * @param directoryId id of its data directory, drawn when that was made
 * @param endpoint where clients and other brokers reach its gRPC services
 * @param rack where it stands, if told
 * @param fenced whether it may lead or count as in sync; a broker starts fenced
 * @param shuttingDown whether it asked to leave
 */
public record BrokerRegistration(
        int id,
        UUID incarnation,
        long epoch,
        UUID directoryId,
        Endpoint endpoint,
        Optional<String> rack,
        boolean fenced,
        boolean shuttingDown) {
    public BrokerRegistration {
        if (id < 0) {
            throw new IllegalArgumentException("broker id " + id + " is below 0");
        }
        Objects.requireNonNull(incarnation);
        Objects.requireNonNull(directoryId);
        Objects.requireNonNull(endpoint);
        Objects.requireNonNull(rack);
    }

    /** Whether the broker may lead and be in sync (rule M0). */
    public boolean usable() {
        return !fenced && !shuttingDown;
    }

    public BrokerRegistration withFenced(boolean value) {
        return new BrokerRegistration(id, incarnation, epoch, directoryId, endpoint, rack, value, shuttingDown);
    }

    public BrokerRegistration withShuttingDown(boolean value) {
        return new BrokerRegistration(id, incarnation, epoch, directoryId, endpoint, rack, fenced, value);
    }
}
