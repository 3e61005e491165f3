package io.kontiki.metadata;

import java.util.Collection;
import java.util.Collections;
import java.util.Objects;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.UUID;

/**
 * One run of one broker, as the quorum knows it.
 *
 * @param id the broker's number, at least 0
 * @param incarnation drawn anew at each start of the process
 * @param base until it is unfenced for the first time: the last run that served on its disks, if the quorum knows that this
 *     run has what that one left (rule R3); empty from then on
 * @param epoch index in the metadata log of this registration; fences earlier runs
 * @param directories its log directories, by the id drawn when each was made, and whether each is online; what could not
 *     be used when the run began is not among them
 * @param endpoint where clients and other brokers reach its gRPC services
 * @param rack where it stands, if told
 * @param fenced whether it may lead or count as in sync; a broker starts fenced
 * @param shuttingDown whether it asked to leave
 * @param fencingIndex index in the metadata log of what last fenced or unfenced this run; 0 before the first
 */
public record BrokerRegistration(
        int id,
        UUID incarnation,
        Optional<UUID> base,
        long epoch,
        SortedMap<UUID, Boolean> directories,
        Endpoint endpoint,
        Optional<String> rack,
        boolean fenced,
        boolean shuttingDown,
        long fencingIndex) {
    public BrokerRegistration {
        if (id < 0) {
            throw new IllegalArgumentException("broker id " + id + " is below 0");
        }
        Objects.requireNonNull(incarnation);
        Objects.requireNonNull(base);
        directories = Collections.unmodifiableSortedMap(new TreeMap<>(directories));
        Objects.requireNonNull(endpoint);
        Objects.requireNonNull(rack);
    }

    /** Whether the broker may lead and be in sync (rule M0). */
    public boolean usable() {
        return !fenced && !shuttingDown;
    }

    /** Whether this run has that directory, working or not. */
    public boolean hasDirectory(UUID directory) {
        return directories.containsKey(directory);
    }

    /** Whether that directory is there and has not failed in this run. */
    public boolean isOnline(UUID directory) {
        return directories.getOrDefault(directory, false);
    }

    /** The same run with some of its directories failed. */
    public BrokerRegistration withFailed(Collection<UUID> failed) {
        var after = new TreeMap<>(directories);
        failed.forEach(directory -> after.replace(directory, false));
        return new BrokerRegistration(
                id, incarnation, base, epoch, after, endpoint, rack, fenced, shuttingDown, fencingIndex);
    }

    /** The same run, which may not lead or count as in sync any more. */
    public BrokerRegistration asFenced(long index) {
        return new BrokerRegistration(
                id, incarnation, base, epoch, directories, endpoint, rack, true, shuttingDown, index);
    }

    /** The same run, which may serve: what it acknowledges from now on, no earlier run has. */
    public BrokerRegistration asUnfenced(long index) {
        return new BrokerRegistration(
                id, incarnation, Optional.empty(), epoch, directories, endpoint, rack, false, shuttingDown, index);
    }

    public BrokerRegistration withShuttingDown(boolean value) {
        return new BrokerRegistration(
                id, incarnation, base, epoch, directories, endpoint, rack, fenced, value, fencingIndex);
    }
}
