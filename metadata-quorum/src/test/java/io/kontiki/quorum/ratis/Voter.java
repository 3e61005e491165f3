package io.kontiki.quorum.ratis;

import io.kontiki.metadata.Endpoint;
import io.kontiki.metadata.LocalMetadata;
import io.kontiki.quorum.FreePorts;
import io.kontiki.quorum.MembershipListener;
import io.kontiki.quorum.QuorumVoter;
import io.kontiki.quorum.RecordedLeadership;
import io.kontiki.quorum.SampleCommands;
import io.kontiki.quorum.ratis.QuorumConfig.ElectionTimeout;
import io.kontiki.quorum.ratis.QuorumConfig.Snapshots;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;

/** One broker's part in a quorum on loopback, with what it publishes and tells. */
final class Voter implements MembershipListener, AutoCloseable {
    final List<String> faults = new CopyOnWriteArrayList<>();
    /** voting, outside, closed */
    final List<String> membership = new CopyOnWriteArrayList<>();

    final LocalMetadata metadata = new LocalMetadata(fault -> faults.add(fault.toString()));
    final RecordedLeadership leadership = new RecordedLeadership();
    final QuorumConfig config;
    final RatisMetadataLog log;

    Voter(QuorumConfig config) {
        this(config, Greetings::ask);
    }

    /** @param founders how it reaches the other founders */
    Voter(QuorumConfig config, Formation.Ask founders) {
        this.config = config;
        this.log = new RatisMetadataLog(
                config,
                metadata,
                () -> new Endpoint("localhost", 1 + config.nodeId()),
                founders,
                (message, cause) -> faults.add(message + ": " + cause));
        log.listen(this);
    }

    Voter start() {
        log.start(leadership);
        return this;
    }

    boolean leads() {
        return log.status().leading();
    }

    @Override
    public void onVoting(List<QuorumVoter> voters) {
        membership.add("voting");
    }

    @Override
    public void onOutside(List<Endpoint> brokers) {
        membership.add("outside");
    }

    @Override
    public void onLeaderless(QuorumVoter member) {
        membership.add("leaderless");
    }

    @Override
    public void onClosed(QuorumVoter member) {
        membership.add("closed");
    }

    @Override
    public void close() {
        log.close();
    }

    /** The same voter, run again on what its last run left. */
    Voter again() {
        return new Voter(config);
    }

    /** A founder; on a busy machine several voters need some patience. */
    static QuorumConfig founder(int id, Map<Integer, Endpoint> founders, Path directory) {
        return with(
                QuorumConfig.founder(id, founders, directory.resolve("voter-" + id), SampleCommands.CLUSTER_ID),
                founders.size() == 1 ? Optional.empty() : Optional.of(seconds(0.5, 0.8)),
                Optional.empty());
    }

    /** A broker that may be asked to vote. */
    static QuorumConfig other(int id, Path directory) {
        var endpoint = new Endpoint("127.0.0.1", FreePorts.find());
        return new QuorumConfig(
                id,
                endpoint,
                Map.of(),
                Optional.of("127.0.0.1"),
                endpoint.port(),
                directory.resolve("voter-" + id),
                SampleCommands.CLUSTER_ID,
                Optional.empty(),
                "",
                true,
                Optional.of(seconds(0.5, 0.8)),
                Optional.empty());
    }

    /** The same, but others reach it there. */
    static QuorumConfig reachedAt(QuorumConfig config, Endpoint endpoint) {
        return new QuorumConfig(
                config.nodeId(),
                endpoint,
                config.founders(),
                config.bindHost(),
                config.bindPort(),
                config.storageDirectory(),
                config.clusterId(),
                config.quorumId(),
                config.bootId(),
                config.fixedEndpoint(),
                config.electionTimeout(),
                config.snapshots());
    }

    private static ElectionTimeout seconds(double min, double max) {
        return new ElectionTimeout(Duration.ofMillis((long) (1000 * min)), Duration.ofMillis((long) (1000 * max)));
    }

    /** The same, but it waits for seconds before it campaigns by itself. */
    static QuorumConfig patient(QuorumConfig config) {
        return with(config, Optional.of(seconds(6, 7)), config.snapshots());
    }

    /** The same, but it bears seconds without an answer. */
    static QuorumConfig calm(QuorumConfig config) {
        return with(config, Optional.of(seconds(2, 3)), config.snapshots());
    }

    /** The same, but it drops what a snapshot covers at once. */
    static QuorumConfig forgetful(QuorumConfig config) {
        return with(config, config.electionTimeout(), Optional.of(new Snapshots(1, 0, Duration.ofMinutes(10))));
    }

    /** The same in that run of the machine. */
    static QuorumConfig booted(QuorumConfig config, String bootId) {
        return with(config, config.quorumId(), bootId, config.electionTimeout(), config.snapshots());
    }

    /** The same on a broker whose logs belong to that quorum. */
    static QuorumConfig belonging(QuorumConfig config, Optional<UUID> quorumId) {
        return with(config, quorumId, config.bootId(), config.electionTimeout(), config.snapshots());
    }

    private static QuorumConfig with(
            QuorumConfig config, Optional<ElectionTimeout> electionTimeout, Optional<Snapshots> snapshots) {
        return with(config, config.quorumId(), config.bootId(), electionTimeout, snapshots);
    }

    private static QuorumConfig with(
            QuorumConfig config,
            Optional<UUID> quorumId,
            String bootId,
            Optional<ElectionTimeout> electionTimeout,
            Optional<Snapshots> snapshots) {
        return new QuorumConfig(
                config.nodeId(),
                config.endpoint(),
                config.founders(),
                Optional.of("127.0.0.1"),
                config.bindPort(),
                config.storageDirectory(),
                config.clusterId(),
                quorumId,
                bootId,
                config.fixedEndpoint(),
                electionTimeout,
                snapshots);
    }

    /** Endpoints of voters 1 to {@code count} at free ports. */
    static Map<Integer, Endpoint> endpoints(int count) {
        var endpoints = new TreeMap<Integer, Endpoint>();
        for (int id = 1; id <= count; id++) {
            endpoints.put(id, new Endpoint("127.0.0.1", FreePorts.find()));
        }
        return endpoints;
    }
}
