package io.kontiki.metadata.tree;

import io.kontiki.metadata.Assignor;
import io.kontiki.metadata.BrokerRegistration;
import io.kontiki.metadata.CommittedOffset;
import io.kontiki.metadata.ConfigsImage;
import io.kontiki.metadata.Endpoint;
import io.kontiki.metadata.FlushMode;
import io.kontiki.metadata.GroupImage;
import io.kontiki.metadata.GroupOffsets;
import io.kontiki.metadata.GroupsImage;
import io.kontiki.metadata.LogPosition;
import io.kontiki.metadata.MemberImage;
import io.kontiki.metadata.MetadataImage;
import io.kontiki.metadata.PartitionRegistration;
import io.kontiki.metadata.Reassignment;
import io.kontiki.metadata.Slot;
import io.kontiki.metadata.SlotsImage;
import io.kontiki.metadata.TopicImage;
import io.kontiki.metadata.TopicPartition;
import io.kontiki.metadata.TopicsImage;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.UUID;
import org.pcollections.TreePMap;
import org.pcollections.TreePSet;
import org.pcollections.TreePVector;

/** A small cluster: brokers 1, 2 and 10, topics {@code orders} of 11 partitions and {@code returns} of one, a group. */
final class SampleImage {
    private static final UUID ORDERS = new UUID(9, 1);
    private static final UUID RETURNS = new UUID(2, 1);

    private SampleImage() {}

    static MetadataTree tree() {
        return new MetadataTree(image(), quorum());
    }

    static QuorumFacts quorum() {
        return new QuorumFacts(
                Optional.of("q"),
                OptionalLong.of(7),
                OptionalInt.of(2),
                new TreeMap<>(Map.of(1, "1-aa@one:9393", 2, "2-bb@two:9393", 10, "")),
                OptionalLong.of(1235));
    }

    static MetadataImage image() {
        var brokers = TreePMap.<Integer, BrokerRegistration>empty()
                .plus(1, broker(1))
                .plus(2, broker(2))
                .plus(10, broker(10));
        return new MetadataImage(
                new LogPosition(7, 1234),
                "c-1",
                1,
                brokers,
                TopicsImage.EMPTY
                        .with(topic(ORDERS, "orders", Map.of("retention.ms", "1000"), 11))
                        .with(topic(RETURNS, "returns", Map.of(), 1)),
                2000,
                GroupsImage.EMPTY.with(group()),
                SlotsImage.EMPTY.with(SlotsImage.numberOf("billing"), new Slot(2, 3)),
                ConfigsImage.EMPTY
                        .with(
                                ConfigsImage.CLUSTER,
                                TreePMap.<String, String>empty().plus("num.partitions", "6"),
                                90)
                        .with(2, TreePMap.<String, String>empty().plus("group.max.size", "9"), 91));
    }

    private static BrokerRegistration broker(int id) {
        return new BrokerRegistration(
                id,
                new UUID(id, 1),
                Optional.empty(),
                id + 100,
                new TreeMap<>(Map.of(new UUID(id, 2), true, new UUID(id, 3), false)),
                new Endpoint("host" + id, 9392),
                id == 1 ? Optional.of("a \"b\"") : Optional.empty(),
                id == 10,
                false,
                id + 200);
    }

    private static TopicImage topic(UUID id, String name, Map<String, String> configs, int partitions) {
        var all = TreePVector.<PartitionRegistration>empty();
        for (int number = 0; number < partitions; number++) {
            all = all.plus(
                    number == 1
                            ? moving()
                            : PartitionRegistration.created(List.of(1, 2), List.of(1, 2), 2, FlushMode.ACK));
        }
        return new TopicImage(id, name, TreePMap.from(configs), all, 300, 0);
    }

    private static PartitionRegistration moving() {
        return new PartitionRegistration(
                List.of(1, 2, 10),
                List.of(new UUID(1, 2), PartitionRegistration.UNASSIGNED, PartitionRegistration.UNASSIGNED),
                List.of(),
                List.of(2),
                List.of(1),
                PartitionRegistration.NO_LEADER,
                4,
                8,
                1,
                FlushMode.OS,
                new Reassignment(List.of(10), List.of(1), 1, 5000),
                3);
    }

    private static GroupImage group() {
        var joined = MemberImage.joined(
                "m/1",
                Optional.of("till-3"),
                "app",
                "127.0.0.1",
                TreePSet.singleton("orders"),
                Optional.empty(),
                45_000,
                60_000);
        var member = joined.with(5, TreePMap.singleton(new TopicPartition(ORDERS, 10), 5), TreePMap.empty());
        return GroupImage.empty("billing")
                .withEpochs(6, 5, Assignor.ROUND_ROBIN)
                .withMembers(TreePMap.singleton("m/1", member))
                .withVersion(900)
                .withOffsets(GroupOffsets.NONE
                        .with(
                                new TopicPartition(ORDERS, 10),
                                new CommittedOffset(42, 3, "at \u2028", 1_700_000_000_000L, 1000))
                        .with(
                                new TopicPartition(RETURNS, 0),
                                new CommittedOffset(0, CommittedOffset.NO_LEADER_EPOCH, "", 1_700_000_000_001L, 1001)));
    }
}
