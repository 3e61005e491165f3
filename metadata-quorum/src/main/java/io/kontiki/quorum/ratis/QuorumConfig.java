package io.kontiki.quorum.ratis;

import io.kontiki.metadata.Endpoint;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Settings of one voter.
 *
 * @param nodeId this voter, a key of {@code voters}
 * @param voters the advertised Raft endpoint of each voter: 1, 3 or 5, the same on all of them
 * @param bindHost interface for the Raft port, all if empty
 * @param bindPort Raft port to listen on, 1 to 65535
 * @param storageDirectory holds the log and the snapshots, and nothing else
 * @param newMember whether this voter has never run, as its {@code meta.properties} tell. Only then may the storage be
 *     empty: a voter that lost its storage has forgotten its votes and must not come back under its id (rule Q5)
 * @param clusterId names the Raft group, not empty
 * @param electionTimeoutMin,electionTimeoutMax a follower that hears nothing for a time drawn between the two campaigns;
 *     heartbeats go out every half of the lower one
 * @param snapshotEntries a snapshot is taken once so many entries were applied after the last one
 * @param retainedEntries entries kept behind a snapshot, so that a member that was away for a short time catches up from
 *     the log; at least 0. Whole files are dropped, so more can be left
 * @param snapshotInterval a snapshot is also taken at this interval, so that a quiet log is purged too
 */
public record QuorumConfig(
        int nodeId,
        Map<Integer, Endpoint> voters,
        Optional<String> bindHost,
        int bindPort,
        Path storageDirectory,
        boolean newMember,
        String clusterId,
        Duration electionTimeoutMin,
        Duration electionTimeoutMax,
        long snapshotEntries,
        long retainedEntries,
        Duration snapshotInterval) {
    public QuorumConfig {
        voters = Map.copyOf(new TreeMap<>(voters));
        Objects.requireNonNull(bindHost);
        Objects.requireNonNull(storageDirectory);
        if (voters.size() != 1 && voters.size() != 3 && voters.size() != 5) {
            throw new IllegalArgumentException("a quorum has 1, 3 or 5 voters, not " + voters.size());
        }
        if (!voters.containsKey(nodeId)) {
            throw new IllegalArgumentException("node " + nodeId + " is not among the voters " + voters.keySet());
        }
        if (bindPort < 1 || bindPort > 65535) {
            throw new IllegalArgumentException("Raft port " + bindPort + " is not within 1 to 65535");
        }
        if (clusterId.isEmpty()) {
            throw new IllegalArgumentException("the cluster id is empty");
        }
        if (electionTimeoutMin.toMillis() < 50 || electionTimeoutMin.compareTo(electionTimeoutMax) >= 0) {
            throw new IllegalArgumentException("election timeouts " + electionTimeoutMin + " to " + electionTimeoutMax
                    + " are not a range that starts at 50 ms or more");
        }
        if (snapshotEntries < 1 || retainedEntries < 0 || snapshotInterval.toMillis() < 1000) {
            throw new IllegalArgumentException("snapshots every " + snapshotEntries + " entries and " + snapshotInterval
                    + ", " + retainedEntries + " retained: at least 1 entry, 1 s and 0 are needed");
        }
    }

    /**
     * The usual settings: 150 to 300 ms for a single voter, 300 to 500 ms otherwise, and a snapshot every 10 minutes.
     */
    public static QuorumConfig of(
            int nodeId,
            Map<Integer, Endpoint> voters,
            int bindPort,
            Path storageDirectory,
            boolean newMember,
            String clusterId) {
        var single = voters.size() == 1;
        return new QuorumConfig(
                nodeId,
                voters,
                Optional.empty(),
                bindPort,
                storageDirectory,
                newMember,
                clusterId,
                Duration.ofMillis(single ? 150 : 300),
                Duration.ofMillis(single ? 300 : 500),
                single ? 20_000 : 50_000,
                single ? 0 : 50_000,
                Duration.ofMinutes(10));
    }

    boolean singleVoter() {
        return voters.size() == 1;
    }
}
