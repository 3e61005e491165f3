package io.kontiki.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.grpc.StatusRuntimeException;
import io.kontiki.metadata.LocalMetadata;
import io.kontiki.metadata.tree.QuorumFacts;
import io.kontiki.proto.v1.CreateTopicRequest;
import io.kontiki.proto.v1.DeleteTopicRequest;
import io.kontiki.proto.v1.GetNodeRequest;
import io.kontiki.proto.v1.ListNodesRequest;
import io.kontiki.proto.v1.MetaNode;
import io.kontiki.proto.v1.MetaServiceGrpc;
import io.kontiki.proto.v1.TopicServiceGrpc;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class MetaGrpcServiceTest {
    private final LocalMetadata metadata = new LocalMetadata(fault -> {
        throw fault;
    });
    private final InMemoryController controller = new InMemoryController(metadata, 3);
    private final ServiceFixture fixture = new ServiceFixture(new MetaGrpcService(metadata, () -> QuorumFacts.NONE));
    private final ServiceFixture changes = new ServiceFixture(new TopicGrpcService(metadata, controller, Map::of));
    private final MetaServiceGrpc.MetaServiceBlockingStub meta = MetaServiceGrpc.newBlockingStub(fixture.channel());

    @AfterEach
    void stop() {
        fixture.close();
        changes.close();
    }

    @Test
    void nodeIsOfTheLatestImage() {
        create("orders", 3);

        var answer = meta.getNode(GetNodeRequest.newBuilder()
                .setPath("/brokers/topics/orders/partitions/2/state")
                .build());

        assertThat(answer.getIndex())
                .isEqualTo(metadata.current().position().index())
                .isPositive();
        assertThat(answer.getNode().getValue()).contains("\"leader\":", "\"isr\":[");
        assertThat(answer.getNode().getVersion()).isZero();
        assertThat(answer.getNode().hasVersion()).isTrue();
        assertThat(get("/brokers/topics/orders/partitions").getChildren()).isEqualTo(3);
        assertThat(get("/brokers/topics/orders/partitions").hasValue()).isFalse();
    }

    @Test
    void pagesOfAnySizeTellEachNodeOnce() {
        create("orders", 30);
        var all = list("/", 16, 0);
        assertThat(all).doesNotHaveDuplicates().contains("/brokers/topics/orders/partitions/29/state", "/slots/63");

        for (int size : List.of(1, 7, 1000)) {
            assertThat(list("/", 16, size)).as("pages of %s", size).isEqualTo(all);
        }
        assertThat(list("/brokers/topics/orders/partitions", 0, 4)).hasSize(30);
        assertThat(list("/brokers/topics/orders/partitions", 2, 1000)).hasSize(60);
    }

    @Test
    void listGoesOnWhereTheLastNodeOfAPageIsGone() {
        create("a", 1);
        create("b", 2);
        create("c", 1);
        var request = ListNodesRequest.newBuilder()
                .setPath("/brokers/topics")
                .setDepth(4)
                .setPageSize(7);
        var first = meta.listNodes(request.build());
        assertThat(first.getNextPageToken()).isEqualTo("/brokers/topics/b/partitions/0");

        TopicServiceGrpc.newBlockingStub(changes.channel())
                .deleteTopic(DeleteTopicRequest.newBuilder().setName("b").build());

        var second =
                meta.listNodes(request.setPageToken(first.getNextPageToken()).build());
        assertThat(second.getNodesList()).extracting(MetaNode::getPath).first().isEqualTo("/brokers/topics/c");
        assertThat(second.getNextPageToken()).isEmpty();
    }

    @Test
    void pageEndsBeforeItGrowsTooLarge() {
        // Values of some 150 kB each.
        for (int i = 0; i < 20; i++) {
            create("large-" + i, 10_000);
        }
        var page = meta.withMaxInboundMessageSize(4 << 20)
                .listNodes(ListNodesRequest.newBuilder()
                        .setPath("/brokers/topics")
                        .setValues(true)
                        .build());

        assertThat(page.getNodesCount()).isBetween(10, 19);
        assertThat(page.getSerializedSize()).isBetween(2 << 20, 3 << 20);
        assertThat(page.getNextPageToken()).isNotEmpty();
    }

    @Test
    void valuesComeOnlyIfAskedFor() {
        create("orders", 1);
        var request = ListNodesRequest.newBuilder().setPath("/brokers/topics");

        assertThat(meta.listNodes(request.build()).getNodes(0).hasValue()).isFalse();
        assertThat(meta.listNodes(request.setValues(true).build()).getNodes(0).getValue())
                .startsWith("{\"topic_id\":");
    }

    @Test
    void missingNodeIsToldWithTheNearest() {
        assertRefused(
                () -> get("/brokers/ids/7"), "NODE_NOT_FOUND", "there is no /brokers/ids/7: /brokers/ids has 0, 1, 2");
        assertRefused(() -> list("/x", 1, 1), "NODE_NOT_FOUND", "there is no /x: / has admin, brokers,");
    }

    @Test
    void everyInputHasALimit() {
        assertRefused(() -> get("brokers"), "INVALID_ARGUMENT", "path \"brokers\" does not begin with /");
        assertRefused(() -> get("/" + "a".repeat(3_000)), "INVALID_ARGUMENT", "path has 3001 characters, at most 2000");
        assertRefused(() -> list("/", 17, 1), "INVALID_ARGUMENT", "depth 17 is not within 1 to 16");
        assertRefused(() -> list("/", -1, 1), "INVALID_ARGUMENT", "depth -1 is not within 1 to 16");
        assertRefused(() -> list("/", 1, 1001), "INVALID_ARGUMENT", "page_size 1001 is not within 1 to 1000");
        for (var token : List.of("x", "/", "/brokers", "/groups/a", "/" + "a".repeat(3_000))) {
            assertRefused(
                    () -> meta.listNodes(ListNodesRequest.newBuilder()
                            .setPath("/brokers")
                            .setPageToken(token)
                            .build()),
                    "INVALID_ARGUMENT",
                    "page_token is not one that a list of /brokers returned");
        }
    }

    @Test
    void brokerWithoutAnImageSaysSo() {
        try (var young =
                new ServiceFixture(new MetaGrpcService(new LocalMetadata(fault -> {}), () -> QuorumFacts.NONE))) {
            assertRefused(
                    () -> MetaServiceGrpc.newBlockingStub(young.channel())
                            .getNode(GetNodeRequest.newBuilder().setPath("/").build()),
                    "STARTING",
                    "has not received");
        }
    }

    private void create(String name, int partitions) {
        TopicServiceGrpc.newBlockingStub(changes.channel())
                .createTopic(CreateTopicRequest.newBuilder()
                        .setName(name)
                        .setPartitions(partitions)
                        .build());
    }

    private MetaNode get(String path) {
        return meta.getNode(GetNodeRequest.newBuilder().setPath(path).build()).getNode();
    }

    private List<String> list(String path, int depth, int pageSize) {
        var paths = new ArrayList<String>();
        var token = "";
        do {
            var page = meta.listNodes(ListNodesRequest.newBuilder()
                    .setPath(path)
                    .setDepth(depth)
                    .setPageSize(pageSize)
                    .setPageToken(token)
                    .build());
            page.getNodesList().forEach(node -> paths.add(node.getPath()));
            token = page.getNextPageToken();
        } while (!token.isEmpty());
        return paths;
    }

    private static void assertRefused(ThrowingCallable call, String reason, String message) {
        var refused = catchThrowableOfType(StatusRuntimeException.class, call);
        assertThat(Refusals.reason(refused)).isEqualTo(reason);
        assertThat(refused.getStatus().getDescription()).contains(message);
    }
}
