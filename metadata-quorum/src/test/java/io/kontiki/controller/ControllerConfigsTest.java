package io.kontiki.controller;

import static org.assertj.core.api.Assertions.assertThat;

import io.kontiki.metadata.ConfigsImage;
import io.kontiki.metadata.command.TestQuorum;
import io.kontiki.proto.internal.v1.AlterConfigs;
import io.kontiki.proto.internal.v1.Command;
import io.kontiki.proto.internal.v1.ProposeRequest;
import io.kontiki.proto.v1.AlterConfigsRequest;
import io.kontiki.proto.v1.CreateTopicRequest;
import io.kontiki.proto.v1.ErrorReason;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** What users ask of the configuration of brokers, and what the controller itself takes from it. */
class ControllerConfigsTest {
    private static final Now NOW = new Now(1_700_000_000_000L, 5);

    private final TestQuorum quorum = TestQuorum.withBrokers(1, 2, 3);
    private final Controller controller = new Controller(
            ControllerConfig.defaults(TestQuorum.CLUSTER), TestQuorum.TERM, quorum.image(), new Random(1), NOW);

    private Prepared prepare(ProposeRequest.Builder request) {
        return controller.prepare(request.setClusterId(TestQuorum.CLUSTER).build(), quorum.image(), NOW);
    }

    private Prepared alter(AlterConfigsRequest.Builder request) {
        return prepare(ProposeRequest.newBuilder().setAlterConfigs(request));
    }

    private void submit(Prepared prepared) {
        assertThat(prepared).isInstanceOf(Prepared.Submit.class);
        quorum.accept(((Prepared.Submit) prepared).command().toBuilder());
    }

    private void set(String key, String value) {
        submit(alter(AlterConfigsRequest.newBuilder().putSetConfigs(key, value)));
    }

    private String refusal(AlterConfigsRequest.Builder request) {
        var prepared = alter(request);
        assertThat(prepared).isInstanceOf(Prepared.Refuse.class);
        var reply = ((Prepared.Refuse) prepared).reply();
        assertThat(reply.getReason()).isEqualTo(ErrorReason.ERROR_REASON_INVALID_CONFIG);
        return reply.getMessage();
    }

    private List<List<Integer>> create(String name) {
        submit(prepare(ProposeRequest.newBuilder()
                .setCreateTopic(CreateTopicRequest.newBuilder().setName(name))));
        return quorum.image().topic(name).orElseThrow().partitions().stream()
                .map(partition -> List.copyOf(partition.replicas()))
                .toList();
    }

    @Test
    void newTopicsFollowWhatIsSetAndTheFileWhenItIsNot() {
        set("num.partitions", "4");
        set("default.replication.factor", "2");
        assertThat(create("a")).hasSize(4).allMatch(replicas -> replicas.size() == 2);

        set("default.replication.factor", "-1");
        submit(alter(AlterConfigsRequest.newBuilder().addRemoveConfigs("num.partitions")));
        assertThat(create("b")).hasSize(1).allMatch(replicas -> replicas.size() == 3);
    }

    @Test
    void leadersAreGivenBackOnlyWhileThatIsSet() {
        var topic = quorum.topic(1, List.of(1, 2, 3), Map.of());
        quorum.fence(1);
        quorum.unfence(1);
        quorum.alterIsr(topic, 1, 2, 3);
        assertThat(quorum.partition(topic).leader()).isNotEqualTo(1);
        var balance = new LeaderBalance(new ControllerConfig.Rebalance(true, 1, 0), NOW);
        var later = new Now(NOW.epochMillis(), NOW.monotonicNanos() + 1_000_000_000);

        set("auto.leader.rebalance.enable", "false");
        assertThat(balance.onTick(quorum.image(), later)).isEmpty();
        set("auto.leader.rebalance.enable", "true");
        assertThat(balance.onTick(quorum.image(), later)).isPresent();
    }

    @Test
    void whatIsWrongIsToldWithKeyValueAndLimit() {
        assertThat(refusal(AlterConfigsRequest.newBuilder().putSetConfigs("group.max.size", "10001")))
                .isEqualTo("group.max.size is \"10001\", but must be a whole number from 1 to 10000");
        assertThat(refusal(AlterConfigsRequest.newBuilder().putSetConfigs("default.replication.factor", "0")))
                .isEqualTo("default.replication.factor is \"0\", but must be -1 or a number from 1 to 32767");
        assertThat(refusal(AlterConfigsRequest.newBuilder().putSetConfigs("group.max.siz", "1")))
                .isEqualTo("config \"group.max.siz\" is unknown; did you mean group.max.size?");
        assertThat(refusal(AlterConfigsRequest.newBuilder().setBrokerId(1).putSetConfigs("num.partitions", "2")))
                .isEqualTo("num.partitions can be set for the whole cluster only, not for broker 1");
        assertThat(refusal(AlterConfigsRequest.newBuilder().addRemoveConfigs("of.a.later.version")))
                .startsWith("config \"of.a.later.version\" is unknown; known are auto.leader.rebalance.enable, ");
        assertThat(refusal(AlterConfigsRequest.newBuilder()
                        .putSetConfigs("num.partitions", "2")
                        .addRemoveConfigs("num.partitions")))
                .isEqualTo("config num.partitions is both set and removed");
    }

    @Test
    void checkAloneChangesNothing() {
        var checked =
                alter(AlterConfigsRequest.newBuilder().setValidateOnly(true).putSetConfigs("num.partitions", "2"));
        assertThat(checked).isInstanceOf(Prepared.Answered.class);
    }

    @Test
    void whatALaterVersionSetIsPassedOverAndCanBeRemoved() {
        quorum.accept(Command.newBuilder()
                .setAlterConfigs(AlterConfigs.newBuilder()
                        .setAssumedIndex(quorum.image().position().index())
                        .putSetConfigs("num.partitions", "many")
                        .putSetConfigs("of.a.later.version", "1")));
        assertThat(create("a")).hasSize(1);

        submit(alter(AlterConfigsRequest.newBuilder().addRemoveConfigs("of.a.later.version")));
        assertThat(quorum.image().configs().of(ConfigsImage.CLUSTER)).containsOnlyKeys("num.partitions");
    }
}
