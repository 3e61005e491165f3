package io.kontiki.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Records through produce and out of consume, against a broker in this process. */
class RecordCommandsTest {
    @TempDir
    private static Path directory;

    private static CommandBroker broker;

    @BeforeAll
    static void startBroker() throws InterruptedException {
        broker = CommandBroker.start(directory.resolve("data"));
    }

    @AfterAll
    static void stopBroker() {
        broker.close();
    }

    @Test
    void linesComeBackAsTheyWere() {
        kontiki("topic", "create", "lines");
        var lines = IntStream.range(0, 5000).mapToObj(i -> "line " + i + " ä\n").collect(Collectors.joining());

        var produced = broker.command().input(lines);
        assertThat(produced.run("produce", "lines")).as(produced.err()).isEqualTo(ExitCode.DONE);
        assertThat(produced.err()).contains("5000 acknowledged, 0 failed");
        assertThat(kontiki("consume", "lines").out()).isEqualTo(lines);
    }

    @Test
    void keysHeadersAndPartitionsTravelAlong() {
        kontiki("topic", "create", "keyed", "-p", "3");
        var produced = broker.command().input("a:1\nb:2\na:3\n");
        assertThat(produced.run("produce", "keyed", "-k", ":", "-H", "source=test", "-p", "2"))
                .as(produced.err())
                .isEqualTo(ExitCode.DONE);

        var consumed = kontiki("consume", "keyed", "-p", "2", "-f", "%p %k=%v %h\\n");
        assertThat(consumed.out()).isEqualTo("2 a=1 source=test\n2 b=2 source=test\n2 a=3 source=test\n");
        assertThat(kontiki("consume", "keyed", "-p", "0,1").out()).isEmpty();
    }

    @Test
    void oneKeyTakesAllRecordsToOnePartitionInAnyCodec() {
        kontiki("topic", "create", "packed", "-p", "8");
        for (var codec : new String[] {"none", "gzip", "snappy", "lz4", "zstd"}) {
            var produced = broker.command().input("x\ny\n");
            assertThat(produced.run("produce", "packed", "--key", "k", "-z", codec))
                    .as(produced.err())
                    .isEqualTo(ExitCode.DONE);
        }

        var lines =
                kontiki("consume", "packed", "-f", "%p %k %v\\n").out().lines().toList();
        assertThat(lines).hasSize(10).allMatch(line -> line.matches("[0-7] k [xy]"));
        assertThat(lines.stream().map(line -> line.substring(0, 1)).distinct()).hasSize(1);
    }

    @Test
    void roundRobinSpreadsLinesEvenly() {
        kontiki("topic", "create", "spread", "-p", "4");
        var produced = broker.command().input("x\n".repeat(40));
        assertThat(produced.run("produce", "spread", "--partitioner", "round-robin"))
                .as(produced.err())
                .isEqualTo(ExitCode.DONE);

        for (var partition : new String[] {"0", "1", "2", "3"}) {
            assertThat(kontiki("consume", "spread", "-p", partition).out().lines())
                    .hasSize(10);
        }
    }

    @Test
    void severalTopicsAreReadTogether() {
        for (var topic : new String[] {"left", "right"}) {
            kontiki("topic", "create", topic);
            var produced = broker.command().input(topic + "\n");
            assertThat(produced.run("produce", topic)).as(produced.err()).isEqualTo(ExitCode.DONE);
        }

        assertThat(kontiki("consume", "left", "right", "--until", "end").out().lines())
                .containsExactlyInAnyOrder("left", "right");
    }

    @Test
    void consumeStartsWhereItIsTold() {
        kontiki("topic", "create", "places");
        var produced = broker.command().input("one\ntwo\nthree\n");
        assertThat(produced.run("produce", "places")).as(produced.err()).isEqualTo(ExitCode.DONE);

        assertThat(kontiki("consume", "places", "-n", "1").out()).isEqualTo("one\n");
        assertThat(kontiki("consume", "places", "--from", "-1").out()).isEqualTo("three\n");
        assertThat(kontiki("consume", "places", "--from", "latest").out()).isEmpty();
        assertThat(kontiki("consume", "places", "--from", "@0").out()).isEqualTo("one\ntwo\nthree\n");
    }

    @Test
    void aFileIsSentWithEachAcknowledgementLevel() throws Exception {
        kontiki("topic", "create", "levels");
        var file = Files.writeString(directory.resolve("lines.txt"), "x\ny\n");
        for (var acks : new String[] {"0", "1", "all"}) {
            kontiki("produce", "levels", "--file", file.toString(), "--acks", acks);
        }
        assertThat(kontiki("consume", "levels", "--follow", "-n", "6").out()).isEqualTo("x\ny\nx\ny\nx\ny\n");
    }

    @Test
    void aRecordAboveTheLimitIsRefusedByName() {
        kontiki("topic", "create", "small", "-c", "max.message.bytes=1000");
        var produced = broker.command().input("x".repeat(2000) + "\n");
        assertThat(produced.run("produce", "small")).isNotEqualTo(ExitCode.DONE);
        assertThat(produced.err()).contains("1000");
    }

    @Test
    void recordsAsJsonLines() {
        kontiki("topic", "create", "json");
        var produced = broker.command().input("k=v\n");
        assertThat(produced.run("produce", "json", "-k", "="))
                .as(produced.err())
                .isEqualTo(ExitCode.DONE);
        assertThat(kontiki("consume", "json", "-o", "jsonl").out())
                .contains("\"topic\":\"json\"")
                .contains("\"key\":\"k\"")
                .contains("\"value\":\"v\"");
    }

    private static CommandRun kontiki(String... args) {
        return broker.run(ExitCode.DONE, args);
    }
}
