package io.kontiki.cleanup;

import static org.assertj.core.api.Assertions.assertThat;

import io.kontiki.client.NewTopic;
import io.kontiki.localcluster.BrokerProcess;
import io.kontiki.quickstart.FaultScenario;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A topic whose last values must outlive brokers that are killed while they compact it. */
@Timeout(value = 4, unit = TimeUnit.MINUTES)
class CompactionIT {
    private static final Duration PATIENCE = Duration.ofSeconds(90);
    private static final String TOPIC = "balances";
    private static final int PARTITIONS = 3;
    private static final int ROUND_RECORDS = 1000;
    /** How much smaller than what was sent a compacted topic must be. */
    private static final int SHRINKAGE = 3;

    /** A pass that took records out. */
    private static final Pattern PASS = Pattern.compile("Compacted " + TOPIC + "-.*removedRecords=[1-9]");

    private FaultScenario scenario;

    @BeforeEach
    void start() throws IOException {
        scenario = new FaultScenario(3);
        scenario.cluster().set("log.cleaner.backoff.ms", "20");
        // So slow that passes take a good part of the time, and a kill strikes one.
        scenario.cluster().set("log.cleaner.io.max.bytes.per.second", "1MiB");
        scenario.cluster().startAll();
        scenario.cluster().awaitReady(scenario.view(), PATIENCE);
        scenario.view()
                .admin()
                .createTopic(NewTopic.named(TOPIC)
                        .withPartitions(PARTITIONS)
                        .withReplicationFactor(3)
                        .withConfig("cleanup.policy", "compact")
                        .withConfig("segment.bytes", "65536")
                        .withConfig("min.cleanable.dirty.ratio", "0.01")
                        .withConfig("delete.retention.ms", "500"));
        awaitWhole();
    }

    @AfterEach
    void stop() {
        scenario.close();
    }

    @Test
    void lastValueOfEachKeyOutlivesBrokersKilledWhileTheyCompact() throws IOException {
        List<List<StoredRecord>> readUnderLoad = new ArrayList<>();
        KeyedLoad load = new KeyedLoad(scenario.cluster().bootstrap(), TOPIC, 2026);
        SentRecords sent = load.sent();
        try (load) {
            killAndRestart(load, List.of(leader()));
            readUnderLoad.add(WholeTopic.read(scenario.cluster().bootstrap(), TOPIC));
            killAndRestart(load, scenario.cluster().brokers());
            readUnderLoad.add(WholeTopic.read(scenario.cluster().bootstrap(), TOPIC));
        }
        awaitWhole();
        assertThat(load.failure()).isEmpty();
        for (BrokerProcess broker : scenario.cluster().brokers()) {
            await("broker " + broker.id() + " to have compacted", () -> storedBytes(broker) < sent.bytes() / SHRINKAGE);
        }

        readUnderLoad.forEach(sent::requireSent);
        List<StoredRecord> read = WholeTopic.read(scenario.cluster().bootstrap(), TOPIC);
        sent.requireLastValues(read);
        assertThat(read).hasSizeLessThan(sent.count() / SHRINKAGE);
        scenario.cluster().close();
        for (BrokerProcess broker : scenario.cluster().brokers()) {
            requireSoundFiles(broker, sent);
        }
    }

    /** Kills brokers in the middle of a copy, lets the others go on, and waits until they compact again. */
    private void killAndRestart(KeyedLoad load, List<BrokerProcess> victims) throws IOException {
        awaitAcked(load, ROUND_RECORDS);
        BrokerProcess copying = victims.get(0);
        await("broker " + copying.id() + " to copy", () -> copies(copying));
        victims.forEach(BrokerProcess::kill);
        List<Long> passes = victims.stream().map(CompactionIT::passes).toList();
        if (victims.size() == 1) {
            awaitAcked(load, ROUND_RECORDS);
        }
        scenario.cluster().startAll();
        scenario.cluster().awaitReady(scenario.view(), PATIENCE);
        for (int i = 0; i < victims.size(); i++) {
            BrokerProcess victim = victims.get(i);
            long before = passes.get(i);
            await("broker " + victim.id() + " to compact again", () -> passes(victim) > before);
        }
        awaitWhole();
    }

    private void requireSoundFiles(BrokerProcess broker, SentRecords sent) {
        List<StoredRecord> stored = new ArrayList<>();
        for (Replica replica : replicas(broker)) {
            assertThat(replica.problems()).as("problems of %s", replica).isEmpty();
            assertThat(replica.fileNames())
                    .as("files of %s", replica)
                    .noneMatch(name -> name.endsWith(".cleaned") || name.endsWith(".swap"));
            stored.addAll(replica.records());
        }
        sent.requireLastValues(stored);
        assertThat(sent.deletedKeys())
                .as("deleted keys without a tombstone on broker %s", broker.id())
                .isGreaterThan(SentRecords.lastValues(stored).values().stream()
                        .filter(Optional::isEmpty)
                        .count());
    }

    private static List<Replica> replicas(BrokerProcess broker) {
        return IntStream.range(0, PARTITIONS)
                .mapToObj(number -> new Replica(broker, TOPIC, number))
                .toList();
    }

    private static boolean copies(BrokerProcess broker) {
        return replicas(broker).stream()
                .flatMap(replica -> replica.fileNames().stream())
                .anyMatch(name -> name.endsWith(".cleaned"));
    }

    private static long passes(BrokerProcess broker) {
        try {
            return PASS.matcher(broker.log()).results().count();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private long storedBytes(BrokerProcess broker) {
        return scenario.view().admin().describeLogDirs(broker.id(), Optional.of(TOPIC)).stream()
                .flatMap(dir -> dir.replicas().stream())
                .mapToLong(replica -> replica.sizeBytes())
                .sum();
    }

    private BrokerProcess leader() {
        return scenario.cluster().broker(scenario.view().leader(TOPIC, 0).orElseThrow());
    }

    private void awaitWhole() throws IOException {
        await(
                "the replicas of " + TOPIC + " to be in sync",
                () -> scenario.view().whole(TOPIC));
    }

    private void awaitAcked(KeyedLoad load, int more) throws IOException {
        int before = load.sent().count();
        await(more + " more records to be acknowledged", () -> load.sent().count() >= before + more);
    }

    private void await(String what, BooleanSupplier condition) throws IOException {
        scenario.cluster().await(what, PATIENCE, condition);
    }
}
