package io.kontiki.metadata;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

class TopicConfigTest {
    @Test
    void defaultsAreThoseOfTheDesign() {
        var day = 86_400_000L;
        assertThat(TopicConfig.DEFAULTS)
                .isEqualTo(new TopicConfig(
                        new TopicConfig.Flush(FlushMode.ACK, Long.MAX_VALUE, Long.MAX_VALUE),
                        OptionalInt.empty(),
                        new TopicConfig.Segments(1 << 30, 7 * day, 4096),
                        new TopicConfig.Retention(true, 7 * day, -1),
                        new TopicConfig.Compaction(false, 0.5, 0, Long.MAX_VALUE, day),
                        new TopicConfig.Messages(1_048_588, false, Long.MAX_VALUE, 3_600_000),
                        false));
    }

    @Test
    void valuesAreTyped() {
        var config = TopicConfig.of(Map.ofEntries(
                Map.entry("flush.mode", "os"),
                Map.entry("flush.messages", "1"),
                Map.entry("flush.ms", "1000"),
                Map.entry("min.insync.replicas", "2"),
                Map.entry("segment.bytes", "1024"),
                Map.entry("segment.ms", "1"),
                Map.entry("index.interval.bytes", "0"),
                Map.entry("max.message.bytes", "1000"),
                Map.entry("cleanup.policy", "compact"),
                Map.entry("retention.ms", "-1"),
                Map.entry("retention.bytes", "10000000000"),
                Map.entry("min.cleanable.dirty.ratio", "0.25"),
                Map.entry("min.compaction.lag.ms", "5"),
                Map.entry("max.compaction.lag.ms", "6"),
                Map.entry("delete.retention.ms", "0"),
                Map.entry("message.timestamp.type", "LogAppendTime"),
                Map.entry("message.timestamp.before.max.ms", "7"),
                Map.entry("message.timestamp.after.max.ms", "8"),
                Map.entry("unclean.leader.election.enable", "true")));
        assertThat(config)
                .isEqualTo(new TopicConfig(
                        new TopicConfig.Flush(FlushMode.OS, 1, 1000),
                        OptionalInt.of(2),
                        new TopicConfig.Segments(1024, 1, 0),
                        new TopicConfig.Retention(false, -1, 10_000_000_000L),
                        new TopicConfig.Compaction(true, 0.25, 5, 6, 0),
                        new TopicConfig.Messages(1000, true, 7, 8),
                        true));
        assertThat(config.minIsr(1)).isEqualTo(1);
        assertThat(config.minIsr(3)).isEqualTo(2);
    }

    @Test
    void bothCleanupPoliciesGoTogether() {
        for (var policy : List.of("compact,delete", "delete,compact")) {
            var config = TopicConfig.of(Map.of("cleanup.policy", policy));
            assertThat(config.retention().enabled()).isTrue();
            assertThat(config.compaction().enabled()).isTrue();
        }
    }

    @Test
    void lagsOfCompactionMustFitEachOther() {
        assertThat(TopicConfig.problem(Map.of("min.compaction.lag.ms", "10", "max.compaction.lag.ms", "9")))
                .contains("config min.compaction.lag.ms is 10, but must be at most max.compaction.lag.ms, which is 9");
    }

    @Test
    void valueOutOfRangeIsToldWithItsLimit() {
        assertThat(TopicConfig.problem("min.insync.replicas", "0"))
                .contains("config min.insync.replicas is \"0\", but must be a whole number from 1 to 32767");
        assertThat(TopicConfig.problem("max.message.bytes", "104857601")).isPresent();
        assertThat(TopicConfig.problem("max.message.bytes", "104857600")).isEmpty();
        assertThat(TopicConfig.problem("segment.bytes", "1GB")).get().asString().contains("\"1GB\"");
        assertThat(TopicConfig.problem("flush.mode", "ACK")).isPresent();
        assertThat(TopicConfig.problem("cleanup.policy", "keep")).isPresent();
        assertThat(TopicConfig.problem("compression.type", "zstd"))
                .contains("config compression.type is \"zstd\", but must be producer");
        assertThat(TopicConfig.problem("min.cleanable.dirty.ratio", "NaN")).isPresent();
        assertThat(TopicConfig.problem("retention.ms", "-2"))
                .contains("config retention.ms is \"-2\", but must be a whole number of at least -1 (milliseconds),"
                        + " as in 60000 or 7d");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> TopicConfig.of(Map.of("segment.bytes", "")))
                .withMessageContaining("segment.bytes");
    }

    @Test
    void unknownKeyIsToldWithTheNearestOne() {
        assertThat(TopicConfig.problem("min.insync.replica", "2"))
                .contains("config \"min.insync.replica\" is unknown; did you mean min.insync.replicas?");
        assertThat(TopicConfig.problemOfKey("segment.byte")).get().asString().contains("did you mean segment.bytes?");
        assertThat(TopicConfig.problemOfKey("colour")).get().asString().contains("known are cleanup.policy, ");
        assertThat(TopicConfig.problemOfKey("k".repeat(100_000)))
                .get()
                .asString()
                .hasSizeLessThan(1000);
    }

    @Test
    void everyKeyIsShownWithItsValueInForce() {
        assertThat(TopicConfig.entries(Map.of("flush.mode", "os"), 3))
                .hasSize(TopicConfigKey.values().length)
                .isSortedAccordingTo(Comparator.comparing(TopicConfig.Entry::key))
                .contains(
                        new TopicConfig.Entry("flush.mode", "os", false),
                        new TopicConfig.Entry("max.message.bytes", "1048588", true),
                        new TopicConfig.Entry("min.insync.replicas", "2", true),
                        new TopicConfig.Entry("retention.ms", "604800000", true));
    }

    @Test
    void unitsBecomePlainNumbersAndTheRestStays() {
        assertThat(TopicConfig.plain(Map.of(
                        "segment.bytes", "64KiB",
                        "retention.ms", "7d",
                        "retention.bytes", "-1",
                        "min.insync.replicas", "2",
                        "cleanup.policy", "compact",
                        "segment.ms", "5y",
                        "unknown", "1s")))
                .isEqualTo(Map.of(
                        "segment.bytes", "65536",
                        "retention.ms", "604800000",
                        "retention.bytes", "-1",
                        "min.insync.replicas", "2",
                        "cleanup.policy", "compact",
                        "segment.ms", "5y",
                        "unknown", "1s"));
        assertThat(TopicConfig.plain(Map.of("retention.bytes", "9223372036854775807KiB")))
                .as("beyond a long")
                .containsEntry("retention.bytes", "9223372036854775807KiB");
    }
}
