package io.kontiki.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.kontiki.group.GroupSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BrokerConfigTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "broker.id | -1 | a number from 0 to 2147483647",
                "broker.id | one | a number from 0 to 2147483647",
                "broker.id | 99999999999999999 | a number from 0 to 2147483647",
                "cluster.id | a b | 1 to 64 letters",
                "listeners | localhost:9392 | GRPC://host:port",
                "listeners | KAFKA://:9092 | GRPC://host:port",
                "listeners | GRPC://:70000 | port from 0 to 65535",
                "listeners | GRPC://:1,GRPC://:2 | one listener",
                "advertised.listeners | GRPC://:9392 | a host that others can reach",
                "advertised.listeners | GRPC://h:0 | a port from 1 to 65535",
                "advertised.listeners | GRPC://0.0.0.0:1 | a host that others can reach",
                "advertised.listeners | GRPC://[::]:1 | a host that others can reach",
                "quorum.voters | 0@a | id@host:port",
                "quorum.voters | a:9393 | id@host:port",
                "quorum.listener | 9393 | host:port",
                "quorum.election.timeout.ms | 300 | a range min-max",
                "quorum.election.timeout.ms | 500-300 | a range min-max",
                "metadata.bootstrap.servers | a:1,b | host:port",
                "log.dirs | a,,b | 1 to 64 items by comma, each the path of a directory",
                "log.dir.timeout.ms | 999 | a duration from 1000ms to 3600000ms",
                "num.partitions | 0 | a whole number from 1 to 10000",
                "default.replication.factor | 0 | -1 or a number from 1 to 32767",
                "min.insync.replicas | 0 | a number from 1 to 32767",
                "log.segment.bytes | 3GiB | a size from 1024 to 2147483647 bytes",
                "log.segment.bytes | 1XB | a size from 1024",
                "flush.mode | sync | ack or os",
                "message.max.bytes | 1GiB | a size from 64 to 104857600 bytes",
                "replica.lag.time.max.ms | 1 | a duration from 100ms to 3600000ms",
                "broker.heartbeat.interval.ms | 5y | a duration from 50ms",
                "controlled.shutdown.enable | yes | true or false",
                "num.event.loops | 0 | a number from 1 to 256",
                "log.retention.ms | -2 | a whole number of at least -1 (milliseconds), as in 60000 or 7d",
                "log.retention.hours | 7d | a number from -1 to 2147483647",
                "log.roll.hours | 0 | a number from 1 to",
                "log.cleanup.policy | keep | delete or compact",
                "log.cleaner.min.cleanable.ratio | 2 | a number from 0 to 1",
                "log.cleaner.threads | 65 | a number from 0 to 64",
                "log.scrub.io.max.bytes.per.second | 1 | a whole number of at least 1024 (bytes)",
                "replica.alter.log.dirs.io.max.bytes.per.second | 1 | a whole number of at least 1024 (bytes)",
                "group.consumer.session.timeout.ms | 999 | a duration from 1000ms to 1800000ms",
                "group.consumer.heartbeat.interval.ms | 99 | a duration from 100ms to 300000ms",
                "group.consumer.rebalance.timeout.ms | 61m | a duration from 1000ms to 3600000ms",
                "group.max.size | 10001 | a whole number from 1 to 10000",
                "offsets.retention.minutes | 0 | a whole number from 1 to 2147483647"
            })
    void badValueIsRefusedWithKeyValueAndLimits(String key, String value, String limits) {
        assertThatThrownBy(() -> BrokerConfig.of(Map.of(key, value)))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining(key + " is \"" + value + "\", but must be ")
                .hasMessageContaining(limits)
                .hasMessageEndingWith("(--set)");
    }

    @Test
    void allProblemsAreToldAtOnce() {
        var settings = Map.of("broker.id", "x", "num.partitions", "0", "log.dirt", "/data");

        var refusal = catchThrowableOfType(ConfigException.class, () -> BrokerConfig.of(settings));

        assertThat(refusal.problems())
                .hasSize(3)
                .anySatisfy(problem ->
                        assertThat(problem).isEqualTo("key \"log.dirt\" is unknown; did you mean log.dirs? (--set)"));
    }

    @Test
    void earlierSourceWins(@TempDir Path directory) throws IOException {
        var file = Files.writeString(
                directory.resolve("server.properties"), "num.partitions=3\nbroker.id=3\nbroker.rack=file\n");
        var sources = new ConfigSources(
                Map.of("num.partitions", "1"),
                Map.of("KONTIKI_NUM_PARTITIONS", "2", "KONTIKI_BROKER_ID", "2", "PATH", "/bin"),
                Optional.of(file),
                true);

        var config = BrokerConfig.load(sources);

        assertThat(config.numPartitions()).isEqualTo(1);
        assertThat(config.brokerId()).hasValue(2);
        assertThat(config.rack()).contains("file");
        assertThat(config.listener()).isEqualTo(new ListenAddress("localhost", 9392));
        assertThat(config.messageMaxBytes()).isEqualTo(1048588);
        assertThat(config.explicitSettings())
                .contains("num.partitions=1 (--set)", "broker.id=2 (environment KONTIKI_BROKER_ID)");
    }

    @Test
    void unitsAreRead() {
        var config = BrokerConfig.of(Map.of("broker.session.timeout.ms", "2s", "message.max.bytes", "64KiB"));

        assertThat(config.sessionTimeout()).isEqualTo(Duration.ofSeconds(2));
        assertThat(config.messageMaxBytes()).isEqualTo(65536);
    }

    /** What brokers tell each other of 10,000 partitions has about 600 kB. */
    @Test
    void smallBatchesLeaveRoomForOtherRequests() {
        assertThat(BrokerConfig.of(Map.of("message.max.bytes", "64")).requestMaxBytes())
                .isEqualTo((1 << 20) + (64 << 10));
        assertThat(BrokerConfig.of(Map.of("message.max.bytes", "2MiB")).requestMaxBytes())
                .isEqualTo((2 << 20) + (64 << 10));
    }

    @Test
    void logDirIsAnotherNameInTheEnvironmentToo() {
        var sources = new ConfigSources(Map.of(), Map.of("KONTIKI_LOG_DIR", "/data"), Optional.empty(), false);

        assertThat(BrokerConfig.load(sources).logDirs()).containsExactly(Path.of("/data"));
    }

    @Test
    void pathsAreVisible() {
        assertThatThrownBy(() -> BrokerConfig.of(Map.of("log.dirs", "/a\tb")))
                .hasMessageContaining("the path of a directory without control characters");
    }

    @Test
    void listenersHavePortsOfTheirOwn() {
        assertThatThrownBy(() -> BrokerConfig.of(Map.of("listeners", "GRPC://h:9392", "http.listener", ":9392")))
                .hasMessage("http.listener is *:9392 and listeners is h:9392, but each must have a port of its own");

        BrokerConfig.of(Map.of("listeners", "GRPC://h:9392", "http.listener", "i:9392"));
        BrokerConfig.of(Map.of("listeners", "GRPC://h:0", "http.listener", "h:0"));
    }

    @Test
    void twoValuesForOneKeyAreRefused(@TempDir Path directory) throws IOException {
        var file = Files.writeString(
                directory.resolve("server.properties"),
                "num.partitions=3\nlog.dirs=/a\nlog.dir=/b\nbroker.id=1\nnode.id=1\nnum.partitions=4\n");
        var sources = new ConfigSources(
                Map.of("broker.id", "2", "node.id", "3"),
                Map.of("KONTIKI_LOG_DIR", "/c", "KONTIKI_LOG_DIRS", "/d"),
                Optional.of(file),
                false);

        var refusal = catchThrowableOfType(ConfigException.class, () -> BrokerConfig.load(sources));

        assertThat(refusal.problems())
                .containsExactly(
                        "log.dirs and log.dir mean the same, but are set to \"/a\" and \"/b\" (file " + file + ")",
                        "num.partitions is set twice, to \"3\" and \"4\" (file " + file + ")",
                        "KONTIKI_LOG_DIR and KONTIKI_LOG_DIRS mean the same, but are set to \"/c\" and \"/d\"",
                        "broker.id and node.id mean the same, but are set to \"2\" and \"3\" (--set)");
    }

    @Test
    void unknownEnvironmentVariableIsRefusedWithTheNearestName() {
        var sources = new ConfigSources(Map.of(), Map.of("KONTIKI_LOG_DIRSS", "/data"), Optional.empty(), false);

        assertThatThrownBy(() -> BrokerConfig.load(sources))
                .hasMessage("environment variable \"KONTIKI_LOG_DIRSS\" is unknown; did you mean KONTIKI_LOG_DIRS?");
    }

    @Test
    void serviceLinksAndReservedVariablesAreLeftAlone() {
        var environment = new HashMap<String, String>();
        for (var name : new String[] {
            "SERVICE_HOST",
            "SERVICE_PORT",
            "SERVICE_PORT_GRPC",
            "PORT",
            "PORT_9392_TCP",
            "PORT_9392_TCP_ADDR",
            "HEADLESS_SERVICE_HOST",
            "HEADLESS_PORT_9393_TCP_PROTO",
            "HEAP_OPTS",
            "PROFILE",
            "BOOTSTRAP"
        }) {
            environment.put("KONTIKI_" + name, "x");
        }

        BrokerConfig.load(new ConfigSources(Map.of(), environment, Optional.empty(), false));
    }

    @Test
    void wrongLogFormatIsRefused() {
        var sources = new ConfigSources(Map.of(), Map.of("KONTIKI_LOG_FORMAT", "xml"), Optional.empty(), false);

        assertThatThrownBy(() -> BrokerConfig.load(sources))
                .hasMessage("environment variable KONTIKI_LOG_FORMAT is \"xml\", but must be one of text, json");
    }

    @Test
    void missingFileIsNamed(@TempDir Path directory) {
        var file = directory.resolve("absent.properties");
        var sources = new ConfigSources(Map.of(), Map.of(), Optional.of(file), false);

        assertThatThrownBy(() -> BrokerConfig.load(sources))
                .hasMessage("the configuration file " + file + " does not exist");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "0@a:1,1@b:1 | 0 | must name 1, 3 or 5",
                "0@a:1,0@b:1,2@c:1 | 0 | names a broker twice",
                "0@a:1,1@a:1,2@c:1 | 0 | names an endpoint twice",
                "0@a:1,1@b:1,2@c:1 | 3 | broker.id is 3, but must be one of quorum.voters, which are [0, 1, 2]",
                "0@a:1,1@b:1,2@c:1 | 0 | cluster.id is not set",
            })
    void contradictionIsRefused(String voters, String id, String problem) {
        assertThatThrownBy(() -> BrokerConfig.of(Map.of("quorum.voters", voters, "broker.id", id)))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining(problem);
    }

    /** All pods of a StatefulSet have the same settings but for their number. */
    @Test
    void brokerThatTheVotersDoNotNameJoinsThem() {
        var shared = Map.of(
                "cluster.id", "c",
                "quorum.voters", "0@a:9393,1@b:9393,2@c:9393",
                "metadata.bootstrap.servers", "a:9392");
        var founder = new HashMap<>(shared);
        founder.put("broker.id", "2");
        var joining = new HashMap<>(shared);
        joining.put("broker.id", "3");

        assertThat(BrokerConfig.of(founder).outsideQuorum()).isFalse();
        assertThat(BrokerConfig.of(joining).outsideQuorum()).isTrue();
        assertThat(BrokerConfig.of(joining).hasFixedQuorumListener()).isTrue();
        assertThatThrownBy(() -> BrokerConfig.of(shared))
                .hasMessageContaining("broker.id is not set, but must be where there are other brokers");
        joining.remove("metadata.bootstrap.servers");
        assertThatThrownBy(() -> BrokerConfig.of(joining))
                .hasMessageContaining("a broker that joins them needs metadata.bootstrap.servers");
    }

    @Test
    void sessionShorterThanTwoHeartbeatsIsRefused() {
        assertThatThrownBy(() -> BrokerConfig.of(
                        Map.of("broker.session.timeout.ms", "900", "broker.heartbeat.interval.ms", "500")))
                .hasMessageContaining("broker.session.timeout.ms is 900");
    }

    /** Rule L16. */
    @Test
    void sessionTooShortForTheVotersToConfirmTheControllerIsRefused() {
        assertThatThrownBy(() -> BrokerConfig.of(Map.of("quorum.election.timeout.ms", "601-700")))
                .hasMessageContaining("broker.session.timeout.ms is 3000, but must be at least 3005");
        assertThatThrownBy(() -> BrokerConfig.of(Map.of(
                        "broker.id", "1",
                        "cluster.id", "c",
                        "quorum.voters", "1@a:9393,2@b:9393,3@c:9393",
                        "broker.session.timeout.ms", "1400")))
                .hasMessageContaining("lower end of quorum.election.timeout.ms, which is 300");
        assertThat(BrokerConfig.of(Map.of("quorum.election.timeout.ms", "600-3000"))
                        .quorumElectionTimeout())
                .isPresent();
        assertThat(BrokerConfig.of(Map.of("broker.session.timeout.ms", "1s")).sessionTimeout())
                .hasSeconds(1);
    }

    @Test
    void brokerValuesThatDifferFromTheDefaultsBecomeTopicConfigs() {
        var config = BrokerConfig.of(Map.of("flush.mode", "os", "log.segment.bytes", "1MiB"));

        assertThat(config.topicConfigs()).isEqualTo(Map.of("flush.mode", "os", "segment.bytes", "1048576"));
        assertThat(BrokerConfig.of(Map.of()).topicConfigs()).isEmpty();
    }

    @Test
    void groupsGetWhatIsSetOrTheDefaults() {
        assertThat(BrokerConfig.of(Map.of()).groups()).isEqualTo(GroupSettings.DEFAULTS);
        assertThat(BrokerConfig.of(Map.of(
                                "offsets.retention.minutes", "2",
                                "group.consumer.session.timeout.ms", "3s",
                                "group.consumer.heartbeat.interval.ms", "1s",
                                "group.consumer.rebalance.timeout.ms", "4s",
                                "group.max.size", "5"))
                        .groups())
                .isEqualTo(new GroupSettings(120_000, 3000, 1000, 4000, 5));
        assertThatThrownBy(() -> BrokerConfig.of(Map.of("group.consumer.session.timeout.ms", "2s")))
                .hasMessageContaining("group.consumer.heartbeat.interval.ms is 3000, but must be at most"
                        + " group.consumer.session.timeout.ms, which is 2000");
    }

    @Test
    void finestUnitOfRetentionWins() {
        var coarse = Map.of("log.retention.hours", "1", "log.roll.hours", "2");
        var finer = new HashMap<>(coarse);
        finer.put("log.retention.minutes", "-1");
        var finest = new HashMap<>(finer);
        finest.put("log.retention.ms", "5s");

        assertThat(BrokerConfig.of(coarse).topicConfigs())
                .isEqualTo(Map.of("retention.ms", "3600000", "segment.ms", "7200000"));
        assertThat(BrokerConfig.of(finer).topicConfigs()).containsEntry("retention.ms", "-1");
        assertThat(BrokerConfig.of(finest).topicConfigs()).containsEntry("retention.ms", "5000");
        assertThat(BrokerConfig.of(Map.of("log.retention.hours", "168")).topicConfigs())
                .isEmpty();
    }

    @Test
    void logKeysBecomeTopicConfigs() {
        var config = BrokerConfig.of(Map.of(
                "log.cleanup.policy", "compact,delete",
                "log.retention.bytes", "10GiB",
                "log.cleaner.max.compaction.lag.ms", "1d",
                "log.flush.interval.messages", "9223372036854775807",
                "log.message.timestamp.type", "LogAppendTime"));

        assertThat(config.topicConfigs())
                .isEqualTo(Map.of(
                        "cleanup.policy", "compact,delete",
                        "retention.bytes", "10737418240",
                        "max.compaction.lag.ms", "86400000",
                        "message.timestamp.type", "LogAppendTime"));
        assertThatThrownBy(() -> BrokerConfig.of(
                        Map.of("log.cleaner.min.compaction.lag.ms", "2d", "log.cleaner.max.compaction.lag.ms", "1d")))
                .hasMessageContaining("min.compaction.lag.ms is 172800000, but must be at most");
    }

    @Test
    void everyKeyIsReachableFromTheEnvironment() {
        assertThat(BrokerKeys.ALL).allSatisfy(key -> {
            assertThat(key.name()).matches("[a-z0-9.]+");
            assertThat(key.doc()).isNotBlank();
        });
    }

    @Test
    void severalDirectoriesAreTakenAndTheFirstHoldsTheMetadata() {
        var config = BrokerConfig.of(Map.of("log.dir", "/d1, /d2"));
        assertThat(config.logDirs()).containsExactly(Path.of("/d1"), Path.of("/d2"));
        assertThat(config.metadataLogDir()).isEqualTo(Path.of("/d1"));
        assertThat(BrokerConfig.of(Map.of("log.dirs", "/d1,/d2", "metadata.log.dir", "/d2"))
                        .metadataLogDir())
                .isEqualTo(Path.of("/d2"));
        assertThat(BrokerConfig.of(Map.of("log.dirs", "/d1,/d2", "metadata.log.dir", "/d22"))
                        .metadataLogDir())
                .isEqualTo(Path.of("/d22"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "/d1,/d1 | /d1 | log.dirs names /d1 and /d1, but one holds the other",
                "/d1,/d1/x/../y | /d1 | log.dirs names /d1 and /d1/y, but one holds the other",
                "/d1,/d2 | /d2/m | metadata.log.dir is /d2/m, but one of log.dirs is /d2, and one holds the other",
                "/d1,/d2/x | /d2 | metadata.log.dir is /d2, but one of log.dirs is /d2/x, and one holds the other"
            })
    void directoriesThatCannotStandBesideEachOtherAreRefused(String dirs, String metadata, String problem) {
        assertThatThrownBy(() -> BrokerConfig.of(Map.of("log.dirs", dirs, "metadata.log.dir", metadata)))
                .hasMessageContaining(problem);
    }

    @Test
    void smallDisksKeepASmallReserve() {
        var config = BrokerConfig.of(Map.of());
        assertThat(config.logDirReserveBytes(1L << 40)).isEqualTo((1L << 30) + (64 << 20));
        assertThat(config.logDirReserveBytes(200 << 20)).isEqualTo(10 << 20);
        assertThat(BrokerConfig.of(Map.of("log.dir.reserve.bytes", "1MiB")).logDirReserveBytes(1L << 40))
                .isEqualTo(1 << 20);
    }

    @Test
    void httpIsOffForEmbeddedBrokersAndOnThisMachineForDev() {
        var process = new ConfigSources(Map.of(), Map.of(), Optional.empty(), false);
        var dev = new ConfigSources(Map.of(), Map.of(), Optional.empty(), true);

        assertThat(BrokerConfig.load(process).httpListener()).contains(new ListenAddress("", 9394));
        assertThat(BrokerConfig.load(dev).httpListener()).contains(new ListenAddress("localhost", 9394));
        assertThat(BrokerConfig.of(Map.of()).httpListener()).isEmpty();
        assertThat(BrokerConfig.of(Map.of("http.listener", "127.0.0.1:0")).httpListener())
                .contains(new ListenAddress("127.0.0.1", 0));
        assertThatThrownBy(() -> BrokerConfig.of(Map.of("http.listener", "9394")))
                .hasMessageContaining("http.listener is \"9394\"");
    }
}
