package io.kontiki.cleanup;

import static org.assertj.core.api.Assertions.assertThat;

import io.kontiki.client.Consumer;
import io.kontiki.client.ConsumerRecord;
import io.kontiki.client.Position;
import io.kontiki.client.ResetPolicy;
import io.kontiki.client.TopicPartition;
import io.kontiki.localcluster.BrokerProcess;
import io.kontiki.quickstart.FaultScenario;
import io.kontiki.quickstart.KontikiCommand;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a topic does not keep goes on every broker, and stays away whoever leads and whoever was killed meanwhile. */
@Timeout(value = 4, unit = TimeUnit.MINUTES)
class RetentionIT {
    private static final int KEPT_BYTES = 12 << 10;
    private static final int RECORDS = 200;
    private static final long HOUR_MS = TimeUnit.HOURS.toMillis(1);
    private static final Duration POLL = Duration.ofMillis(200);

    private static FaultScenario scenario;

    @BeforeAll
    static void start() throws IOException {
        scenario = new FaultScenario(3);
        scenario.cluster().set("log.retention.check.interval.ms", "50ms");
        startAll();
    }

    @AfterAll
    static void stop() {
        if (scenario != null) {
            scenario.close();
        }
    }

    private static void startAll() throws IOException {
        scenario.cluster().startAll();
        scenario.cluster().awaitReady(scenario.view(), RetainedTopic.PATIENCE);
    }

    @Test
    void whatIsOverTheSizeGoesOnEveryReplicaAndIsNotBackAfterALeaderChange() throws IOException {
        RetainedTopic topic = new RetainedTopic(scenario, "by-size", "retention.bytes", Integer.toString(KEPT_BYTES));
        topic.send(10, System.currentTimeMillis());
        try (Consumer consumer = consumerFromTheBeginning(topic)) {
            topic.send(RECORDS, System.currentTimeMillis());
            long logStart = awaitSize(topic);
            assertThat(consumer.position(new TopicPartition(topic.name(), 0))).isLessThan(logStart);

            requireThatItGoesOnAt(logStart, consumer, topic);
        }

        BrokerProcess leader = topic.leader();
        leader.kill();
        topic.send(RECORDS, System.currentTimeMillis());
        long logStart = awaitSize(topic);
        startAll();
        topic.awaitWhole();

        topic.awaitOnEveryDisk(logStart);
        topic.requireReadable(logStart);
    }

    /** Waits until the leader keeps as little as it may, and the others what it keeps; where the log starts then. */
    private static long awaitSize(RetainedTopic topic) throws IOException {
        topic.await("the leader to keep " + KEPT_BYTES + " bytes", () -> {
            Replica leader = topic.replica(topic.leader());
            List<Long> segments = leader.segments();
            long bytes = segments.stream().mapToLong(leader::segmentBytes).sum();
            return bytes >= KEPT_BYTES && bytes - leader.segmentBytes(segments.get(0)) < KEPT_BYTES;
        });
        long logStart = topic.logStart();
        assertThat(logStart).isPositive();
        topic.awaitOnEveryDisk(logStart);
        return logStart;
    }

    private static Consumer consumerFromTheBeginning(RetainedTopic topic) {
        Consumer consumer = Consumer.builder()
                .bootstrapServers(scenario.cluster().bootstrap())
                .startAt(Position.earliest())
                .resetPolicy(ResetPolicy.EARLIEST)
                .maxPollRecords(1)
                .fetchMaxBytes(1024)
                .build();
        consumer.assign(List.of(new TopicPartition(topic.name(), 0)));
        while (consumer.poll(POLL).isEmpty()) {
            assertThat(topic.logStart()).isZero();
        }
        return consumer;
    }

    /** What it had fetched before it may still get. */
    private static void requireThatItGoesOnAt(long logStart, Consumer consumer, RetainedTopic topic) {
        long end = topic.logEnd();
        TopicPartition partition = new TopicPartition(topic.name(), 0);
        List<ConsumerRecord> kept = new ArrayList<>();
        while (consumer.position(partition) < end) {
            consumer.poll(POLL).stream()
                    .filter(next -> next.offset() >= logStart)
                    .forEach(kept::add);
        }
        topic.sent()
                .requireAllFrom(logStart, kept.stream().map(WholeTopic::stored).toList());
    }

    @Test
    void whatIsTooOldGoesAndWhatIsTrimmedToo() throws Exception {
        RetainedTopic topic = new RetainedTopic(scenario, "by-age", "retention.ms", "1000");
        long now = System.currentTimeMillis();
        topic.send(RECORDS, now - HOUR_MS);
        long firstYoung = topic.logEnd();
        // Young for as long as the test takes.
        topic.send(RECORDS, now + HOUR_MS / 2);
        topic.await("the leader to begin with the segment in which the young records begin", () -> {
            List<Long> segments = topic.replica(topic.leader()).segments();
            return segments.get(0) <= firstYoung && segments.get(1) > firstYoung;
        });
        long logStart = topic.logStart();
        assertThat(logStart).isPositive();
        topic.awaitOnEveryDisk(logStart);
        topic.requireReadable(logStart);

        long trimmed = topic.logEnd() - RECORDS / 2;
        KontikiCommand.Result result = new KontikiCommand(scenario.cluster().bootstrap())
                .run("", "topic", "trim", topic.name(), "--before", Long.toString(trimmed), "-p", "0", "--yes");
        assertThat(result.exitCode()).isZero();
        assertThat(result.output()).anyMatch(line -> line.contains(Long.toString(trimmed)));
        topic.awaitOnEveryDisk(trimmed);

        scenario.cluster().brokers().forEach(BrokerProcess::kill);
        startAll();
        topic.awaitWhole();
        topic.awaitOnEveryDisk(trimmed);
        topic.requireReadable(trimmed);

        topic.leader().kill();
        topic.send(1, now + HOUR_MS / 2);
        topic.requireReadable(trimmed);
        startAll();
    }
}
