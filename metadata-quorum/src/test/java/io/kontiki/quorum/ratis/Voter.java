package io.kontiki.quorum.ratis;

import io.kontiki.metadata.Endpoint;
import io.kontiki.metadata.LocalMetadata;
import io.kontiki.quorum.RecordedLeadership;
import io.kontiki.quorum.SampleCommands;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;

/** One voter of a quorum on loopback, with what it publishes and tells. */
final class Voter implements AutoCloseable {
    final List<String> faults = new CopyOnWriteArrayList<>();
    final LocalMetadata metadata = new LocalMetadata(fault -> faults.add(fault.toString()));
    final RecordedLeadership leadership = new RecordedLeadership();
    final QuorumConfig config;
    final RatisMetadataLog log;

    Voter(QuorumConfig config) {
        this.config = config;
        this.log = new RatisMetadataLog(config, metadata, (message, cause) -> faults.add(message + ": " + cause));
    }

    Voter start() {
        log.start(leadership);
        return this;
    }

    boolean leads() {
        return log.status().leading();
    }

    @Override
    public void close() {
        log.close();
    }

    /** The same voter, run again on what its last run left. */
    Voter again() {
        return new Voter(with(config, false));
    }

    static QuorumConfig config(int id, Map<Integer, Endpoint> voters, Path directory) {
        return QuorumConfig.of(
                id, voters, voters.get(id).port(), directory.resolve("voter-" + id), true, SampleCommands.CLUSTER_ID);
    }

    static QuorumConfig with(QuorumConfig config, boolean newMember) {
        return new QuorumConfig(
                config.nodeId(),
                config.voters(),
                Optional.of("127.0.0.1"),
                config.bindPort(),
                config.storageDirectory(),
                newMember,
                config.clusterId(),
                Duration.ofMillis(config.voters().size() == 1 ? 150 : 500),
                Duration.ofMillis(config.voters().size() == 1 ? 300 : 800),
                config.snapshotEntries(),
                config.retainedEntries(),
                config.snapshotInterval());
    }

    /** The same, but it waits for seconds before it campaigns by itself. */
    static QuorumConfig patient(QuorumConfig config) {
        return new QuorumConfig(
                config.nodeId(),
                config.voters(),
                config.bindHost(),
                config.bindPort(),
                config.storageDirectory(),
                config.newMember(),
                config.clusterId(),
                Duration.ofSeconds(6),
                Duration.ofSeconds(7),
                config.snapshotEntries(),
                config.retainedEntries(),
                config.snapshotInterval());
    }

    /** The same, but it drops what a snapshot covers at once. */
    static QuorumConfig forgetful(QuorumConfig config) {
        return new QuorumConfig(
                config.nodeId(),
                config.voters(),
                config.bindHost(),
                config.bindPort(),
                config.storageDirectory(),
                config.newMember(),
                config.clusterId(),
                config.electionTimeoutMin(),
                config.electionTimeoutMax(),
                1,
                0,
                config.snapshotInterval());
    }

    /** Endpoints of voters 1 to {@code count} at free ports. */
    static Map<Integer, Endpoint> endpoints(int count) {
        var endpoints = new TreeMap<Integer, Endpoint>();
        for (int id = 1; id <= count; id++) {
            endpoints.put(id, new Endpoint("127.0.0.1", freePort()));
        }
        return endpoints;
    }

    static int freePort() {
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }
}
