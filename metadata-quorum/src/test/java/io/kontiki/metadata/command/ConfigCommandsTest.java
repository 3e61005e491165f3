package io.kontiki.metadata.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.kontiki.metadata.ConfigsImage;
import io.kontiki.metadata.ImageCodec;
import io.kontiki.proto.internal.v1.AlterConfigs;
import io.kontiki.proto.internal.v1.Command;
import io.kontiki.proto.internal.v1.UnregisterBroker;
import io.kontiki.proto.v1.ErrorReason;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Configuration of brokers in the image. */
class ConfigCommandsTest {
    private final TestQuorum quorum = TestQuorum.withBrokers(1, 2);

    private AlterConfigs.Builder now() {
        return AlterConfigs.newBuilder()
                .setAssumedIndex(quorum.image().position().index());
    }

    private static Command.Builder command(AlterConfigs.Builder alter) {
        return Command.newBuilder().setAlterConfigs(alter);
    }

    private Map<String, String> configs(int scope) {
        return quorum.image().configs().of(scope);
    }

    @Test
    void valuesAreKeptForTheClusterAndForEachBroker() {
        quorum.accept(command(now().putSetConfigs("group.max.size", "5").putSetConfigs("num.partitions", "3")));
        quorum.accept(command(now().setBrokerId(2).putSetConfigs("group.max.size", "7")));
        var before = quorum.image();

        quorum.accept(command(now().addRemoveConfigs("num.partitions")));

        assertThat(configs(ConfigsImage.CLUSTER)).isEqualTo(Map.of("group.max.size", "5"));
        assertThat(configs(1)).isEmpty();
        assertThat(configs(2)).isEqualTo(Map.of("group.max.size", "7"));
        assertThat(quorum.image().configs().index())
                .isEqualTo(quorum.image().position().index());
        var delta = quorum.last().delta();
        assertThat(delta.changedConfigs()).containsExactly(ConfigsImage.CLUSTER);
        assertThat(ImageCodec.apply(before, ImageCodec.toRecord(delta, quorum.image()))
                        .image())
                .isEqualTo(quorum.image());
        assertThat(ImageCodec.decode(ImageCodec.encode(quorum.image()))).isEqualTo(quorum.image());
    }

    @Test
    void lateCopyBringsNoOlderValueBack() { // Q2
        var late = command(now().putSetConfigs("num.partitions", "3"));
        quorum.accept(late);
        quorum.accept(late);
        assertThat(quorum.last().delta().isEmpty()).isTrue();
        quorum.accept(command(now().putSetConfigs("num.partitions", "4")));

        var reply = quorum.apply(late);

        assertThat(reply.getReason()).isEqualTo(ErrorReason.ERROR_REASON_CONCURRENT_CHANGE);
        assertThat(configs(ConfigsImage.CLUSTER)).isEqualTo(Map.of("num.partitions", "4"));
    }

    @Test
    void keysOfALaterVersionAreKept() {
        quorum.accept(command(now().putSetConfigs("of.a.later.version", "x")));
        assertThat(configs(ConfigsImage.CLUSTER)).containsEntry("of.a.later.version", "x");
    }

    @Test
    void brokerThatIsForgottenTakesItsConfigurationAlong() {
        var alter = now().setBrokerId(2).putSetConfigs("group.max.size", "7");
        quorum.accept(command(alter));
        quorum.fence(2);
        quorum.accept(Command.newBuilder()
                .setUnregisterBroker(
                        UnregisterBroker.newBuilder().setBrokerId(2).setBrokerEpoch(quorum.epoch(2))));
        assertThat(configs(2)).isEmpty();
        assertThat(quorum.last().delta().changedConfigs()).containsExactly(2);

        var reply = quorum.apply(command(now().setBrokerId(2).putSetConfigs("group.max.size", "7")));

        assertThat(reply.getReason()).isEqualTo(ErrorReason.ERROR_REASON_INVALID_ARGUMENT);
        assertThat(reply.getMessage()).isEqualTo("broker_id is 2, but no such broker is registered");
    }

    @Test
    void whatIsTooMuchIsRefused() {
        var many = now();
        for (int i = 0; i <= 100; i++) {
            many.putSetConfigs("key" + i, "1");
        }
        assertThat(quorum.apply(command(many)).getMessage())
                .isEqualTo("101 configs would be set, but at most 100 may be");
        assertThat(quorum.apply(command(now().putSetConfigs("key", "x".repeat(256))))
                        .getMessage())
                .isEqualTo("config key has a value of 256 characters, not 0 to 255");
        assertThat(quorum.apply(command(now().putSetConfigs("", "x"))).getMessage())
                .isEqualTo("config key \"\" has 0 characters, not 1 to 255");
        assertThat(quorum.image().configs()).isEqualTo(ConfigsImage.EMPTY);
    }
}
