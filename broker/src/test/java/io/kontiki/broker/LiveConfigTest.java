package io.kontiki.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.kontiki.metadata.ConfigsImage;
import io.kontiki.metadata.DynamicKey;
import io.kontiki.metadata.MetadataDelta;
import io.kontiki.metadata.MetadataImage;
import io.kontiki.proto.v1.BrokerConfigEntry;
import io.kontiki.proto.v1.ConfigSource;
import io.kontiki.service.LiveLimits;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.pcollections.TreePMap;

class LiveConfigTest {
    private static final String RATE = "log.cleaner.io.max.bytes.per.second";

    private final List<BrokerConfig> told = new ArrayList<>();
    private final LiveConfig live =
            new LiveConfig(BrokerConfig.of(Map.of(RATE, "1MiB", "group.max.size", "50")), 2, told::add);
    private MetadataImage image = MetadataImage.EMPTY;

    private void set(int scope, Map<String, String> configs) {
        var after = image.withConfigs(image.configs().with(scope, TreePMap.from(configs), 1));
        live.onMetadata(MetadataDelta.between(image, after), after);
        image = after;
    }

    private BrokerConfigEntry entry(String key) {
        return live.entries().stream()
                .filter(entry -> entry.getKey().equals(key))
                .findFirst()
                .orElseThrow();
    }

    private void assertEntry(String key, String value, ConfigSource source, String origin) {
        assertThat(entry(key).getValue()).isEqualTo(value);
        assertThat(entry(key).getSource()).isEqualTo(source);
        assertThat(entry(key).getOrigin()).isEqualTo(origin);
    }

    @Test
    void brokerGoesBeforeClusterBeforeFileBeforeDefault() {
        assertEntry(RATE, "1MiB", ConfigSource.CONFIG_SOURCE_FILE, "--set");
        assertEntry("offsets.retention.minutes", "10080", ConfigSource.CONFIG_SOURCE_DEFAULT, "default");
        assertEntry("broker.rack", "", ConfigSource.CONFIG_SOURCE_DEFAULT, "derived");
        assertEntry("log.retention.ms", "604800000", ConfigSource.CONFIG_SOURCE_DEFAULT, "default");
        assertEntry("log.retention.bytes", "-1", ConfigSource.CONFIG_SOURCE_DEFAULT, "default");

        set(2, Map.of(RATE, "3000"));
        set(ConfigsImage.CLUSTER, Map.of(RATE, "2000", "offsets.retention.minutes", "7"));
        assertEntry(RATE, "3000", ConfigSource.CONFIG_SOURCE_BROKER, "set for broker 2");
        assertEntry("offsets.retention.minutes", "7", ConfigSource.CONFIG_SOURCE_CLUSTER, "set for the cluster");
        assertThat(live.now().liveLimits().compactionBytesPerSecond()).isEqualTo(3000);

        set(2, Map.of());
        assertEntry(RATE, "2000", ConfigSource.CONFIG_SOURCE_CLUSTER, "set for the cluster");
        set(ConfigsImage.CLUSTER, Map.of());
        assertEntry(RATE, "1MiB", ConfigSource.CONFIG_SOURCE_FILE, "--set");
        assertThat(told)
                .extracting(config -> config.liveLimits().compactionBytesPerSecond())
                .containsExactly(3000L, 3000L, 2000L, 1L << 20);
        assertThat(told)
                .extracting(config -> config.liveLimits().offsetsRetentionMillis())
                .containsExactly(604_800_000L, 420_000L, 420_000L, 604_800_000L);
    }

    @Test
    void everyLimitOfTheDataPlaneIsTakenOn() {
        set(
                ConfigsImage.CLUSTER,
                Map.of(
                        RATE,
                        "2001",
                        "log.scrub.io.max.bytes.per.second",
                        "2002",
                        "replica.alter.log.dirs.io.max.bytes.per.second",
                        "2003",
                        "offsets.retention.minutes",
                        "1",
                        "group.max.size",
                        "4"));
        assertThat(told.get(0).liveLimits()).isEqualTo(new LiveLimits(2001, 2002, 2003, 60_000, 4));
    }

    @Test
    void whatNewTopicsGetFollowsAndTheFinerUnitOfRetentionWins() {
        var coarse = new LiveConfig(BrokerConfig.of(Map.of("log.retention.hours", "1")), 2, told::add);
        assertThat(coarse.entries())
                .anySatisfy(entry -> assertThat(entry.getKey() + "=" + entry.getValue() + ", " + entry.getOrigin())
                        .isEqualTo("log.retention.ms=3600000, log.retention.hours of --set"));
        assertThat(coarse.now().topicConfigs()).containsEntry("retention.ms", "3600000");
        var after = image.withConfigs(image.configs()
                .with(
                        ConfigsImage.CLUSTER,
                        TreePMap.from(Map.of("log.retention.ms", "5000", "log.retention.bytes", "77")),
                        1));
        coarse.onMetadata(MetadataDelta.between(image, after), after);
        assertThat(coarse.now().topicConfigs())
                .containsEntry("retention.ms", "5000")
                .containsEntry("retention.bytes", "77");
    }

    @Test
    void whatIsOfOtherBrokersOrOfALaterVersionIsPassedOver() {
        set(1, Map.of(RATE, "3000"));
        set(
                ConfigsImage.CLUSTER,
                Map.of("group.max.size", "all", "of.a.later.version", "1", "num.event.loops", "3", RATE, "1"));

        assertThat(told).isEmpty();
        assertEntry("group.max.size", "50", ConfigSource.CONFIG_SOURCE_FILE, "--set");
        assertEntry(RATE, "1MiB", ConfigSource.CONFIG_SOURCE_FILE, "--set");
        assertThat(entry("num.event.loops").hasValue()).isFalse();
    }

    @Test
    void keysThatAreNoneOfABrokerAreTold() {
        assertThat(live.unknown("num.event.loops")).isEmpty();
        assertThat(live.unknown("log.dirt")).hasValue("config \"log.dirt\" is unknown; did you mean log.dirs?");
        assertThat(live.unknown("log.dir")).hasValue("config log.dir is another name of log.dirs");
        assertThat(live.unknown("retention.ms"))
                .hasValue("config retention.ms is a key of topics, not of brokers: see kontiki topic alter");
    }

    /** What the quorum takes every broker must be able to read. */
    @ParameterizedTest
    @EnumSource(DynamicKey.class)
    void limitsOfADynamicKeyAreThoseOfTheFile(DynamicKey dynamic) {
        var key = BrokerKeys.find(dynamic.key()).orElseThrow();
        // Stated once.
        assertThat(key.type().limits()).isSameAs(dynamic.limits());
        for (var value : List.of(
                "-2",
                "-1",
                "0",
                "1",
                "1023",
                "1024",
                "10000",
                "10001",
                "32767",
                "32768",
                "2147483647",
                "2147483648",
                "9223372036854775807",
                "9223372036854775808",
                "true",
                "false",
                "yes",
                "",
                "05",
                "+5",
                "\u0665",
                "00000000000000000000005")) {
            if (dynamic.check(value).isEmpty()) {
                key.parse(value, value);
            } else {
                assertThatIllegalArgumentException().as(value).isThrownBy(() -> key.parse(value, value));
            }
        }
        // In a file there may be space around it.
        for (var value : List.of("5 ", " 5", "5\n")) {
            if (dynamic.check(value).isEmpty()) {
                key.parse(value, value);
            }
        }
        assertThat(entry(dynamic.key()).getDynamic()).isTrue();
    }

    @ParameterizedTest
    @CsvSource({"log.retention.ms, 3d, 259200000", "log.retention.bytes, 1GiB, 1073741824", "num.partitions, 6, 6"})
    void unitsAreThoseOfTheFile(String name, String text, String plain) {
        assertThat(DynamicKey.find(name).orElseThrow().plain(text)).isEqualTo(plain);
    }

    @Test
    void onlyTheseAreDynamic() {
        assertThat(live.entries().stream().filter(BrokerConfigEntry::getDynamic).map(BrokerConfigEntry::getKey))
                .hasSize(DynamicKey.values().length);
    }
}
