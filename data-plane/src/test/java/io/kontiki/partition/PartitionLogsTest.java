package io.kontiki.partition;

import static org.assertj.core.api.Assertions.assertThat;

import io.kontiki.log.CleanEnd;
import io.kontiki.log.LogConfig;
import io.kontiki.log.PartitionLog;
import io.kontiki.metadata.PartitionRegistration;
import io.kontiki.metadata.TopicConfig;
import io.kontiki.metadata.TopicPartition;
import io.kontiki.record.ControlRecords;
import io.kontiki.storage.DiskFullException;
import io.kontiki.storage.ForwardingDisk;
import io.kontiki.storage.StorageException;
import io.kontiki.storage.file.FileDisk;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PartitionLogsTest {
    private static final UUID TOPIC = new UUID(1, 2);

    @TempDir
    Path root;

    private LogDir first;
    private LogDir second;

    @BeforeEach
    void makeDirs() throws IOException {
        first = dir("d1");
        second = dir("d2");
    }

    private LogDir dir(String name) throws IOException {
        Path path = Files.createDirectories(root.resolve(name));
        return LogDir.online(new UUID(9, name.hashCode()), path.toString(), new FileDisk(path), 0);
    }

    private static void makeLog(LogDir dir, int partition) {
        PartitionLog.open(dir.disk().orElseThrow(), "t-" + partition, TOPIC, LogConfig.defaults())
                .close();
    }

    private static PartitionLogs logsIn(LogDir... dirs) {
        return new PartitionLogs(List.of(dirs), LogConfig.defaults(), 2, damaged -> {}, Threads.system());
    }

    @Test
    void aLogThatDoesNotTellItsTopicIsKnownByItsName() throws IOException {
        makeLog(first, 0);
        makeLog(first, 1);
        Files.writeString(root.resolve("d1/t-0/partition.metadata"), "version: 0");
        PartitionLogs logs = logsIn(first, second);

        PartitionLogs.Recovery recovery = logs.recover(dir -> Optional.empty());

        assertThat(recovery.logs()).isEqualTo(1);
        assertThat(recovery.damaged()).isEmpty();
        assertThat(List.of(0, 1, 2))
                .filteredOn(i -> logs.isUnreadable(new TopicPartition(TOPIC, i), "t-" + i))
                .containsExactly(0);
    }

    @Test
    void aLogThatDoesNotTellItsTopicAloneIsExceptedAfterAnOrderlyStop() throws IOException { // R3
        makeLog(first, 0);
        makeLog(first, 1);
        Map<TopicPartition, CleanEnd> ends = new HashMap<>();
        List.of(0, 1).forEach(i -> ends.put(new TopicPartition(TOPIC, i), endOf("t-" + i)));
        Files.writeString(root.resolve("d1/t-0/partition.metadata"), "");

        PartitionLogs.Recovery recovery = logsIn(first).recover(dir -> Optional.of(ends));

        assertThat(recovery.damaged()).containsExactly(new TopicPartition(TOPIC, 0));
    }

    private CleanEnd endOf(String log) {
        try (PartitionLog opened = PartitionLog.open(first.disk().orElseThrow(), log, TOPIC, LogConfig.defaults())) {
            return opened.cleanEnd();
        }
    }

    /** A topic was deleted and made again while the broker was down: whose log that is can be told. */
    @Test
    void aLogThatTellsAQuiteDifferentTopicIsNotTheOneThatIsMissing() {
        UUID before = UUID.fromString("6227fe63-608b-490f-9fcf-0e090d4eb04c");
        PartitionLog.open(first.disk().orElseThrow(), "t-0", before, LogConfig.defaults())
                .close();
        PartitionLogs logs = logsIn(first, second);
        logs.recover(dir -> Optional.empty());

        UUID now = UUID.fromString("5f90be67-401c-456c-802e-f32e5a86f853");
        UUID damaged = UUID.fromString("6227fe63-608b-490f-9fcf-0e090d4ea34c");

        assertThat(logs.isUnreadable(new TopicPartition(now, 0), "t-0")).isFalse();
        assertThat(logs.isUnreadable(new TopicPartition(damaged, 0), "t-0")).isTrue();
    }

    @ParameterizedTest
    @CsvSource({"offset-checkpoint.tmp, ''", "offset-checkpoint, ''", "offset-checkpoint, 0"})
    void aLogWhoseMakingWasInterruptedIsNotDamagedOnAFullDisk(String file, String content) throws IOException { // R11
        Path path = root.resolve("d1");
        makeLog(first, 0);
        leaveOnlyTheTopic(path.resolve("t-0"));
        Files.writeString(path.resolve("t-0").resolve(file), content);
        var full = new ForwardingDisk(new FileDisk(path)) {
            @Override
            public void writeAtomically(String path, byte[] bytes) {
                throw new DiskFullException("write", path, new IOException("no space left"));
            }
        };
        PartitionLogs logs = logsIn(LogDir.online(new UUID(9, 1), path.toString(), full, 0));

        PartitionLogs.Recovery recovery = logs.recover(dir -> Optional.empty());

        assertThat(recovery.damaged()).isEmpty();
        assertThat(logs.isUnreadable(new TopicPartition(TOPIC, 0), "t-0")).isFalse();
        assertThat(path.resolve("t-0")).doesNotExist();
    }

    private static void leaveOnlyTheTopic(Path log) throws IOException {
        try (Stream<Path> files = Files.list(log)) {
            for (Path file : files.toList()) {
                if (!file.endsWith("partition.metadata")) {
                    Files.delete(file);
                }
            }
        }
    }

    @Test
    void aLogOfWhichOnlyTheTopicIsLeftAfterAnOrderlyStopIsMissing() throws IOException { // R3
        makeLog(first, 0);
        Map<TopicPartition, CleanEnd> ends = Map.of(new TopicPartition(TOPIC, 0), endOf("t-0"));
        leaveOnlyTheTopic(root.resolve("d1/t-0"));

        PartitionLogs.Recovery recovery = logsIn(first).recover(dir -> Optional.of(ends));

        assertThat(recovery.damaged()).containsExactly(new TopicPartition(TOPIC, 0));
    }

    /** Its id may be what is damaged. */
    @Test
    void aLogThatTellsAnotherTopicThanTheOneThatIsMissingIsNoStray() {
        makeLog(first, 0);
        makeLog(first, 1);
        TopicPartition missing = new TopicPartition(new UUID(3, 4), 0);
        PartitionLogs logs = logsIn(first, second);
        logs.recover(dir -> Optional.empty());
        assertThat(logs.isUnreadable(missing, "t-0")).isTrue();

        logs.setStraysAside(Map.of(missing, "t-0"));

        assertThat(root.resolve("d1/t-0")).isDirectory();
        assertThat(root.resolve("d1/t-1")).doesNotExist();
    }

    @Test
    void logsOfAllDirectoriesAreRecoveredAndTheGaugesEndAtZero() {
        for (int i = 0; i < 10; i++) {
            makeLog(i % 2 == 0 ? first : second, i);
        }
        var registry = new SimpleMeterRegistry();
        PartitionLogs logs = logsIn(first, second);
        logs.recoveryProgress().bindTo(registry);

        assertThat(logs.recover(dir -> Optional.empty()).logs()).isEqualTo(10);

        assertThat(List.of(first.logs(), second.logs())).containsExactly(5, 5);
        for (LogDir dir : logs.dirs()) {
            for (String name : List.of("logs", "segments")) {
                assertThat(registry.get("kontiki_log_recovery_remaining_" + name)
                                .tag("dir", dir.path())
                                .gauge()
                                .value())
                        .isZero();
            }
        }
    }

    @Test
    void progressTellsWhatIsDoneAndWhatIsLeft() {
        var registry = new SimpleMeterRegistry();
        var progress = new RecoveryProgress(List.of(first));
        progress.bindTo(registry);
        for (int i = 0; i < 1000; i++) {
            progress.found(first, 3);
        }
        for (int i = 0; i < 120; i++) {
            progress.segmentsDone(first, 2, 1L << 25);
            progress.logDone(first, 1);
        }

        assertThat(progress.line(first, 12_300_000_000L))
                .isEqualTo(first.path() + ": 120 of 1,000 logs, 3.8 GiB scanned, 12 s");
        assertThat(registry.get("kontiki_log_recovery_remaining_logs").gauge().value())
                .isEqualTo(880);
        assertThat(registry.get("kontiki_log_recovery_remaining_segments")
                        .gauge()
                        .value())
                .isEqualTo(2640);
    }

    @Test
    void newLogsGoToTheOnlineDirectoryWithTheFewest() throws IOException {
        LogDir third = dir("d3");
        PartitionLogs logs = logsIn(first, second, third);
        third.takeOffline("test");
        List<LogDir> chosen = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            chosen.add(take(logs, new TopicPartition(TOPIC, i)).orElseThrow().dir());
        }
        assertThat(chosen).containsExactly(first, second, first, second);
    }

    private static Optional<PartitionLogs.Placed> take(PartitionLogs logs, TopicPartition id) {
        return logs.takeRecovered(id, TopicConfig.DEFAULTS, PartitionRegistration.UNASSIGNED)
                .or(() -> logs.dirsForNew(PartitionRegistration.UNASSIGNED).stream()
                        .flatMap(dir -> open(logs, dir, id).stream())
                        .findFirst());
    }

    private static Optional<PartitionLogs.Placed> open(PartitionLogs logs, LogDir dir, TopicPartition id) {
        var opened = logs.open(dir, id, "t-" + id.partition(), TopicConfig.DEFAULTS, true)
                .log();
        opened.ifPresent(log -> dir.logAdded());
        return opened;
    }

    @Test
    void whatIsDamagedWhenALogIsOpenedIsToldAndSetAside() throws IOException {
        TopicPartition id = new TopicPartition(TOPIC, 0);
        PartitionLog log = PartitionLog.open(first.disk().orElseThrow(), "t-0", TOPIC, LogConfig.defaults());
        log.appendAsLeader(ControlRecords.leaderChange(1, List.of(), List.of(), 1_000), 0);
        log.close();
        Path segment = root.resolve("d1/t-0/00000000000000000000.log");
        byte[] bytes = Files.readAllBytes(segment);
        bytes[bytes.length - 1] ^= 4;
        Files.write(segment, bytes);
        List<Set<TopicPartition>> told = new ArrayList<>();
        PartitionLogs logs = new PartitionLogs(List.of(first), LogConfig.defaults(), 2, told::add, Threads.system());

        assertThat(take(logs, id).orElseThrow().log().endOffset()).isZero();

        assertThat(told).containsExactly(Set.of(id));
        assertThat(segment.resolveSibling("00000000000000000000.log.damaged")).exists();
    }

    @Test
    void logsThatAreMissingAreToldAtOnce() { // R3
        Map<TopicPartition, CleanEnd> ends = new HashMap<>();
        for (int i = 0; i < 100; i++) {
            ends.put(new TopicPartition(TOPIC, i), new CleanEnd(7, 1));
        }
        List<Set<TopicPartition>> told = new ArrayList<>();
        PartitionLogs logs = new PartitionLogs(List.of(first), LogConfig.defaults(), 2, told::add, Threads.system());

        PartitionLogs.Recovery recovery = logs.recover(dir -> Optional.of(ends));

        assertThat(told).containsExactly(ends.keySet());
        assertThat(recovery.damaged()).containsExactlyInAnyOrderElementsOf(ends.keySet());
    }

    @Test
    void aStrayThatCannotBeRenamedTakesItsDirectoryOffline() throws IOException { // R10, R13
        makeLog(first, 0);
        makeLog(second, 1);
        LogDir failing = LogDir.online(
                first.id().orElseThrow(),
                "d1",
                new ForwardingDisk(first.disk().orElseThrow()) {
                    @Override
                    public void rename(String source, String target) {
                        throw new StorageException("rename", source, new IOException("Read-only file system"));
                    }
                },
                0);
        PartitionLogs logs = logsIn(failing, second);
        logs.recover(dir -> Optional.empty());

        logs.setStraysAside(Map.of());

        assertThat(failing.isOffline()).isTrue();
        assertThat(second.isOffline()).isFalse();
        assertThat(root.resolve("d1/t-0")).isDirectory();
        assertThat(root.resolve("d2/t-1")).doesNotExist();
    }

    /** As after a move of which the quorum has not heard, out of a directory that is gone. */
    @Test
    void aLogThatIsMissingElsewhereIsNoStray() {
        makeLog(second, 0);
        makeLog(second, 1);
        TopicPartition missing = new TopicPartition(TOPIC, 0);
        UUID gone = new UUID(9, 9);
        PartitionLogs logs = logsIn(first, second);
        logs.recover(dir -> Optional.empty());

        logs.setStraysAside(Map.of(missing, "t-0"));

        assertThat(root.resolve("d2/t-0")).isDirectory();
        assertThat(root.resolve("d2/t-1")).doesNotExist();
        PartitionLogs.Placed taken =
                logs.takeRecovered(missing, TopicConfig.DEFAULTS, gone).orElseThrow();
        assertThat(taken.dir()).isEqualTo(second);
        taken.log().close();
    }

    @Test
    void logsAreMadeAnewOnlyForADirectoryThatNoneOfThisBrokerCanBe() throws IOException {
        UUID lost = new UUID(9, 9);
        Map<LogDir, Integer> planned = new HashMap<>();
        LogDir unreadable = LogDir.offline("d4", "it cannot be read");
        assertThat(logsIn(first, unreadable).inPlaceOf(lost, planned)).isEmpty();
        PartitionLogs logs = logsIn(first, second);
        assertThat(logs.inPlaceOf(PartitionRegistration.UNASSIGNED, planned)).isEmpty();
        first.takeOffline("test");
        assertThat(logs.inPlaceOf(first.id().orElseThrow(), planned)).isEmpty();
        assertThat(logs.inPlaceOf(lost, planned)).contains(second);
        second.takeOffline("test");
        assertThat(logs.inPlaceOf(lost, planned)).isEmpty();
    }

    @Test
    void logMayComeBackOnlyFromADirectoryThatCannotBeUsedNow() {
        UUID gone = new UUID(9, 9);
        UUID here = first.id().orElseThrow();
        PartitionLogs logs = logsIn(first, second);
        assertThat(logs.mayComeBack(gone)).isFalse();
        assertThat(logs.mayComeBack(here)).isFalse();
        assertThat(logsIn(first, LogDir.offline("d4", "it cannot be read")).mayComeBack(gone))
                .isTrue();
        first.takeOffline("test");
        assertThat(logs.mayComeBack(here)).isTrue();
        assertThat(logs.mayComeBack(PartitionRegistration.UNASSIGNED)).isTrue();
        assertThat(logs.mayComeBack(gone)).isFalse();
    }

    @Test
    void logsThatAreMadeAnewSpread() {
        PartitionLogs logs = logsIn(first, second);
        Map<LogDir, Integer> planned = new HashMap<>();
        for (int i = 0; i < 6; i++) {
            logs.inPlaceOf(new UUID(9, 9), planned);
        }
        assertThat(planned).containsOnly(Map.entry(first, 3), Map.entry(second, 3));
    }
}
