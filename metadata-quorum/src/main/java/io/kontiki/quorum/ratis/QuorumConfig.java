package io.kontiki.quorum.ratis;

import io.kontiki.metadata.Endpoint;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;

/**
 * Settings of one broker's part in the quorum, whether it votes or may be asked to.
 *
 * @param nodeId this broker
 * @param endpoint where other voters reach this broker's Raft listener
 * @param founders the advertised Raft endpoint of each voter that is to form the quorum: 1, 3 or 5, the same on all of
 *     them, this broker among them; empty for a broker that joins later. Once a quorum is stored it counts, and these do not
 * @param bindHost interface for the Raft port, all if empty
 * @param bindPort Raft port to listen on, 1 to 65535
 * @param storageDirectory holds the log and the snapshots, and nothing else
 * @param clusterId not empty; voters of another cluster are refused
 * @param quorumId of the quorum that this broker's logs belong to: it has a part in no other one (rule Q6); empty before
 *     there are any
 * @param bootId tells a crash of the machine from one of the process; empty if unknown, then each may be one of the machine
 * @param fixedEndpoint whether {@code endpoint} stays the same over restarts, so that there may be other voters
 * @param electionTimeout empty for the usual one
 * @param snapshots empty for the usual ones
 */
public record QuorumConfig(
        int nodeId,
        Endpoint endpoint,
        Map<Integer, Endpoint> founders,
        Optional<String> bindHost,
        int bindPort,
        Path storageDirectory,
        String clusterId,
        Optional<UUID> quorumId,
        String bootId,
        boolean fixedEndpoint,
        Optional<ElectionTimeout> electionTimeout,
        Optional<Snapshots> snapshots) {

    /** A follower that hears nothing for a time drawn between the two campaigns; heartbeats go out every half of min. */
    public record ElectionTimeout(Duration min, Duration max) {
        /** 300 to 500 ms. */
        public static final ElectionTimeout USUAL = new ElectionTimeout(Duration.ofMillis(300), Duration.ofMillis(500));

        public ElectionTimeout {
            if (min.toMillis() < 50 || min.compareTo(max) >= 0) {
                throw new IllegalArgumentException(
                        "election timeouts " + min + " to " + max + " are not a range that starts at 50 ms or more");
            }
        }
    }

    /**
     * When snapshots are taken.
     *
     * @param entries a snapshot is taken once so many entries were applied after the last one
     * @param retained entries kept behind a snapshot, so that a member that was away for a short time catches up from the
     *     log; at least 0. Whole files are dropped, so more can be left
     * @param interval a snapshot is also taken at this interval, so that a quiet log is purged too
     */
    public record Snapshots(long entries, long retained, Duration interval) {
        public Snapshots {
            if (entries < 1 || retained < 0 || interval.toMillis() < 1000) {
                throw new IllegalArgumentException("snapshots every " + entries + " entries and " + interval + ", "
                        + retained + " retained: at least 1 entry, 1 s and 0 are needed");
            }
        }

        static Snapshots usual(boolean single) {
            return new Snapshots(single ? 20_000 : 50_000, single ? 0 : 50_000, Duration.ofMinutes(10));
        }
    }

    public QuorumConfig {
        Objects.requireNonNull(endpoint);
        founders = Map.copyOf(new TreeMap<>(founders));
        Objects.requireNonNull(bindHost);
        Objects.requireNonNull(storageDirectory);
        Objects.requireNonNull(quorumId);
        Objects.requireNonNull(bootId);
        Objects.requireNonNull(electionTimeout);
        Objects.requireNonNull(snapshots);
        int count = founders.size();
        if (count > 5 || count > 0 && count % 2 == 0) {
            throw new IllegalArgumentException("a quorum is formed by 1, 3 or 5 voters, not " + count);
        }
        if (count > 0 && !founders.containsKey(nodeId)) {
            throw new IllegalArgumentException("node " + nodeId + " is not among the voters " + founders.keySet());
        }
        if (bindPort < 1 || bindPort > 65535) {
            throw new IllegalArgumentException("Raft port " + bindPort + " is not within 1 to 65535");
        }
        if (clusterId.isEmpty()) {
            throw new IllegalArgumentException("the cluster id is empty");
        }
    }

    /** One of the founders, with the usual settings. */
    public static QuorumConfig founder(
            int nodeId, Map<Integer, Endpoint> founders, Path storageDirectory, String clusterId) {
        var endpoint = founders.get(nodeId);
        return new QuorumConfig(
                nodeId,
                endpoint,
                founders,
                Optional.empty(),
                endpoint.port(),
                storageDirectory,
                clusterId,
                Optional.empty(),
                "",
                true,
                Optional.empty(),
                Optional.empty());
    }
}
