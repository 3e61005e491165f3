package io.kontiki.metadata.tree;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kontiki.metadata.MetadataImage;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class MetadataTreeTest {
    private final MetadataTree tree = SampleImage.tree();

    @Test
    void brokersAreListedByNumber() {
        assertThat(names("/brokers/ids")).containsExactly("1", "2", "10");
        assertThat(value("/brokers/ids/1"))
                .isEqualTo("{\"endpoints\":[\"GRPC://host1:9392\"],\"host\":\"host1\",\"port\":9392,"
                        + "\"rack\":\"a \\\"b\\\"\",\"epoch\":101,\"fenced\":false,\"shutting_down\":false,"
                        + "\"fencing_index\":201,\"incarnation\":\"00000000-0000-0001-0000-000000000001\",\"base\":null,"
                        + "\"directories\":{\"00000000-0000-0001-0000-000000000002\":\"online\","
                        + "\"00000000-0000-0001-0000-000000000003\":\"offline\"}}");
        assertThat(node("/brokers/ids/10").version()).hasValue(110);
        assertThat(value("/brokers/ids/2")).contains("\"rack\":null,");
    }

    @Test
    void topicsTellReplicasAndMoves() {
        assertThat(names("/brokers/topics")).containsExactly("orders", "returns");
        assertThat(value("/brokers/topics/orders"))
                .startsWith("{\"topic_id\":\"00000000-0000-0009-0000-000000000001\","
                        + "\"partitions\":{\"0\":[1,2],\"1\":[1,2,10],\"2\":[1,2],")
                .endsWith(",\"adding_replicas\":{\"1\":[10]},\"removing_replicas\":{\"1\":[1]}}");
        assertThat(names("/brokers/topics/orders/partitions"))
                .containsExactly("0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "10");
        assertThat(value("/configs/topics/orders")).isEqualTo("{\"config\":{\"retention.ms\":\"1000\"}}");
        assertThat(value("/configs/topics/returns")).isEqualTo("{\"config\":{}}");
        assertThat(value("/configs/cluster")).isEqualTo("{\"config\":{\"num.partitions\":\"6\"}}");
        assertThat(names("/configs/brokers")).containsExactly("1", "2", "10");
        assertThat(value("/configs/brokers/2")).isEqualTo("{\"config\":{\"group.max.size\":\"9\"}}");
        assertThat(value("/configs/brokers/10")).isEqualTo("{\"config\":{}}");
        assertThat(node("/configs/cluster").version()).hasValue(91);
    }

    @Test
    void stateIsThatOfThePartition() {
        assertThat(value("/brokers/topics/returns/partitions/0/state"))
                .isEqualTo("{\"leader\":1,\"leader_epoch\":0,\"isr\":[1,2],\"partition_epoch\":0,\"replicas\":[1,2],"
                        + "\"elr\":[],\"last_known\":[],\"min_isr\":2,\"flush_mode\":\"ack\",\"unclean_epoch\":0,"
                        + "\"directories\":[\"unassigned\",\"unassigned\"]}");
        assertThat(value("/brokers/topics/orders/partitions/1/state"))
                .startsWith("{\"leader\":null,\"leader_epoch\":4,\"isr\":[],\"partition_epoch\":8,")
                .endsWith("\"adding_replicas\":[10],\"removing_replicas\":[1],\"bytes_per_second_max\":5000}");
        assertThat(node("/brokers/topics/orders/partitions/1/state").version()).hasValue(8);
    }

    @Test
    void movesAreListedWithWhereTheyGo() {
        assertThat(value("/admin/reassign_partitions"))
                .isEqualTo("{\"total\":1,\"partitions\":[{\"topic\":\"orders\",\"partition\":1,\"replicas\":[2,10],"
                        + "\"adding_replicas\":[10],\"removing_replicas\":[1],\"bytes_per_second_max\":5000}]}");
    }

    @Test
    void groupsHaveMembersAndOffsetsByTopicName() {
        assertThat(value("/groups/billing"))
                .startsWith("{\"epoch\":6,\"assignment_epoch\":5,\"assignor\":\"round-robin\",\"members\":1,\"slot\":")
                .contains("\"coordinator\":2,");
        assertThat(names("/groups/billing/members")).containsExactly("m/1");
        assertThat(value("/groups/billing/members/m%2F1"))
                .contains("\"instance_id\":\"till-3\"", "\"owned\":{\"orders\":[10]},\"revoking\":{},\"target\":{}}");
        assertThat(names("/groups/billing/offsets")).containsExactly("orders", "returns");
        assertThat(value("/groups/billing/offsets/orders/10"))
                .isEqualTo("{\"offset\":42,\"leader_epoch\":3,\"metadata\":\"at \\u2028\","
                        + "\"committed_at_ms\":1700000000000}");
        assertThat(value("/groups/billing/offsets/returns/0")).contains("\"leader_epoch\":null,");
    }

    @Test
    void quorumIsWhatTheBrokerKnowsOfIt() {
        assertThat(value("/controller")).isEqualTo("{\"brokerid\":2}");
        assertThat(value("/controller_epoch")).isEqualTo("{\"term\":7}");
        assertThat(value("/quorum")).isEqualTo("{\"id\":\"q\",\"term\":7,\"leader\":2,\"voters\":[1,2,10]}");
        assertThat(value("/quorum/voters/2"))
                .isEqualTo("{\"brokerid\":2,\"member\":\"2-bb\",\"address\":\"two:9393\"}");
        assertThat(value("/quorum/voters/10")).isEqualTo("{\"brokerid\":10,\"member\":null,\"address\":null}");
        assertThat(value("/quorum/image")).isEqualTo("{\"term\":7,\"index\":1234}");
        var unknown = new MetadataTree(MetadataImage.EMPTY, QuorumFacts.NONE);
        assertThat(unknown.node(MetadataPath.parse("/controller")).value()).hasValue("{\"brokerid\":null}");
        assertThat(unknown.node(MetadataPath.parse("/slots/63")).value()).hasValue("{\"owner\":null,\"epoch\":0}");
    }

    @Test
    void whatIsMissingIsToldWithWhatThereIs() {
        assertMissing("/brokers/ids/7", "there is no /brokers/ids/7: /brokers/ids has 1, 2, 10|");
        assertMissing(
                "/config/topics/orders",
                "there is no /config/topics/orders: / has admin, brokers, cluster, configs, controller, controller_epoch,"
                        + " groups, quorum, slots; did you mean /configs?");
        assertMissing("/brokers/ids/1/x", "there is no /brokers/ids/1/x: /brokers/ids/1 has nothing below it");
        assertMissing(
                "/brokers/topics/orders/partitions/11",
                "there is no /brokers/topics/orders/partitions/11: /brokers/topics/orders/partitions has 11 nodes below it,"
                        + " the first are 0, 1, 2, 3, 4, 5, 6, 7, 8, 9");
        // Only the way in which it is listed names a node.
        assertMissing("/brokers/ids/01", "there is no /brokers/ids/01");
        assertMissing("/brokers/topics/orders/partitions/4294967296", "there is no");
    }

    @Test
    void everyNodeIsFoundUnderThePathThatAWalkTells() {
        var paths = walk(100, List.of());

        assertThat(paths).doesNotHaveDuplicates().contains("/groups/billing/members/m%2F1", "/slots/63");
        for (var path : paths) {
            var found = node(path);
            assertThat(found.namesAfter("").count()).as(path).isEqualTo(found.childCount());
        }
        assertThat(walk(1, List.of())).hasSize(9).allMatch(path -> path.lastIndexOf('/') == 0);
    }

    @Test
    void walkGoesOnBehindAnyPath() {
        var all = walk(100, List.of());

        for (int i = 0; i < all.size(); i++) {
            var after = MetadataPath.parse(all.get(i)).names();
            assertThat(walk(100, after)).as(all.get(i)).isEqualTo(all.subList(i + 1, all.size()));
        }
        assertThat(walk(100, List.of("brokers", "ids", "3", "gone")).get(0)).isEqualTo("/brokers/ids/10");
        assertThat(walk(100, List.of("brokers", "topics", "p")).get(0)).isEqualTo("/brokers/topics/returns");
    }

    private List<String> walk(int depth, List<String> after) {
        var paths = new ArrayList<String>();
        var walk = new NodeWalk(depth, (path, node) -> paths.add(path.toString()));
        assertThat(walk.below(MetadataPath.ROOT, node("/"), after)).isTrue();
        return paths;
    }

    @Test
    void walkEndsWhenItsVisitorHasEnough() {
        var seen = new ArrayList<String>();
        var walk = new NodeWalk(9, (path, node) -> seen.add(path.toString()) && seen.size() < 5);

        assertThat(walk.below(MetadataPath.ROOT, node("/"), List.of())).isFalse();
        assertThat(seen).hasSize(5);
    }

    private MetadataNode node(String path) {
        return tree.node(MetadataPath.parse(path));
    }

    private String value(String path) {
        return node(path).value().orElseThrow();
    }

    private Stream<String> names(String path) {
        return node(path).namesAfter("");
    }

    private void assertMissing(String path, String message) {
        assertThatThrownBy(() -> node(path))
                .isInstanceOf(NoSuchNodeException.class)
                .satisfies(refused -> assertThat(refused.getMessage() + "|").startsWith(message));
    }
}
