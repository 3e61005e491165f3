package io.kontiki.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.kontiki.client.Admin;
import io.kontiki.client.LogMove;
import io.kontiki.client.TopicPartition;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Whole command lines against a broker in this process, with two directories. */
@Timeout(120)
class ClusterConfigTest {
    private static final String MOVES = "replica.alter.log.dirs.io.max.bytes.per.second";

    @TempDir
    private static Path directory;

    private static CommandBroker broker;

    @BeforeAll
    static void startBroker() throws InterruptedException {
        broker =
                CommandBroker.start(Map.of("group.max.size", "99"), directory.resolve("one"), directory.resolve("two"));
    }

    @AfterAll
    static void stopBroker() {
        broker.close();
    }

    private static CommandRun config(int code, String... words) {
        String[] all = new String[words.length + 2];
        all[0] = "cluster";
        all[1] = "config";
        System.arraycopy(words, 0, all, 2, words.length);
        return broker.run(code, all);
    }

    private static JsonObject shown(String key) {
        String out = config(ExitCode.DONE, "get", key, "-o", "json").out();
        var configs = JsonParser.parseString(out).getAsJsonObject().getAsJsonArray("configs");
        assertThat(configs).hasSize(1);
        return configs.get(0).getAsJsonObject();
    }

    @Test
    void valuesAreSetAndRemovedForTheClusterAndForABroker() {
        assertThat(shown("group.max.size").get("source").getAsString()).isEqualTo("file");

        assertThat(config(ExitCode.DONE, "set", "group.max.size=7").err())
                .contains("cluster now has ")
                .contains("group.max.size=7");
        config(ExitCode.DONE, "set", "group.max.size=8", "--broker", "0");
        assertThat(shown("group.max.size").toString())
                .isEqualTo("{\"brokerId\":0,\"key\":\"group.max.size\",\"value\":\"8\",\"source\":\"broker\","
                        + "\"origin\":\"set for broker 0\",\"dynamic\":true}");
        assertThat(config(ExitCode.DONE, "unset", "group.max.size", "--broker", "0", "-o", "json")
                        .out())
                .isEqualToIgnoringWhitespace("{\"brokerId\":0,\"configs\":{},\"dryRun\":false}");
        assertThat(shown("group.max.size").get("source").getAsString()).isEqualTo("cluster");
        assertThat(broker.run(ExitCode.DONE, "meta", "get", "/configs/cluster").out())
                .contains("\"group.max.size\":\"7\"");
        config(ExitCode.DONE, "unset", "group.max.size");
        assertThat(shown("group.max.size").get("value").getAsString()).isEqualTo("99");
    }

    @Test
    void newTopicsGetWhatIsSet() {
        config(ExitCode.DONE, "set", "num.partitions=3", "log.retention.ms=3d");
        broker.run(ExitCode.DONE, "topic", "create", "of-three");
        assertThat(broker.run(ExitCode.DONE, "topic", "describe", "of-three", "-o", "json")
                        .out())
                .contains("259200000")
                .containsPattern("\"partition\": *2");
        config(ExitCode.DONE, "unset", "num.partitions", "log.retention.ms");
        broker.run(ExitCode.DONE, "topic", "create", "of-one");
        assertThat(broker.run(ExitCode.DONE, "topic", "describe", "of-one", "-o", "json")
                        .out())
                .doesNotContain("259200000")
                .doesNotContainPattern("\"partition\": *1");
    }

    @Test
    void moveUnderWayGoesOnAtTheNewRate() {
        broker.run(ExitCode.DONE, "topic", "create", "moved");
        broker.run(ExitCode.DONE, "perf", "produce", "moved", "-n", "3000", "--size", "1000");
        config(ExitCode.DONE, "set", MOVES + "=1KiB", "--broker", "0");
        var partition = new TopicPartition("moved", 0);
        try (Admin admin =
                Admin.builder().bootstrapServers("127.0.0.1:" + broker.port()).build()) {
            String here = admin.describeLogDirs(0, Optional.of("moved")).stream()
                    .filter(dir -> dir.replicas().isEmpty())
                    .findFirst()
                    .orElseThrow()
                    .path();
            LogMove begun = admin.moveLog(partition, 0, here);
            assertThat(begun.done()).isFalse();
            await().pollDelay(Duration.ofSeconds(2))
                    .until(() -> !admin.describeLogMove(partition, 0).done());

            admin.alterConfigs(OptionalInt.of(0), Map.of(MOVES, "1GiB"), Set.of(), false);

            await().atMost(Duration.ofSeconds(20))
                    .until(() -> admin.describeLogMove(partition, 0).done());
            admin.alterConfigs(OptionalInt.of(0), Map.of(), Set.of(MOVES), false);
        }
    }

    @Test
    void whatCannotBeSetIsRefusedInWords() {
        assertThat(config(ExitCode.USAGE, "set", "num.event.loops=3").err())
                .contains(
                        "num.event.loops is read at the start only: change it in the file of each broker, and restart");
        assertThat(config(ExitCode.USAGE, "set", "num.partitions=0").err())
                .contains("num.partitions is \"0\", but must be a whole number from 1 to 10000");
        assertThat(config(ExitCode.USAGE, "set", "num.partition=2").err())
                .contains("config \"num.partition\" is unknown; did you mean num.partitions?");
        assertThat(config(ExitCode.USAGE, "set", "num.partitions=2", "--broker", "0")
                        .err())
                .contains("num.partitions can be set for the whole cluster only, not for broker 0");
        assertThat(config(ExitCode.USAGE, "set", "group.max.size=2", "--broker", "9")
                        .err())
                .contains("broker_id is 9, but no such broker is registered");
        assertThat(config(ExitCode.USAGE, "unset", "retention.ms").err()).contains("is a key of topics");
        assertThat(config(ExitCode.USAGE, "get", "log.dirt").err()).contains("did you mean log.dirs?");
        assertThat(config(ExitCode.USAGE, "set").err()).contains("KEY=VALUE");
    }

    @Test
    void checkAloneChangesNothing() {
        assertThat(config(ExitCode.DONE, "set", "log.retention.bytes=1GiB", "--dry-run")
                        .err())
                .contains("cluster would have ")
                .contains("log.retention.bytes=1073741824");
        assertThat(shown("log.retention.bytes").get("source").getAsString()).isEqualTo("default");
    }

    @Test
    void onlyDynamicKeysAreShownUnlessAllAreWanted() {
        String some = config(ExitCode.DONE, "get", "-o", "wide").out();
        assertThat(some.lines()).hasSize(11);
        assertThat(some).contains("ORIGIN").contains("num.partitions").doesNotContain("listeners");
        String all = config(ExitCode.DONE, "describe", "--all", "--broker", "0").out();
        assertThat(all).contains("listeners").contains("num.partitions");
    }
}
