package io.kontiki.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kontiki.log.CleanEnd;
import io.kontiki.metadata.TopicPartition;
import io.kontiki.partition.LogDir;
import io.kontiki.proto.internal.v1.RestartClaim;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DataDirectoriesTest {
    private static final String BOOT = "boot-1";
    private static final TopicPartition DAMAGED = new TopicPartition(new UUID(1, 2), 3);

    @TempDir
    private Path path;

    @Test
    void firstStartStoresTheIdentityAndClaimsNothing() {
        try (var directory = open(BOOT)) {
            assertThat(directory.identity().clusterId()).isEqualTo("c1");
            assertThat(directory.identity().brokerId()).isEqualTo(3);
            assertThat(directory.fresh()).isTrue();
            assertThat(directory.baseIncarnation()).isEmpty();
            assertThat(directory.claim()).isEqualTo(RestartClaim.RESTART_CLAIM_UNCLEAN);
        }
    }

    @Test
    void identityIsDrawnOnceIfNotConfigured() {
        Identity drawn;
        try (var directory = openAny()) {
            drawn = directory.identity();
            assertThat(drawn.clusterId()).isNotEmpty();
            assertThat(drawn.brokerId()).isZero();
        }
        try (var directory = openAny()) {
            assertThat(directory.identity()).isEqualTo(drawn);
        }
    }

    @Test
    void lockedDirectoryIsRefused() {
        try (var directory = open(BOOT)) {
            assertThatThrownBy(() -> open(BOOT))
                    .isInstanceOf(DataDirectoryException.class)
                    .hasMessageContaining(path.toString())
                    .hasMessageContaining("in use by another broker");
            assertThat(directory.identity().brokerId()).isEqualTo(3);
        }
        open(BOOT).close();
    }

    @Test
    void directoryOfAnotherClusterIsRefusedAndLeftAlone() throws IOException {
        open(BOOT).close();
        var run = Files.readString(path.resolve(Run.FILE));

        assertThatThrownBy(() -> open(Optional.of("c2"), OptionalInt.of(3), BOOT, path))
                .isInstanceOf(DataDirectoryException.class)
                .hasMessageContaining("belongs to cluster \"c1\", but cluster.id is \"c2\"");

        assertThat(Files.readString(path.resolve(Run.FILE))).isEqualTo(run);
        open(BOOT).close();
    }

    @Test
    void directoryOfAnotherBrokerIsRefused() {
        open(BOOT).close();

        assertThatThrownBy(() -> open(Optional.of("c1"), OptionalInt.of(4), BOOT, path))
                .hasMessageContaining("belongs to broker 3, but broker.id is 4");
    }

    @Test
    void damagedIdentityIsRefused() throws IOException {
        open(BOOT).close();
        Files.writeString(path.resolve(Identity.FILE), "version=1\nbroker.id=3\n");

        assertThatThrownBy(() -> open(BOOT)).hasMessageContaining("meta.properties is damaged: it has no cluster.id");
    }

    @Test
    void orderlyStopIsClaimedClean() {
        var last = serve(BOOT, true);

        try (var directory = open("boot-2")) {
            assertThat(directory.claim()).isEqualTo(RestartClaim.RESTART_CLAIM_CLEAN);
            assertThat(directory.baseIncarnation()).contains(last);
            assertThat(directory.incarnation()).isNotEqualTo(last);
            assertThat(directory.fresh()).isFalse();
        }
    }

    @Test
    void deathOfTheProcessIsToldFromDeathOfTheMachine() {
        serve(BOOT, false);

        try (var directory = open(BOOT)) {
            assertThat(directory.claim()).isEqualTo(RestartClaim.RESTART_CLAIM_PROCESS_CRASH);
            directory.markServed();
        }
        try (var directory = open("boot-2")) {
            assertThat(directory.claim()).isEqualTo(RestartClaim.RESTART_CLAIM_DURABLE);
        }
    }

    @Test
    void unknownBootIdIsNeverAProcessCrash() {
        serve("", false);

        try (var directory = open("")) {
            assertThat(directory.claim()).isEqualTo(RestartClaim.RESTART_CLAIM_DURABLE);
        }
    }

    @Test
    void runThatNeverServedPassesItsBaseOn() {
        var served = serve(BOOT, false);
        open(BOOT).close();

        try (var directory = open(BOOT)) {
            assertThat(directory.baseIncarnation()).contains(served);
            assertThat(directory.claim()).isEqualTo(RestartClaim.RESTART_CLAIM_PROCESS_CRASH);
        }
    }

    @Test
    void damageThatTheQuorumNeverHeardOfIsNotClaimedByTheNextRun() {
        try (var first = open(BOOT)) {
            first.markServed();
        }
        try (var second = open(BOOT)) {
            second.noteDamage(Set.of(DAMAGED));
            assertThat(second.claim()).isEqualTo(RestartClaim.RESTART_CLAIM_PROCESS_CRASH);
        }
        try (var third = open(BOOT)) {
            assertThat(third.claim()).isEqualTo(RestartClaim.RESTART_CLAIM_PROCESS_CRASH);
            assertThat(third.exceptions().partitions()).containsExactly(DAMAGED);
            third.markServed();
        }
        try (var fourth = open(BOOT)) {
            assertThat(fourth.claim()).isEqualTo(RestartClaim.RESTART_CLAIM_PROCESS_CRASH);
            assertThat(fourth.exceptions()).isEqualTo(Run.Exceptions.NONE);
        }
    }

    @Test
    void rebootBehindARunThatNeverServedIsNotForgotten() {
        serve(BOOT, false);
        open(BOOT).close();

        try (var directory = open("boot-2")) {
            assertThat(directory.claim()).isEqualTo(RestartClaim.RESTART_CLAIM_DURABLE);
        }
        try (var directory = open("boot-2")) {
            assertThat(directory.claim()).isEqualTo(RestartClaim.RESTART_CLAIM_DURABLE);
        }
    }

    @Test
    void damagedCleanMarkerDoesNotCount() throws IOException {
        serve(BOOT, true);
        Files.writeString(path.resolve(CleanMarker.FILE), UUID.randomUUID() + "\n0\n");

        try (var directory = open(BOOT)) {
            assertThat(directory.claim()).isEqualTo(RestartClaim.RESTART_CLAIM_PROCESS_CRASH);
        }
    }

    @Test
    void cleanMarkerIsUsedUpByTheNextStart() {
        serve(BOOT, true);
        serve(BOOT, false);

        try (var directory = open(BOOT)) {
            assertThat(directory.claim()).isEqualTo(RestartClaim.RESTART_CLAIM_PROCESS_CRASH);
        }
    }

    private UUID idOf(String name) {
        try (var directories = open(BOOT, path.resolve(name))) {
            return directories.identity().directoryId();
        }
    }

    private DataDirectories openBoth() {
        return open(BOOT, path.resolve("a"), path.resolve("b"));
    }

    private void serveBoth(Map<Integer, Map<TopicPartition, CleanEnd>> ends) {
        try (var directories = openBoth()) {
            directories.markServed();
            var byDir = new HashMap<LogDir, Map<TopicPartition, CleanEnd>>();
            ends.forEach((number, of) -> byDir.put(directories.logDirs().get(number), of));
            directories.markClean(byDir);
        }
    }

    private void delete(String name) throws IOException {
        try (var files = Files.walk(path.resolve(name))) {
            files.sorted(Comparator.reverseOrder())
                    .forEach(file -> file.toFile().delete());
        }
    }

    @Test
    void eachDirectoryHasAnIdOfItsOwnAndKeepsIt() {
        List<Optional<UUID>> ids;
        try (var directories = openBoth()) {
            ids = directories.logDirs().stream().map(LogDir::id).toList();
            assertThat(ids).doesNotHaveDuplicates().doesNotContain(Optional.empty());
            assertThat(directories.logDirs().get(0).id())
                    .contains(directories.identity().directoryId());
        }
        try (var directories = openBoth()) {
            assertThat(directories.logDirs().stream().map(LogDir::id)).isEqualTo(ids);
        }
    }

    @Test
    void howLogsEndedIsToldOfTheDirectoryThatTheyAreIn() { // R2
        var end = Map.of(DAMAGED, new CleanEnd(42, 7));
        serveBoth(Map.of(1, end));
        try (var directories = openBoth()) {
            assertThat(directories.claim()).isEqualTo(RestartClaim.RESTART_CLAIM_CLEAN);
            assertThat(directories.cleanEnds(directories.logDirs().get(0))).contains(Map.of());
            assertThat(directories.cleanEnds(directories.logDirs().get(1))).contains(end);
        }
    }

    @Test
    void aReplacedDirectoryIsANewOneAndLeavesTheOthersTheirClaim() throws IOException {
        serveBoth(Map.of());
        delete("b");
        try (var directories = openBoth()) {
            assertThat(directories.claim()).isEqualTo(RestartClaim.RESTART_CLAIM_CLEAN);
            assertThat(directories.exceptions()).isEqualTo(Run.Exceptions.NONE);
            assertThat(directories.cleanEnds(directories.logDirs().get(1))).isEmpty();
            assertThat(directories.logDirs().get(1).isOffline()).isFalse();
        }
    }

    @Test
    void aDirectoryWithoutAMarkerOfTheCleanRunIsNotClaimed() throws IOException { // R3
        serveBoth(Map.of());
        Files.delete(path.resolve("b").resolve(CleanMarker.FILE));
        try (var directories = openBoth()) {
            assertThat(directories.claim()).isEqualTo(RestartClaim.RESTART_CLAIM_CLEAN);
            assertThat(directories.exceptions().directories())
                    .containsExactly(directories.logDirs().get(1).id().orElseThrow());
        }
    }

    @Test
    void aMarkerOfAnotherDirectoryDoesNotCount() throws IOException {
        serveBoth(Map.of());
        Files.copy(
                path.resolve("a").resolve(CleanMarker.FILE),
                path.resolve("b").resolve(CleanMarker.FILE),
                StandardCopyOption.REPLACE_EXISTING);
        try (var directories = openBoth()) {
            assertThat(directories.exceptions().directories()).hasSize(1);
        }
    }

    @Test
    void aDirectoryThatFailedIsNotClaimedByTheNextRun() { // R10
        try (var directories = openBoth()) {
            directories.markServed();
            directories.noteFailed(directories.logDirs().get(1));
        }
        UUID failed;
        try (var directories = openBoth()) {
            failed = directories.logDirs().get(1).id().orElseThrow();
            assertThat(directories.exceptions().directories()).containsExactly(failed);
        }
        try (var directories = openBoth()) { // The run before never served.
            assertThat(directories.exceptions().directories()).containsExactly(failed);
            directories.markServed();
        }
        try (var directories = openBoth()) {
            assertThat(directories.exceptions().directories()).isEmpty();
        }
    }

    @Test
    void anUnusableDirectoryIsOfflineAndTheBrokerStarts() throws IOException {
        serveBoth(Map.of());
        delete("b");
        Files.writeString(path.resolve("b"), "a file, as nobody can stop root from opening a directory");
        try (var directories = openBoth()) {
            var offline = directories.logDirs().get(1);
            assertThat(offline.isOffline()).isTrue();
            assertThat(offline.status().reason()).contains("cannot be made");
            assertThat(directories.claim()).isEqualTo(RestartClaim.RESTART_CLAIM_CLEAN);
        }
    }

    @Test
    void anUnusableMetadataDirectoryIsRefused() throws IOException {
        Files.writeString(path.resolve("a"), "a file");
        assertThatThrownBy(this::openBoth).isInstanceOf(DataDirectoryException.class);
        open(BOOT, path.resolve("b")).close(); // Nothing stays locked.
    }

    @Test
    void directoriesSwappedBetweenBrokersAreRefused() {
        serveBoth(Map.of());
        open(Optional.of("c1"), OptionalInt.of(4), BOOT, path.resolve("c")).close();
        assertThatThrownBy(() -> open(BOOT, path.resolve("a"), path.resolve("c")))
                .hasMessageContaining("belongs to broker 4, but broker.id is 3");
        assertThatThrownBy(
                        () -> open(Optional.empty(), OptionalInt.empty(), BOOT, path.resolve("a"), path.resolve("c")))
                .hasMessageContaining("belongs to broker 3 of cluster \"c1\"")
                .hasMessageContaining("to broker 4");
    }

    @Test
    void oneDirectoryUnderTwoNamesIsRefused() throws IOException {
        Files.createDirectories(path.resolve("a/inner"));
        Files.createSymbolicLink(path.resolve("b"), path.resolve("a/inner"));
        assertThatThrownBy(this::openBoth).hasMessageContaining("one holds the other");
    }

    @Test
    void aDirectoryInsideThatOfAnotherBrokerIsRefusedAndNotMade() throws IOException {
        var inner = path.resolve("a/orders-0/inner");
        try (var running = open(BOOT, path.resolve("a"))) {
            assertThatThrownBy(() -> open(Optional.of("c2"), OptionalInt.of(4), BOOT, inner))
                    .isInstanceOf(DataDirectoryException.class)
                    .hasMessageContaining(inner + " is inside another one, ")
                    .hasMessageContaining(running.logDirs().get(0).path());
        }
        assertThat(path.resolve("a/orders-0")).doesNotExist();
        Files.createDirectories(inner);
        Files.createSymbolicLink(path.resolve("link"), inner);
        assertThatThrownBy(() -> open(Optional.of("c2"), OptionalInt.of(4), BOOT, path.resolve("link")))
                .hasMessageContaining("is inside another one");
    }

    @Test
    void aDirectoryAroundThoseOfAnotherBrokerIsRefused() {
        try (var running = openBoth()) {
            assertThatThrownBy(() -> open(Optional.of("c2"), OptionalInt.of(4), BOOT, path))
                    .isInstanceOf(DataDirectoryException.class)
                    .hasMessageContaining("the data directory " + path + " holds another one, " + path);
            assertThat(running.logDirs()).hasSize(2);
        }
        assertThat(path.resolve(DirectoryLock.FILE)).doesNotExist();
    }

    @Test
    void aCopyOfADirectoryIsRefused() throws IOException {
        var id = idOf("a");
        Files.createDirectories(path.resolve("b"));
        Files.copy(path.resolve("a").resolve(Identity.FILE), path.resolve("b").resolve(Identity.FILE));
        assertThatThrownBy(this::openBoth).hasMessageContaining("have the same directory.id " + id);
    }

    private UUID serve(String bootId, boolean cleanly) {
        try (var directory = open(bootId)) {
            directory.markServed();
            if (cleanly) {
                directory.markClean(Map.of());
            }
            return directory.incarnation();
        }
    }

    private DataDirectories open(String bootId) {
        return open(bootId, path);
    }

    private static DataDirectories open(String bootId, Path... paths) {
        return open(Optional.of("c1"), OptionalInt.of(3), bootId, paths);
    }

    private DataDirectories openAny() {
        return open(Optional.empty(), OptionalInt.empty(), BOOT, path);
    }

    private static DataDirectories open(
            Optional<String> clusterId, OptionalInt brokerId, String bootId, Path... paths) {
        return DataDirectories.open(List.of(paths), paths[0], clusterId, brokerId, true, directory -> 0, bootId);
    }
}
