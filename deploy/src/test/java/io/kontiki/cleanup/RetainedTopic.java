package io.kontiki.cleanup;

import static org.assertj.core.api.Assertions.assertThat;

import io.kontiki.client.NewTopic;
import io.kontiki.client.Position;
import io.kontiki.client.Producer;
import io.kontiki.client.ProducerRecord;
import io.kontiki.client.RecordMetadata;
import io.kontiki.client.TopicPartition;
import io.kontiki.localcluster.BrokerProcess;
import io.kontiki.quickstart.FaultScenario;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;

/** A topic of one partition, with a replica on each broker, that loses its oldest segments. Belongs to one thread. */
final class RetainedTopic {
    static final Duration PATIENCE = Duration.ofSeconds(60);

    private static final Duration DELIVERY_TIMEOUT = Duration.ofMinutes(1);
    /** Several of them to a segment. */
    private static final int BATCH_BYTES = 1024;

    private static final int VALUE_CHARS = 200;

    private final FaultScenario scenario;
    private final String name;
    private final SentRecords sent = new SentRecords();
    private int count;

    RetainedTopic(FaultScenario scenario, String name, String limit, String value) throws IOException {
        this.scenario = scenario;
        this.name = name;
        scenario.view()
                .admin()
                .createTopic(NewTopic.named(name)
                        .withPartitions(1)
                        .withReplicationFactor(scenario.cluster().brokers().size())
                        .withConfig("segment.bytes", "4096")
                        .withConfig(limit, value));
        awaitWhole();
    }

    String name() {
        return name;
    }

    SentRecords sent() {
        return sent;
    }

    /** Sends records until all are acknowledged. */
    void send(int records, long timestampMs) {
        List<CompletableFuture<?>> answers = new ArrayList<>();
        try (Producer producer = Producer.builder()
                .bootstrapServers(scenario.cluster().bootstrap())
                .deliveryTimeout(DELIVERY_TIMEOUT)
                .batchBytes(BATCH_BYTES)
                .build()) {
            for (int i = 0; i < records; i++) {
                String key = "key-" + count++;
                String value = "value " + key + " ".repeat(VALUE_CHARS);
                answers.add(producer.send(ProducerRecord.to(name)
                                .key(key.getBytes(StandardCharsets.UTF_8))
                                .value(value.getBytes(StandardCharsets.UTF_8))
                                .timestampMs(timestampMs)
                                .build())
                        .thenAccept(stored -> sent.onAck(stored(stored, timestampMs, key, value))));
            }
            answers.forEach(CompletableFuture::join);
        }
    }

    private static StoredRecord stored(RecordMetadata stored, long timestampMs, String key, String value) {
        return new StoredRecord(
                stored.partition(), stored.offset().orElseThrow(), timestampMs, key, Optional.of(value));
    }

    BrokerProcess leader() {
        return scenario.cluster().broker(scenario.view().leader(name, 0).orElseThrow());
    }

    /** Where the leader says that the log starts. */
    long logStart() {
        return offsetOf(Position.earliest());
    }

    long logEnd() {
        return offsetOf(Position.latest());
    }

    private long offsetOf(Position position) {
        TopicPartition partition = new TopicPartition(name, 0);
        return scenario.view()
                .admin()
                .listOffsets(Map.of(partition, position))
                .get(partition)
                .offset();
    }

    Replica replica(BrokerProcess broker) {
        return new Replica(broker, name, 0);
    }

    /** Waits until every running broker has noted a log start on its disk, and nothing below it is left there. */
    void awaitOnEveryDisk(long logStart) throws IOException {
        for (BrokerProcess broker : scenario.cluster().brokers()) {
            if (broker.isAlive()) {
                await(
                        "the log of " + name + " on broker " + broker.id() + " to start at " + logStart,
                        () -> startsAt(replica(broker), logStart));
            }
        }
    }

    /** Retention takes whole segments, and so does whoever trims; the files of one go one by one. */
    private static boolean startsAt(Replica replica, long logStart) {
        List<Long> segments = replica.segments();
        return replica.notedLogStart() == logStart
                && segments.get(0) <= logStart
                && (segments.size() == 1 || segments.get(1) > logStart)
                && replica.fileNames().stream()
                        .filter(file -> Character.isDigit(file.charAt(0)))
                        .allMatch(file -> Long.parseLong(file.substring(0, file.indexOf('.'))) >= segments.get(0));
    }

    void awaitWhole() throws IOException {
        await(
                "the replicas of " + name + " to be in sync",
                () -> scenario.view().whole(name));
    }

    void await(String what, BooleanSupplier condition) throws IOException {
        scenario.cluster().await(what, PATIENCE, condition);
    }

    /** Whoever reads from the log start on gets all that was sent from there on, and nothing else. */
    void requireReadable(long logStart) {
        assertThat(logStart()).as("log start of %s", name).isEqualTo(logStart);
        sent.requireAllFrom(logStart, WholeTopic.read(scenario.cluster().bootstrap(), name));
    }
}
