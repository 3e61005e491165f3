package io.kontiki.broker;

import java.util.Locale;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Keys of a Kafka broker's configuration that mean nothing here. Files brought along from Kafka shall start a broker, so
 * most are ignored with a warning that says why. Those that protect a Kafka broker are refused: whoever set them must not
 * take a broker that anybody can reach for a safe one.
 */
final class KafkaKeys {
    /**
     * What becomes of a key.
     *
     * @param refused whether the broker does not start with it
     * @param why in words that fit after "because"
     */
    record Verdict(boolean refused, String why) {}

    private static final String NO_ZOOKEEPER =
            "there is no ZooKeeper: the brokers keep the metadata, see quorum.voters";
    private static final String QUORUM = "the quorum is named by quorum.voters and listens at quorum.listener";
    private static final String THREADS = "threads follow the number of processors, see num.event.loops";
    private static final String SOCKETS = "gRPC sizes its buffers itself, and a request's limit is message.max.bytes";
    private static final String ONE_LISTENER = "there is one listener, for clients and brokers";
    private static final String VERSIONS = "brokers agree on versions by themselves";
    private static final String REPLICATION = "followers are sent what they lack, and poll for nothing";
    private static final String GROUPS = "the state of groups is part of the metadata, and no topic of its own";
    private static final String NO_TRANSACTIONS = "there are no transactions yet";
    private static final String METADATA_LOG = "the metadata log cuts and forgets its snapshots and segments by itself";
    private static final String METRICS = "metrics are served over HTTP, see docs/metrics.md";
    private static final String NO_QUOTAS = "there are no quotas yet";
    private static final String NO_TIERS = "there is no tiered storage";
    private static final String NO_TLS = "there is no TLS and no login yet: let only who is trusted reach the broker";
    private static final String NO_ACLS = "there are no access rules yet: let only who is trusted reach the broker";
    private static final String BY_ITSELF = "the broker sees to it by itself";

    /** By name, or by beginning where the name ends with a dot; the longest one that fits counts. */
    private static final TreeMap<String, Verdict> VERDICTS = new TreeMap<>();

    static {
        ignore(NO_ZOOKEEPER, "zookeeper.");
        ignore("each broker serves, and those of quorum.voters vote", "process.roles");
        ignore(QUORUM, "controller.quorum.", "controller.listener.names", "controller.socket.timeout.ms");
        ignore(
                THREADS,
                "num.network.threads",
                "num.io.threads",
                "num.replica.fetchers",
                "num.replica.alter.log.dirs.threads",
                "background.threads");
        ignore(SOCKETS, "socket.", "queued.max.", "replica.socket.");
        ignore(
                ONE_LISTENER,
                "inter.broker.listener.name",
                "listener.security.protocol.map",
                "control.plane.listener.name",
                "early.start.listeners");
        ignore(
                VERSIONS,
                "inter.broker.protocol.version",
                "log.message.format.version",
                "log.message.downconversion.enable");
        ignore(
                REPLICATION,
                "replica.fetch.",
                "replica.high.watermark.checkpoint.interval.ms",
                "fetch.purgatory.purge.interval.requests",
                "producer.purgatory.purge.interval.requests",
                "delete.records.purgatory.purge.interval.requests");
        ignore("each consumer reads from the leader", "replica.selector.class");
        ignore(
                GROUPS,
                "offsets.topic.",
                "offsets.commit.",
                "offsets.load.buffer.size",
                "offsets.retention.check.interval.ms",
                "offsets.metadata.max.bytes",
                "group.coordinator.");
        ignore(
                "a member says so itself, within the limits in docs/configuration.md",
                "group.min.session.timeout.ms",
                "group.max.session.timeout.ms",
                "group.consumer.min.session.timeout.ms",
                "group.consumer.max.session.timeout.ms",
                "group.consumer.min.heartbeat.interval.ms",
                "group.consumer.max.heartbeat.interval.ms",
                "group.consumer.max.size",
                "group.consumer.assignors",
                "group.consumer.migration.policy");
        ignore("members are given partitions as they come", "group.initial.rebalance.delay.ms");
        ignore("there are no share groups", "group.share.", "share.");
        ignore(NO_TRANSACTIONS, "transaction.", "transactional.id.");
        ignore(
                METADATA_LOG,
                "metadata.log.segment.",
                "metadata.log.max.",
                "metadata.max.idle.interval.ms",
                "metadata.max.retention.");
        ignore(
                METRICS,
                "metric.reporters",
                "metrics.num.samples",
                "metrics.recording.level",
                "metrics.sample.window.ms",
                "kafka.metrics.",
                "auto.include.jmx.reporter");
        ignore(NO_QUOTAS, "quota.", "replication.quota.", "alter.log.dirs.replication.quota.", "controller.quota.");
        ignore(NO_TIERS, "remote.", "log.local.retention.", "log.remote.");
        ignore("topics are made by a command or a client that asks for it", "auto.create.topics.enable");
        ignore("a topic can always be deleted", "delete.topic.enable");
        ignore("log.cleaner.threads=0 is what turns it off", "log.cleaner.enable");
        ignore(BY_ITSELF, "log.cleaner.io.buffer.", "log.index.size.max.bytes", "log.preallocate");
        ignore(BY_ITSELF, "log.flush.scheduler.interval.ms", "log.flush.offset.checkpoint.interval.ms");
        ignore(BY_ITSELF, "log.flush.start.offset.checkpoint.interval.ms", "log.segment.delete.delay.ms");
        ignore(BY_ITSELF, "log.roll.jitter.", "log.dir.failure.timeout.ms");
        ignore(BY_ITSELF, "controlled.shutdown.max.retries", "controlled.shutdown.retry.backoff.ms");
        ignore(BY_ITSELF, "initial.broker.registration.timeout.ms", "leader.imbalance.per.broker.percentage");
        ignore(
                BY_ITSELF,
                "request.timeout.ms",
                "connections.max.idle.ms",
                "max.connections",
                "max.connections.",
                "max.connection.creation.rate");
        ignore(BY_ITSELF, "unclean.leader.election.interval.ms", "producer.id.expiration.");
        ignore(
                "a broker.id is given, or stored in the data directory",
                "broker.id.generation.enable",
                "reserved.broker.max.id");
        ignore("brokers keep the codec of the producer", "compression.type", "compression.");
        ignore("it is of another product", "confluent.");
        refuse(NO_TLS, "ssl.", "sasl.", "security.", "password.encoder.", "listener.name.");
        refuse(NO_ACLS, "authorizer.class.name", "super.users", "allow.everyone.if.no.acl.found");
        refuse(
                "topics follow no policy class here",
                "create.topic.policy.class.name",
                "alter.config.policy.class.name");
    }

    private KafkaKeys() {}

    /** Empty if it is no such key. */
    static Optional<Verdict> find(String name) {
        var exact = VERDICTS.get(name);
        if (exact != null) {
            return Optional.of(exact);
        }
        for (int dot = name.lastIndexOf('.'); dot > 0; dot = name.lastIndexOf('.', dot - 1)) {
            var family = VERDICTS.get(name.substring(0, dot + 1));
            if (family != null) {
                return Optional.of(family);
            }
        }
        return Optional.empty();
    }

    /** As {@link #find}, by the environment variable, in which dots cannot be told from nothing. */
    static Optional<Verdict> findByVariable(String variable) {
        if (!variable.startsWith(ConfigKey.ENVIRONMENT_PREFIX)) {
            return Optional.empty();
        }
        return find(variable.substring(ConfigKey.ENVIRONMENT_PREFIX.length())
                .toLowerCase(Locale.ROOT)
                .replace('_', '.'));
    }

    private static void ignore(String why, String... names) {
        put(new Verdict(false, why), names);
    }

    private static void refuse(String why, String... names) {
        put(new Verdict(true, why), names);
    }

    private static void put(Verdict verdict, String... names) {
        for (String name : names) {
            if (VERDICTS.put(name, verdict) != null) {
                throw new AssertionError(name + " is there twice");
            }
        }
    }
}
