package io.kontiki.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.kontiki.cli.output.ListFormat;
import io.kontiki.client.ConfigEntry;
import io.kontiki.client.PartitionInfo;
import io.kontiki.client.TopicDescription;
import io.kontiki.client.TopicInfo;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class TopicTextTest {
    private static final TopicInfo ORDERS = new TopicInfo(
            new UUID(0, 7),
            "orders",
            List.of(
                    new PartitionInfo(0, OptionalInt.of(1), 3, 9, List.of(1, 2, 3), List.of(1, 2, 3), List.of(), 2),
                    new PartitionInfo(1, OptionalInt.of(2), 4, 8, List.of(2, 3, 1), List.of(2, 3), List.of(), 2),
                    new PartitionInfo(2, OptionalInt.empty(), 5, 7, List.of(3, 1, 2), List.of(), List.of(3), 2)),
            Map.of("flush.mode", "os"));
    private static final TopicDescription DESCRIBED = new TopicDescription(
            ORDERS,
            List.of(new ConfigEntry("flush.mode", "os", false), new ConfigEntry("segment.bytes", "1024", true)));

    @Test
    void describesATopicForPeople() {
        assertThat(TopicText.topics(List.of(DESCRIBED), ListFormat.TABLE)).isEqualTo("""
                        TOPIC   ID
                        orders  00000000-0000-0000-0000-000000000007

                        PARTITION  LEADER  EPOCH  REPLICAS  ISR    MIN ISR  STATE
                                0       1      3  1,2,3     1,2,3        2  ok
                                1       2      4  2,3,1     2,3          2  at min ISR
                                2       -      5  3,1,2     -            2  offline

                        CONFIG         VALUE  SET BY
                        flush.mode     os     topic
                        segment.bytes  1024   default
                        """);
    }

    @Test
    void describesATopicForPrograms() {
        var one = new TopicDescription(
                new TopicInfo(ORDERS.id(), "orders", ORDERS.partitions().subList(2, 3), ORDERS.configs()),
                DESCRIBED.configs());

        assertThat(TopicText.topics(List.of(one), ListFormat.JSONL))
                .isEqualTo("{\"name\":\"orders\",\"id\":\"00000000-0000-0000-0000-000000000007\",\"partitions\":["
                        + "{\"partition\":2,\"leader\":null,\"leaderEpoch\":5,\"partitionEpoch\":7,"
                        + "\"replicas\":[3,1,2],\"isr\":[],\"elr\":[3],\"minIsr\":2}],"
                        + "\"configs\":{\"flush.mode\":\"os\"},\"effectiveConfigs\":["
                        + "{\"key\":\"flush.mode\",\"value\":\"os\",\"isDefault\":false},"
                        + "{\"key\":\"segment.bytes\",\"value\":\"1024\",\"isDefault\":true}]}\n");
    }

    @Test
    void listsPartitionsOfSeveralTopics() {
        var row = new TopicText.Row(ORDERS, ORDERS.partitions().get(1));

        assertThat(TopicText.partitions(List.of(row), ListFormat.WIDE)).isEqualTo("""
                        TOPIC   PARTITION  LEADER  EPOCH  REPLICAS  ISR  MIN ISR  ELR  PARTITION EPOCH  STATE
                        orders          1       2      4  2,3,1     2,3        2  -                  8  at min ISR
                        """);
        assertThat(TopicText.partitions(List.of(row), ListFormat.NAME)).isEqualTo("orders-1\n");
        assertThat(TopicText.partitions(List.of(row), ListFormat.JSONL))
                .startsWith("{\"topic\":\"orders\",\"partition\":1,");
    }
}
