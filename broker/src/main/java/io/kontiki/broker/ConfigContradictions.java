package io.kontiki.broker;

import io.kontiki.metadata.TopicConfig;
import io.kontiki.quorum.ratis.QuorumConfig.ElectionTimeout;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;

/** What the values of a configuration, each allowed by itself, cannot be together. */
final class ConfigContradictions {
    private static final String PLACEHOLDER = "change-me";

    private final BrokerConfig config;
    private final List<String> problems = new ArrayList<>();

    private ConfigContradictions(BrokerConfig config) {
        this.config = config;
    }

    /** One sentence each; empty if there is none. */
    static List<String> of(BrokerConfig config) {
        var found = new ConfigContradictions(config);
        found.checkLogDirs();
        found.checkVoters();
        found.checkIdentity();
        found.checkTopics();
        found.checkSession();
        found.checkListeners();
        found.checkLeases();
        found.checkGroups();
        return found.problems;
    }

    private void checkVoters() {
        var voters = config.voters();
        var ids = voters.stream().map(Voter::brokerId).toList();
        if (!voters.isEmpty() && voters.size() % 2 == 0) {
            problems.add("quorum.voters names " + voters.size() + " voters, but must name 1, 3 or 5");
        }
        if (ids.stream().distinct().count() != ids.size()) {
            problems.add("quorum.voters names a broker twice: " + voters);
        }
        if (voters.stream().map(Voter::endpoint).distinct().count() != voters.size()) {
            problems.add("quorum.voters names an endpoint twice: " + voters);
        }
        if (!voters.isEmpty()
                && !config.outsideQuorum()
                && (config.brokerId().isEmpty()
                        || !ids.contains(config.brokerId().getAsInt()))) {
            problems.add("broker.id is "
                    + (config.brokerId().isEmpty()
                            ? "not set"
                            : "" + config.brokerId().getAsInt())
                    + ", but must be one of quorum.voters, which are " + ids
                    + "; a broker that joins them needs metadata.bootstrap.servers");
        }
    }

    private void checkIdentity() {
        var voters = config.voters();
        if (config.outsideQuorum() && config.brokerId().isEmpty()) {
            problems.add("broker.id is not set, but must be where there are other brokers");
        }
        if ((voters.size() > 1 || config.outsideQuorum()) && config.clusterId().isEmpty()) {
            problems.add("cluster.id is not set, but must be where there are other brokers: the same on all of them");
        }
        if (config.clusterId().filter(PLACEHOLDER::equals).isPresent()) {
            problems.add("cluster.id is " + PLACEHOLDER
                    + ", as in the shipped file; give the cluster a name of its own, the same on all of its brokers");
        }
        if (voters.size() > 1
                && config.quorumListener()
                        .filter(address -> address.port() == 0)
                        .isPresent()) {
            problems.add("quorum.listener is " + config.quorumListener().get()
                    + ", but must have a port above 0 where there are other voters, who must know it");
        }
    }

    private void checkTopics() {
        TopicConfig.problem(config.topicConfigs())
                .ifPresent(problem -> problems.add("what new topics get is contradictory: " + problem));
    }

    private void checkSession() {
        if (config.sessionTimeout().compareTo(config.heartbeatInterval().multipliedBy(2)) < 0) {
            problems.add(
                    "broker.session.timeout.ms is " + config.sessionTimeout().toMillis()
                            + ", but must be at least twice broker.heartbeat.interval.ms, which is "
                            + config.heartbeatInterval().toMillis());
        }
    }

    /** What names do not tell is told when the second one is bound. */
    private void checkListeners() {
        var addresses = new TreeMap<String, ListenAddress>();
        addresses.put(BrokerKeys.LISTENERS.name(), config.listener());
        config.httpListener().ifPresent(address -> addresses.put(HttpKeys.LISTENER.name(), address));
        config.quorumListener().ifPresent(address -> addresses.put(BrokerKeys.QUORUM_LISTENER.name(), address));
        addresses.forEach((name, address) -> addresses.tailMap(name, false).forEach((other, otherAddress) -> {
            if (address.collidesWith(otherAddress)) {
                problems.add(name + " is " + address + " and " + other + " is " + otherAddress
                        + ", but each must have a port of its own");
            }
        }));
    }

    /** Voters answer the controller at half of that silence, and leases are given for a fifth of a session after (L16). */
    private void checkLeases() {
        boolean single = config.voters().size() <= 1 && !config.outsideQuorum();
        var silence = config.quorumElectionTimeout().map(MillisRange::min).orElse(ElectionTimeout.USUAL.min());
        var shortest = silence.multipliedBy(5);
        if (config.sessionTimeout().compareTo(shortest) < 0
                && (!single || config.quorumElectionTimeout().isPresent())) {
            problems.add("broker.session.timeout.ms is "
                    + config.sessionTimeout().toMillis() + ", but must be at least "
                    + shortest.toMillis() + ", five times the lower end of quorum.election.timeout.ms, which is "
                    + silence.toMillis() + ": else no leader is sure to lead");
        }
    }

    private void checkGroups() {
        var session = config.get(GroupKeys.SESSION_TIMEOUT_MS);
        var heartbeat = config.get(GroupKeys.HEARTBEAT_INTERVAL_MS);
        if (heartbeat.compareTo(session) > 0) {
            problems.add("group.consumer.heartbeat.interval.ms is " + heartbeat.toMillis() + ", but must be at most"
                    + " group.consumer.session.timeout.ms, which is " + session.toMillis());
        }
    }

    private void checkLogDirs() {
        var dirs = config.logDirs();
        for (int i = 0; i < dirs.size(); i++) {
            for (int j = 0; j < i; j++) {
                if (dirs.get(i).startsWith(dirs.get(j)) || dirs.get(j).startsWith(dirs.get(i))) {
                    problems.add("log.dirs names "
                            + (config.refers(BrokerKeys.LOG_DIRS)
                                    ? "two directories"
                                    : dirs.get(j) + " and " + dirs.get(i))
                            + ", but one holds the other");
                }
            }
        }
        var metadata = config.metadataLogDir();
        dirs.stream()
                .filter(dir -> !dirs.contains(metadata) && (metadata.startsWith(dir) || dir.startsWith(metadata)))
                .map(dir -> config.refers(BrokerKeys.LOG_DIRS) || config.refers(BrokerKeys.METADATA_LOG_DIR)
                        ? "metadata.log.dir is within one of log.dirs, or one of them within it"
                        : "metadata.log.dir is " + metadata + ", but one of log.dirs is " + dir
                                + ", and one holds the other")
                .forEach(what -> problems.add(what + ": whatever happens to the outer one happens to both. Name"
                        + " the one of log.dirs itself, or a directory beside it"));
    }
}
