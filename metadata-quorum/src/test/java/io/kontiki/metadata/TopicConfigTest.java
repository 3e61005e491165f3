package io.kontiki.metadata;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.Map;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

class TopicConfigTest {
    @Test
    void defaultsAreThoseOfTheDesign() {
        assertThat(TopicConfig.DEFAULTS)
                .isEqualTo(new TopicConfig(FlushMode.ACK, OptionalInt.empty(), 1 << 30, 4096, 1_048_588));
    }

    @Test
    void valuesAreTyped() {
        var config = TopicConfig.of(Map.of(
                "flush.mode", "os",
                "min.insync.replicas", "2",
                "segment.bytes", "1024",
                "index.interval.bytes", "0",
                "max.message.bytes", "1000"));
        assertThat(config).isEqualTo(new TopicConfig(FlushMode.OS, OptionalInt.of(2), 1024, 0, 1000));
        assertThat(config.minIsr(1)).isEqualTo(1);
        assertThat(config.minIsr(3)).isEqualTo(2);
    }

    @Test
    void valueOutOfRangeIsToldWithItsLimit() {
        assertThat(TopicConfig.problem("min.insync.replicas", "0"))
                .contains("config min.insync.replicas is \"0\", but must be a whole number from 1 to 32767");
        assertThat(TopicConfig.problem("max.message.bytes", "104857601")).isPresent();
        assertThat(TopicConfig.problem("max.message.bytes", "104857600")).isEmpty();
        assertThat(TopicConfig.problem("segment.bytes", "1GB")).get().asString().contains("\"1GB\"");
        assertThat(TopicConfig.problem("flush.mode", "ACK")).isPresent();
        assertThatIllegalArgumentException()
                .isThrownBy(() -> TopicConfig.of(Map.of("segment.bytes", "")))
                .withMessageContaining("segment.bytes");
    }

    @Test
    void unknownKeyIsToldWithTheNearestOne() {
        assertThat(TopicConfig.problem("min.insync.replica", "2"))
                .contains("config \"min.insync.replica\" is unknown; did you mean min.insync.replicas?");
        assertThat(TopicConfig.problemOfKey("segment.byte")).get().asString().contains("did you mean segment.bytes?");
        assertThat(TopicConfig.problemOfKey("colour")).get().asString().contains("known are flush.mode, ");
        assertThat(TopicConfig.problemOfKey("k".repeat(100_000)))
                .get()
                .asString()
                .hasSizeLessThan(500);
    }

    @Test
    void everyKeyIsShownWithItsValueInForce() {
        assertThat(TopicConfig.entries(Map.of("flush.mode", "os"), 3))
                .containsExactly(
                        new TopicConfig.Entry("flush.mode", "os", false),
                        new TopicConfig.Entry("index.interval.bytes", "4096", true),
                        new TopicConfig.Entry("max.message.bytes", "1048588", true),
                        new TopicConfig.Entry("min.insync.replicas", "2", true),
                        new TopicConfig.Entry("segment.bytes", "1073741824", true));
    }
}
