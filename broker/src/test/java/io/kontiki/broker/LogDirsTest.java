package io.kontiki.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.kontiki.metadata.PartitionRegistration;
import io.kontiki.proto.v1.CreateTopicRequest;
import io.kontiki.proto.v1.TopicServiceGrpc;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A single broker with two directories and a topic of four partitions. */
class LogDirsTest {
    private static final Duration SOON = Duration.ofSeconds(30);

    @TempDir
    private Path data;

    private Broker broker;

    @BeforeEach
    void begin() throws InterruptedException {
        start();
        var channel = NettyChannelBuilder.forAddress(
                        broker.endpoint().host(), broker.endpoint().port())
                .usePlaintext()
                .build();
        TopicServiceGrpc.newBlockingStub(channel)
                .createTopic(CreateTopicRequest.newBuilder()
                        .setName("t")
                        .setPartitions(4)
                        .build());
        channel.shutdownNow();
        await().until(() ->
                records().stream().noneMatch(record -> record.directoryOf(0).equals(PartitionRegistration.UNASSIGNED)));
    }

    private void start() throws InterruptedException {
        broker = start("a", "b");
        assertThat(broker.awaitServing(SOON)).isTrue();
    }

    private Broker start(String first, String second) {
        return start(first, second, first);
    }

    private Broker start(String first, String second, String metadata) {
        return Broker.start(BrokerConfig.of(Map.of(
                "log.dirs",
                data.resolve(first) + "," + data.resolve(second),
                "metadata.log.dir",
                data.resolve(metadata).toString(),
                "listeners",
                "GRPC://127.0.0.1:0")));
    }

    @AfterEach
    void end() {
        broker.close();
    }

    private List<PartitionRegistration> records() {
        return broker.metadata().topic("t").orElseThrow().partitions();
    }

    private long logsIn(String name) throws IOException {
        try (Stream<Path> names = Files.list(data.resolve(name))) {
            return names.filter(each -> each.getFileName().toString().matches("t-\\d"))
                    .count();
        }
    }

    @Test
    void partitionsAreSpreadAndLeadAgainAfterAnOrderlyStop() throws Exception {
        assertThat(List.of(logsIn("a"), logsIn("b"))).containsExactly(2L, 2L);
        assertThat(records().stream().map(record -> record.directoryOf(0)).distinct())
                .hasSize(2);
        broker.close();
        assertThat(Files.readAllLines(data.resolve("b").resolve(CleanMarker.FILE)))
                .hasSize(3 + 2 + 1);
        start();
        await().until(() -> records().stream().allMatch(PartitionRegistration::hasLeader));
        assertThat(broker.meters()
                        .get("kontiki_log_recovery_remaining_logs")
                        .tag("dir", data.resolve("b").toString())
                        .gauge()
                        .value())
                .isZero();
    }

    @Test
    void withoutOneOfItsDirectoriesTheBrokerServesWhatIsInTheOther() throws Exception { // R12, K-14139
        broker.close();
        Files.move(data.resolve("b"), data.resolve("away"));
        Files.writeString(data.resolve("b"), "no directory");
        start();
        await().until(() ->
                records().stream().filter(PartitionRegistration::hasLeader).count() == 2);
        assertThat(logsIn("a")).isEqualTo(2);
        assertThat(records().stream().filter(record -> !record.hasLeader()))
                .allMatch(record -> record.lastKnown().contains(0));
    }

    @Test
    void directoriesInAnotherOrderAreRefusedAndNothingIsLost() throws Exception {
        broker.close();
        assertThatThrownBy(() -> start("b", "a").close())
                .isInstanceOf(DataDirectoryException.class)
                .hasMessageContaining("set metadata.log.dir=" + data.resolve("a"));
        start();
        await().until(() -> records().stream().allMatch(PartitionRegistration::hasLeader));
        assertThat(List.of(logsIn("a"), logsIn("b"))).containsExactly(2L, 2L);
    }

    @Test
    void metadataInADirectoryOfTheirOwnAreWatchedAndHoldNoLogs() throws Exception {
        broker.close();
        Files.createDirectory(data.resolve("m"));
        for (var name : new String[] {Run.FILE, "quorum"}) {
            Files.move(data.resolve("a").resolve(name), data.resolve("m").resolve(name));
        }
        for (int run = 0; run < 2; run++) {
            broker = start("a", "b", "m");
            assertThat(broker.awaitServing(SOON)).isTrue();
            await().until(() -> records().stream().allMatch(PartitionRegistration::hasLeader));
            assertThat(List.of(logsIn("a"), logsIn("b"), logsIn("m"))).containsExactly(2L, 2L, 0L);
            assertThat(broker.metadata().broker(0).orElseThrow().directories()).hasSize(2);
            await().until(() -> broker.meters()
                            .get("kontiki_log_dir_free_bytes")
                            .tag("dir", data.resolve("m").toString())
                            .gauge()
                            .value()
                    > 0);
            broker.close();
        }
    }

    @Test
    void aReplacedDirectoryIsNotTakenForTheOldOne() throws Exception { // K-14139
        broker.close();
        Files.move(data.resolve("b"), data.resolve("away"));
        start();
        await().until(() ->
                records().stream().filter(PartitionRegistration::hasLeader).count() == 2);
        assertThat(List.of(logsIn("a"), logsIn("b"))).containsExactly(2L, 0L);
    }

    @Test
    void aLogThatVanishedBetweenTwoRunsIsNotLedFrom() throws Exception { // R3
        broker.close();
        var lost = Stream.of("a", "b")
                .map(name -> data.resolve(name).resolve("t-0"))
                .filter(Files::exists)
                .findFirst()
                .orElseThrow();
        Files.move(lost, data.resolve("lost"));
        start();
        await().until(() ->
                records().stream().filter(PartitionRegistration::hasLeader).count() == 3);
        assertThat(records().get(0).hasLeader()).isFalse();
    }
}
