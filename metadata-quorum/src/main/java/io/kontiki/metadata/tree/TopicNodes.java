package io.kontiki.metadata.tree;

import io.kontiki.json.JsonFields;
import io.kontiki.metadata.MetadataImage;
import io.kontiki.metadata.PartitionRegistration;
import io.kontiki.metadata.Reassignment;
import io.kontiki.metadata.TopicImage;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.OptionalLong;
import java.util.function.Function;

/** {@code /brokers/topics}, {@code /configs} and {@code /admin}. */
final class TopicNodes {
    /** One value must fit into one answer, however many partitions move at once. */
    static final int MOVING_SHOWN_MAX = 1_000;

    private TopicNodes() {}

    static MetadataNode topics(MetadataImage image) {
        return Nodes.branch(Nodes.byText(image.topics().byName(), (name, topic) -> topic(topic)));
    }

    static MetadataNode configs(MetadataImage image) {
        return Nodes.branch(Nodes.byText(
                image.topics().byName(), (name, topic) -> ConfigNodes.config(topic.configs(), topic.configIndex())));
    }

    static MetadataNode admin(MetadataImage image) {
        var nodes = Nodes.names();
        nodes.put("reassign_partitions", () -> Nodes.leaf(() -> moving(image)));
        return Nodes.branch(Nodes.named(nodes));
    }

    private static MetadataNode topic(TopicImage topic) {
        var nodes = Nodes.names();
        nodes.put(
                "partitions",
                () -> Nodes.branch(Nodes.counted(topic.partitions().size(), number -> partition(topic, number))));
        return Nodes.of(() -> value(topic), OptionalLong.empty(), Nodes.named(nodes));
    }

    private static JsonFields value(TopicImage topic) {
        return new JsonFields()
                .put("topic_id", topic.id().toString())
                .put("partitions", lists(topic, PartitionRegistration::replicas))
                .put("adding_replicas", lists(topic, each -> each.reassignment().adding()))
                .put(
                        "removing_replicas",
                        lists(topic, each -> each.reassignment().removing()));
    }

    /** Brokers by partition, without partitions that have none. */
    private static JsonFields lists(TopicImage topic, Function<PartitionRegistration, List<Integer>> brokers) {
        var value = new JsonFields();
        int number = 0;
        for (var partition : topic.partitions()) {
            var list = brokers.apply(partition);
            if (!list.isEmpty()) {
                value.putNumbers(Integer.toString(number), list);
            }
            number++;
        }
        return value;
    }

    private static MetadataNode partition(TopicImage topic, int number) {
        var partition = topic.partitions().get(number);
        var nodes = Nodes.names();
        nodes.put("state", () -> Nodes.leaf(() -> state(partition), OptionalLong.of(partition.partitionEpoch())));
        return Nodes.branch(Nodes.named(nodes));
    }

    private static JsonFields state(PartitionRegistration partition) {
        var value = new JsonFields();
        MetadataTree.putBroker(value, "leader", partition.leader());
        value.put("leader_epoch", partition.leaderEpoch())
                .putNumbers("isr", partition.isr())
                .put("partition_epoch", partition.partitionEpoch())
                .putNumbers("replicas", partition.replicas())
                .putNumbers("elr", partition.elr())
                .putNumbers("last_known", partition.lastKnown())
                .put("min_isr", partition.minIsr())
                .put("flush_mode", partition.flushMode().name().toLowerCase(Locale.ROOT))
                .put("unclean_epoch", partition.uncleanEpoch())
                .putTexts(
                        "directories",
                        partition.directories().stream()
                                .map(id -> id.equals(PartitionRegistration.UNASSIGNED) ? "unassigned" : id.toString())
                                .toList());
        return partition.reassignment().isUnderWay() ? moves(value, partition.reassignment()) : value;
    }

    private static JsonFields moves(JsonFields value, Reassignment reassignment) {
        return value.putNumbers("adding_replicas", reassignment.adding())
                .putNumbers("removing_replicas", reassignment.removing())
                .put("bytes_per_second_max", reassignment.bytesPerSecondMax());
    }

    private static JsonFields moving(MetadataImage image) {
        var shown = new ArrayList<JsonFields>();
        int total = 0;
        for (var topic : image.topics().all()) {
            for (int number = 0; number < topic.partitions().size(); number++) {
                var partition = topic.partitions().get(number);
                if (partition.reassignment().isUnderWay()) {
                    total++;
                    if (shown.size() < MOVING_SHOWN_MAX) {
                        var entry = new JsonFields()
                                .put("topic", topic.name())
                                .put("partition", number)
                                .putNumbers("replicas", partition.targetReplicas());
                        shown.add(moves(entry, partition.reassignment()));
                    }
                }
            }
        }
        return new JsonFields().put("total", total).putObjects("partitions", shown);
    }
}
