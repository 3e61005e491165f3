package io.kontiki.broker;

import io.kontiki.controller.ControllerConfig;
import io.kontiki.metadata.Endpoint;
import io.kontiki.quorum.ratis.QuorumConfig;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The configuration of a voter in the words of the metadata quorum.
 *
 * @param quorum of the metadata log
 * @param controller of the controller, while this voter leads the log
 */
record QuorumSettings(QuorumConfig quorum, ControllerConfig controller) {
    private static final String LOOPBACK = "127.0.0.1";

    static QuorumSettings of(BrokerConfig config, DataDirectories directories) {
        var identity = directories.identity();
        var listener = Addresses.quorumListener(config, identity.brokerId());
        return new QuorumSettings(
                quorum(config, directories, voters(config, identity.brokerId(), listener), listener),
                controller(config, identity.clusterId()));
    }

    /** The members of the quorum, by broker id: this broker alone where none are named. */
    private static Map<Integer, Endpoint> voters(BrokerConfig config, int brokerId, ListenAddress listener) {
        var voters = new TreeMap<Integer, Endpoint>();
        config.voters().forEach(voter -> voters.put(voter.brokerId(), voter.endpoint()));
        if (voters.isEmpty()) {
            var host = listener.host().isEmpty() ? LOOPBACK : listener.host();
            voters.put(brokerId, new Endpoint(host, listener.port()));
        }
        return voters;
    }

    private static QuorumConfig quorum(
            BrokerConfig config, DataDirectories directories, Map<Integer, Endpoint> voters, ListenAddress listener) {
        var identity = directories.identity();
        var usual = QuorumConfig.of(
                identity.brokerId(),
                voters,
                listener.port(),
                directories.quorumPath(),
                directories.fresh(),
                identity.clusterId());
        var election = config.quorumElectionTimeout();
        return new QuorumConfig(
                usual.nodeId(),
                usual.voters(),
                Optional.of(listener.host()).filter(host -> !host.isEmpty()),
                usual.bindPort(),
                usual.storageDirectory(),
                usual.newMember(),
                usual.clusterId(),
                election.map(MillisRange::min).orElse(usual.electionTimeoutMin()),
                election.map(MillisRange::max).orElse(usual.electionTimeoutMax()),
                usual.snapshotEntries(),
                usual.retainedEntries(),
                usual.snapshotInterval());
    }

    private static ControllerConfig controller(BrokerConfig config, String clusterId) {
        return new ControllerConfig(
                clusterId,
                config.numPartitions(),
                config.defaultReplicationFactor(),
                config.sessionTimeout().toMillis(),
                ControllerConfig.defaults(clusterId).shutdownWaitMillis(),
                ControllerConfig.Rebalance.DEFAULTS);
    }

    List<Integer> voterIds() {
        return quorum.voters().keySet().stream().sorted().toList();
    }

    /** For the first screen of the log. */
    @Override
    public String toString() {
        var voters = voterIds().stream()
                .map(id -> id + "@" + quorum.voters().get(id))
                .toList();
        return "Metadata quorum: voters " + voters + ", listening on "
                + new ListenAddress(quorum.bindHost().orElse(""), quorum.bindPort()) + ", elections after "
                + quorum.electionTimeoutMin().toMillis() + "-"
                + quorum.electionTimeoutMax().toMillis() + " ms of silence";
    }
}
