package io.kontiki.partition;

import static org.assertj.core.api.Assertions.assertThat;

import io.kontiki.log.LogConfig;
import io.kontiki.metadata.TopicConfig;
import io.kontiki.metadata.TopicPartition;
import io.kontiki.storage.Disk;
import io.kontiki.storage.file.FileDisk;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Topics have names of up to 249 characters, and names of files end at 255. */
class LongNameTest {
    private static final UUID DELETED = new UUID(2, 2);
    private static final UUID TOPIC = new UUID(3, 3);

    @TempDir
    private Path directory;

    private Disk disk;
    private LogDir dir;

    @BeforeEach
    void start() {
        disk = new FileDisk(directory);
        dir = LogDir.online(new UUID(1, 1), directory.toString(), disk, 0);
    }

    private PartitionLogs logs() {
        return new PartitionLogs(List.of(dir), LogConfig.defaults(), 1, damaged -> {}, Threads.system());
    }

    private PartitionLogs.Placed open(PartitionLogs logs, UUID topic, int partition, String log) {
        return logs.open(dir, new TopicPartition(topic, partition), log, TopicConfig.DEFAULTS, true)
                .log()
                .orElseThrow();
    }

    @ParameterizedTest
    @ValueSource(ints = {200, 211, 249})
    void deletedLogLeavesItsNameToTheNextTopic(int length) {
        String log = "n".repeat(length) + "-9999";
        PartitionLogs logs = logs();
        logs.delete(open(logs, DELETED, 9999, log));
        assertThat(disk.list("")).isEmpty();
        logs.close(open(logs, TOPIC, 9999, log));
    }

    /** The topic was deleted while the broker was down. */
    @ParameterizedTest
    @ValueSource(ints = {190, 200, 249})
    void strayLogsAreSetAside(int length) {
        String topic = "n".repeat(length);
        PartitionLogs before = logs();
        before.close(open(before, DELETED, 0, topic + "-0"));
        before.close(open(before, DELETED, 9999, topic + "-9999"));

        PartitionLogs logs = logs();
        logs.recover(any -> Optional.empty());
        logs.setStraysAside(Map.of());

        assertThat(dir.isOffline()).as(dir.status().reason()).isFalse();
        assertThat(disk.list(""))
                .as("which partitions they were")
                .satisfiesExactlyInAnyOrder(
                        name -> assertThat(name).matches("n+-0\\..+\\.stray"),
                        name -> assertThat(name).matches("n+-9999\\..+\\.stray"));
    }

    /** An earlier topic of that name was not deleted, as when it failed. */
    @ParameterizedTest
    @ValueSource(ints = {190, 200, 249})
    void logOfAnEarlierTopicIsSetAside(int length) {
        String log = "n".repeat(length) + "-0";
        PartitionLogs logs = logs();
        logs.close(open(logs, DELETED, 0, log));
        logs.close(open(logs, TOPIC, 0, log));
        assertThat(disk.list("")).hasSize(2).contains(log);
    }
}
