package io.kontiki.metadata.tree;

import io.kontiki.json.JsonFields;
import io.kontiki.metadata.Excerpt;
import io.kontiki.metadata.LogPosition;
import io.kontiki.metadata.MetadataImage;
import io.kontiki.metadata.NearestKey;
import io.kontiki.metadata.PartitionRegistration;
import io.kontiki.metadata.SlotsImage;
import java.util.List;
import java.util.OptionalLong;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * The metadata as a tree of nodes, at one image. Immutable; any thread.
 *
 * <pre>
 * /admin/reassign_partitions                   partitions whose replicas are being moved
 * /brokers/ids/ID                              a broker
 * /brokers/topics/TOPIC                        a topic, with the replicas of its partitions
 * /brokers/topics/TOPIC/partitions/P/state     a partition
 * /cluster, /cluster/id                        the cluster
 * /configs/brokers/ID                          dynamic configuration of a broker alone
 * /configs/cluster                             dynamic configuration of all brokers
 * /configs/topics/TOPIC                        configuration that differs from the defaults
 * /controller, /controller_epoch               who leads the metadata quorum, and its term
 * /groups/GROUP                                a consumer group
 * /groups/GROUP/members/MEMBER                 a member of it
 * /groups/GROUP/offsets/TOPIC/P                what it has committed
 * /quorum/image, log, leader, voters/ID        the metadata quorum
 * /slots/N                                     who coordinates which groups
 * </pre>
 */
public final class MetadataTree {
    private static final int NAMES_TOLD_MAX = 10;
    private static final Pattern NUMBER = Pattern.compile("[0-9]+");

    private final MetadataImage image;
    private final MetadataNode root;

    public MetadataTree(MetadataImage image, QuorumFacts quorum) {
        this.image = image;
        var nodes = Nodes.names();
        nodes.put("admin", () -> TopicNodes.admin(image));
        nodes.put("brokers", () -> brokers(image));
        nodes.put("cluster", () -> cluster(image));
        nodes.put("configs", () -> ConfigNodes.configs(image));
        nodes.put("controller", () -> QuorumNodes.controller(quorum));
        nodes.put("controller_epoch", () -> QuorumNodes.controllerEpoch(quorum));
        nodes.put("groups", () -> GroupNodes.groups(image));
        nodes.put("quorum", () -> QuorumNodes.quorum(image, quorum));
        nodes.put("slots", () -> slots(image));
        root = Nodes.branch(Nodes.named(nodes));
    }

    /** The place in the metadata log that the tree shows. */
    public LogPosition position() {
        return image.position();
    }

    /**
     * The node at a path.
     *
     * @throws NoSuchNodeException if there is none
     */
    public MetadataNode node(MetadataPath path) {
        var node = root;
        for (int depth = 0; depth < path.depth(); depth++) {
            var child = node.child(path.names().get(depth));
            if (child.isEmpty()) {
                throw new NoSuchNodeException(missing(path, depth, node));
            }
            node = child.get();
        }
        return node;
    }

    private static String missing(MetadataPath path, int depth, MetadataNode nearest) {
        var names = nearest.namesAfter("").limit(NAMES_TOLD_MAX + 1L).toList();
        var told = names.stream()
                .limit(NAMES_TOLD_MAX)
                .map(name -> Excerpt.of(MetadataPath.escaped(name)))
                .collect(Collectors.joining(", "));
        var wanted = path.names().get(depth);
        // Another number is no typing error.
        var meant = NearestKey.nearest(wanted, NUMBER.matcher(wanted).matches() ? List.of() : some(nearest))
                .map(name -> "; did you mean " + path.upTo(depth).child(name) + "?")
                .orElse("");
        var has = names.isEmpty()
                ? "nothing below it"
                : nearest.childCount() > NAMES_TOLD_MAX
                        ? nearest.childCount() + " nodes below it, the first are " + told
                        : told;
        return "there is no " + Excerpt.of(path.toString()) + ": "
                + Excerpt.of(path.upTo(depth).toString()) + " has " + has + meant;
    }

    /** To compare with each of a hundred thousand would take longer than the question is worth. */
    private static List<String> some(MetadataNode node) {
        return node.namesAfter("").limit(1_000).toList();
    }

    private static MetadataNode cluster(MetadataImage image) {
        var nodes = Nodes.names();
        nodes.put("id", () -> Nodes.leaf(() -> new JsonFields().put("id", image.clusterId())));
        return Nodes.of(
                () -> new JsonFields()
                        .put("id", image.clusterId())
                        .put("feature_level", image.featureLevel())
                        .put("brokers", image.brokers().size())
                        .put("topics", image.topics().size())
                        .put("partitions", partitions(image))
                        .put("groups", image.groups().size())
                        .put("next_producer_id", image.nextProducerId()),
                OptionalLong.empty(),
                Nodes.named(nodes));
    }

    private static long partitions(MetadataImage image) {
        return image.topics().all().stream()
                .mapToLong(topic -> topic.partitions().size())
                .sum();
    }

    private static MetadataNode brokers(MetadataImage image) {
        var nodes = Nodes.names();
        nodes.put(
                "ids", () -> Nodes.branch(Nodes.byNumber(image.brokers(), (id, broker) -> BrokerNodes.broker(broker))));
        nodes.put("topics", () -> TopicNodes.topics(image));
        return Nodes.branch(Nodes.named(nodes));
    }

    private static MetadataNode slots(MetadataImage image) {
        return Nodes.branch(Nodes.counted(SlotsImage.COUNT, number -> {
            var slot = image.slots().slot(number);
            return Nodes.leaf(
                    () -> {
                        var value = new JsonFields();
                        putBroker(value, "owner", slot.owner());
                        return value.put("epoch", slot.epoch());
                    },
                    OptionalLong.of(slot.epoch()));
        }));
    }

    /** A broker, or null where the image has none; it says so by the same number for leaders and owners. */
    static void putBroker(JsonFields value, String name, int broker) {
        if (broker == PartitionRegistration.NO_LEADER) {
            value.putNull(name);
        } else {
            value.put(name, broker);
        }
    }
}
