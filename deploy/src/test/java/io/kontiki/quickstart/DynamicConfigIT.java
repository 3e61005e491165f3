package io.kontiki.quickstart;

import static org.assertj.core.api.Assertions.assertThat;

import io.kontiki.client.Admin;
import io.kontiki.client.BrokerConfigEntry;
import io.kontiki.client.ConfigSource;
import io.kontiki.client.NewTopic;
import io.kontiki.localcluster.BrokerProcess;
import io.kontiki.localcluster.ClusterView;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;

/** Configuration that is changed while three brokers run, by the command, and its effect on each of them. */
class DynamicConfigIT {
    private static final Duration PATIENCE = Duration.ofMinutes(3);
    private static final String RATE = "log.scrub.io.max.bytes.per.second";
    private static final String SIZE = "group.max.size";

    private final FaultScenario scenario;
    private final KontikiCommand command;

    DynamicConfigIT() throws IOException {
        scenario = new FaultScenario(3);
        command = new KontikiCommand(scenario.cluster().bootstrap());
    }

    @Test
    void everyBrokerTakesOnWhatIsSetAndKeepsItOverARestart() throws Exception {
        try (scenario) {
            scenario.cluster().brokers().forEach(broker -> broker.set(SIZE, "90"));
            startAll();
            List<Integer> ids =
                    scenario.cluster().brokers().stream().map(BrokerProcess::id).toList();
            int special = ids.get(1);

            assertThat(config("set", "num.partitions=5", "log.retention.ms=2d", SIZE + "=70"))
                    .isZero();
            assertThat(config("set", SIZE + "=60", RATE + "=1MiB", "--broker", Integer.toString(special)))
                    .isZero();

            for (int attempt = 0; attempt < 2; attempt++) {
                String about = attempt == 0 ? "while they run" : "after a restart of all";
                awaitCounted(ids, special);
                for (BrokerProcess broker : scenario.cluster().brokers()) {
                    String topic = "topic-" + attempt + "-" + broker.id();
                    assertThat(partitionsMadeAt(broker, topic)).as(about).isEqualTo(5);
                    assertThat(command.run("", "topic", "describe", topic, "-o", "json")
                                    .output())
                            .as(about)
                            .anyMatch(line -> line.contains("172800000"));
                }
                if (attempt == 0) {
                    scenario.cluster().brokers().forEach(BrokerProcess::kill);
                    startAll();
                }
            }

            // What nothing sets any more is as in the file again.
            assertThat(config("unset", SIZE, "num.partitions", "log.retention.ms"))
                    .isZero();
            assertThat(config("unset", SIZE, "--broker", Integer.toString(special)))
                    .isZero();
            await(
                    "the file to count again",
                    () -> sources(SIZE).values().stream()
                            .allMatch(entry -> entry.source() == ConfigSource.FILE
                                    && entry.value().orElseThrow().equals("90")));
            assertThat(partitionsMadeAt(scenario.cluster().brokers().get(0), "of-one"))
                    .isEqualTo(1);
        }
    }

    private void startAll() throws IOException {
        scenario.cluster().startAll();
        scenario.cluster().awaitReady(scenario.view(), PATIENCE);
    }

    private int config(String verb, String... words) throws IOException, InterruptedException {
        String[] all = new String[words.length + 3];
        all[0] = "cluster";
        all[1] = "config";
        all[2] = verb;
        System.arraycopy(words, 0, all, 3, words.length);
        return command.run("", all).exitCode();
    }

    private void awaitCounted(List<Integer> ids, int special) throws IOException {
        for (int id : ids) {
            boolean own = id == special;
            await(
                    "broker " + id + " to have its size of groups",
                    () -> is(SIZE, id, own ? "60" : "70", own ? ConfigSource.BROKER : ConfigSource.CLUSTER));
            await(
                    "broker " + id + " to have its rate",
                    () -> is(RATE, id, own ? "1048576" : "8MiB", own ? ConfigSource.BROKER : ConfigSource.DEFAULT));
        }
    }

    private boolean is(String key, int brokerId, String value, ConfigSource source) {
        BrokerConfigEntry entry = sources(key).get(brokerId);
        return entry.source() == source && entry.value().orElseThrow().equals(value);
    }

    /** By broker. */
    private Map<Integer, BrokerConfigEntry> sources(String key) {
        var entries = new TreeMap<Integer, BrokerConfigEntry>();
        for (BrokerProcess broker : scenario.cluster().brokers()) {
            entries.put(
                    broker.id(),
                    scenario.view()
                            .admin()
                            .describeConfigs(broker.id(), Set.of(key))
                            .get(0));
        }
        return entries;
    }

    /** Made through that broker, whose own idea of new topics counts. */
    private static int partitionsMadeAt(BrokerProcess broker, String topic) {
        try (ClusterView view = new ClusterView(broker.endpoint())) {
            Admin admin = view.admin();
            return admin.createTopic(NewTopic.named(topic)).partitions().size();
        }
    }

    private void await(String what, BooleanSupplier condition) throws IOException {
        scenario.cluster().await(what, PATIENCE, condition);
    }
}
