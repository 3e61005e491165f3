package io.kontiki.cli;

import com.google.gson.JsonArray;
import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import io.kontiki.cli.output.JsonText;
import io.kontiki.client.ConfigEntry;
import io.kontiki.client.PartitionInfo;
import io.kontiki.client.TopicDescription;
import io.kontiki.client.TopicInfo;
import java.util.List;

/** Topics for programs. Field names are those of {@code kontiki.v1} in protobuf's JSON spelling, and stay. */
final class TopicJson {
    private TopicJson() {}

    /** A topic with its partitions and the configuration that differs from the defaults. */
    static JsonObject of(TopicInfo topic) {
        var object = new JsonObject();
        object.addProperty("name", topic.name());
        object.addProperty("id", topic.id().toString());
        var partitions = new JsonArray();
        topic.partitions().forEach(partition -> partitions.add(of(partition)));
        object.add("partitions", partitions);
        object.add("configs", JsonText.texts(topic.configs()));
        return object;
    }

    /** As above, with the whole configuration in force beside it. */
    static JsonObject of(TopicDescription description) {
        JsonObject object = of(description.topic());
        object.add("effectiveConfigs", configs(description.configs()));
        return object;
    }

    /** One partition. */
    static JsonObject of(PartitionInfo partition) {
        var object = new JsonObject();
        object.addProperty("partition", partition.partition());
        partition
                .leader()
                .ifPresentOrElse(
                        leader -> object.addProperty("leader", leader), () -> object.add("leader", JsonNull.INSTANCE));
        object.addProperty("leaderEpoch", partition.leaderEpoch());
        object.addProperty("partitionEpoch", partition.partitionEpoch());
        object.add("replicas", JsonText.numbers(partition.replicas()));
        object.add("isr", JsonText.numbers(partition.isr()));
        object.add("elr", JsonText.numbers(partition.elr()));
        object.addProperty("minIsr", partition.minIsr());
        return object;
    }

    private static JsonArray configs(List<ConfigEntry> entries) {
        var array = new JsonArray();
        for (ConfigEntry entry : entries) {
            var object = new JsonObject();
            object.addProperty("key", entry.key());
            object.addProperty("value", entry.value());
            object.addProperty("isDefault", entry.isDefault());
            array.add(object);
        }
        return array;
    }
}
