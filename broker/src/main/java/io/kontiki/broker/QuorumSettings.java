package io.kontiki.broker;

import io.kontiki.controller.ControllerConfig;
import io.kontiki.metadata.Endpoint;
import io.kontiki.quorum.ratis.QuorumConfig;
import io.kontiki.quorum.ratis.QuorumConfig.ElectionTimeout;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The configuration in the words of the metadata quorum.
 *
 * @param quorum of the metadata log
 * @param controller of the controller, while this broker leads the log
 */
record QuorumSettings(QuorumConfig quorum, ControllerConfig controller) {
    static QuorumSettings of(BrokerConfig config, DataDirectories directories) {
        var identity = directories.identity();
        var listener = Addresses.quorumListener(config, identity.brokerId());
        return new QuorumSettings(quorum(config, directories, listener), controller(config, identity.clusterId()));
    }

    private static QuorumConfig quorum(BrokerConfig config, DataDirectories directories, ListenAddress listener) {
        var identity = directories.identity();
        var endpoint = Addresses.quorumEndpoint(config, identity.brokerId(), listener);
        return new QuorumConfig(
                identity.brokerId(),
                endpoint,
                founders(config, identity.brokerId(), endpoint),
                Optional.of(listener.host()).filter(host -> !host.isEmpty()),
                listener.port(),
                directories.quorumPath(),
                identity.clusterId(),
                directories.quorumId(),
                directories.bootId(),
                config.hasFixedQuorumListener(),
                config.quorumElectionTimeout().map(range -> new ElectionTimeout(range.min(), range.max())),
                Optional.empty());
    }

    /** Who forms the quorum, by broker id: this broker alone where none are named. */
    private static Map<Integer, Endpoint> founders(BrokerConfig config, int brokerId, Endpoint own) {
        var founders = new TreeMap<Integer, Endpoint>();
        if (!config.outsideQuorum()) {
            config.voters().forEach(voter -> founders.put(voter.brokerId(), voter.endpoint()));
            founders.putIfAbsent(brokerId, own);
        }
        return founders;
    }

    private static ControllerConfig controller(BrokerConfig config, String clusterId) {
        return new ControllerConfig(
                clusterId,
                config.numPartitions(),
                config.defaultReplicationFactor(),
                config.sessionTimeout().toMillis(),
                ControllerConfig.defaults(clusterId).shutdownWaitMillis(),
                config.leaderRebalance());
    }

    /** For the first screen of the log. */
    @Override
    public String toString() {
        return "Metadata quorum: this broker listens on "
                + new ListenAddress(quorum.bindHost().orElse(""), quorum.bindPort())
                + " and is known to voters as " + quorum.endpoint()
                + (quorum.founders().isEmpty() ? "" : "; formed by brokers " + new TreeMap<>(quorum.founders()));
    }
}
