package io.kontiki.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kontiki.partition.LogDir;
import io.kontiki.proto.internal.v1.RestartClaim;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.UUID;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A broker that has served on the directories a and b, with its metadata in a. */
class DataDirectoriesMetadataTest {
    @TempDir
    private Path path;

    @BeforeEach
    void serve() throws IOException {
        try (var directories = open(true, "a", "b")) {
            Files.createDirectories(directories.quorumPath());
            directories.markServed();
        }
    }

    private DataDirectories open(boolean votes, String... names) {
        var paths = Stream.of(names).map(path::resolve).toList();
        return DataDirectories.open(
                paths, paths.get(0), Optional.of("c1"), OptionalInt.of(3), votes, directory -> 0, "boot-1");
    }

    private void assertRefused(ThrowingCallable opening, String... parts) {
        assertThatThrownBy(opening).isInstanceOf(DataDirectoryException.class).hasMessageContainingAll(parts);
    }

    private String nameOf(String directory) {
        return path.resolve(directory).toString();
    }

    @Test
    void anotherOrderIsRefusedBeforeAnythingIsWritten() {
        for (boolean votes : new boolean[] {true, false}) {
            assertRefused(
                    () -> open(votes, "b", "a"),
                    "would be " + nameOf("b") + ", but was " + nameOf("a"),
                    "set metadata.log.dir=" + nameOf("a") + ", or put it first in log.dirs");
        }
        assertThat(path.resolve("b").resolve(Run.FILE)).doesNotExist();
        open(true, "a", "b").close();
    }

    @Test
    void aNewDirectoryMayComeLastButNotFirst() {
        assertRefused(() -> open(true, "c", "a", "b"), nameOf("c"), "set metadata.log.dir=" + nameOf("a"));
        assertThat(path.resolve("c").resolve(Identity.FILE)).doesNotExist();
        open(true, "a", "b", "c").close();
    }

    @Test
    void aMetadataLogWithoutTheRestIsFoundToo() throws IOException {
        Files.delete(path.resolve("a").resolve(Run.FILE));
        assertRefused(() -> open(true, "b", "a"), "set metadata.log.dir=" + nameOf("a"));
        open(true, "a", "b").close();
    }

    @Test
    void aBrokerThatFormsTheQuorumAloneWithAnEmptyMetadataDirectoryIsRefusedEachTime() throws IOException {
        Files.move(path.resolve("a"), path.resolve("away"));
        for (int start = 0; start < 2; start++) {
            assertRefused(
                    () -> open(true, "a", "b"),
                    nameOf("a") + ", which has no metadata log",
                    nameOf("b") + " was used before by broker 3",
                    "kontiki quorum replace 3");
        }
        assertRefused(() -> open(true, "b"), nameOf("b") + ", which has no metadata log");
    }

    @Test
    void aBrokerOfALargerQuorumGoesOnWithAnEmptyMetadataDirectory() throws IOException {
        Files.move(path.resolve("a"), path.resolve("away"));
        try (var directories = open(false, "a", "b")) {
            assertThat(directories.baseIncarnation()).isEmpty();
        }
    }

    @Test
    void twoMetadataDirectoriesAreRefusedWhicheverComesFirst() throws IOException {
        Files.createDirectories(path.resolve("b").resolve("quorum"));
        assertRefused(() -> open(true, "a", "b"), "both have been", "set metadata.log.dir=" + nameOf("b"));
        assertRefused(() -> open(true, "b", "a"), "both have been", "set metadata.log.dir=" + nameOf("a"));
    }

    @Test
    void theMetadataMayMoveToAnotherDirectoryAsAWhole() throws IOException {
        UUID served;
        try (var directories = open(true, "a", "b")) {
            directories.markServed();
            served = directories.incarnation();
        }
        for (var name : new String[] {Run.FILE, "quorum"}) {
            Files.move(path.resolve("a").resolve(name), path.resolve("b").resolve(name));
        }
        try (var directories = open(true, "b", "a")) {
            assertThat(directories.baseIncarnation()).contains(served);
        }
    }

    private DataDirectories openWith(String metadata, String... names) {
        var paths = Stream.of(names).map(path::resolve).toList();
        return DataDirectories.open(
                paths,
                path.resolve(metadata),
                Optional.of("c1"),
                OptionalInt.of(3),
                true,
                directory -> 1 << 20,
                "boot-1");
    }

    private void move(String from, String to) throws IOException {
        Files.createDirectories(path.resolve(to));
        for (var name : new String[] {Run.FILE, "quorum"}) {
            Files.move(path.resolve(from).resolve(name), path.resolve(to).resolve(name));
        }
    }

    @Test
    void theMetadataMayHaveADirectoryOfTheirOwn() throws IOException {
        assertRefused(
                () -> openWith("m", "a", "b"),
                "would be " + nameOf("m") + ", but was " + nameOf("a"),
                "move \"run\" and \"quorum\" there");
        UUID served;
        try (var directories = open(true, "a", "b")) {
            directories.markServed();
            served = directories.incarnation();
            directories.markClean(Map.of());
        }
        move("a", "m");
        for (int start = 0; start < 2; start++) {
            try (var directories = openWith("m", "a", "b")) {
                assertThat(directories.fresh()).isFalse();
                assertThat(directories.baseIncarnation()).contains(served);
                assertThat(directories.quorumPath()).isEqualTo(path.resolve("m").resolve("quorum"));
                assertThat(directories.logDirs())
                        .extracting(LogDir::path)
                        .containsExactly(nameOf("a"), nameOf("b"), nameOf("m"));
                assertThat(directories.logDirs()).extracting(LogDir::holdsLogs).containsExactly(true, true, false);
                assertThat(directories.isMetadata(directories.logDirs().get(2))).isTrue();
                directories.markServed();
                served = directories.incarnation();
                directories.markClean(Map.of());
                assertThat(path.resolve("m").resolve(CleanMarker.FILE)).exists();
            }
        }
        try (var directories = openWith("m", "a", "b")) {
            assertThat(directories.claim()).isEqualTo(RestartClaim.RESTART_CLAIM_CLEAN);
        }
        assertRefused(() -> open(true, "a", "b"), nameOf("a") + ", which has no metadata log");
    }

    @Test
    void metadataDirectoryWithLogsThatNobodyWouldServeIsRefused() throws IOException {
        Files.createDirectories(path.resolve("a").resolve("orders-0"));
        assertRefused(() -> openWith("a", "b"), "holds logs of partitions, such as orders-0", "add it to log.dirs");
        open(true, "a", "b").close();
    }

    @Test
    void metadataDirectoryOfAnotherBrokerIsRefused() {
        try (var other = DataDirectories.open(
                List.of(path.resolve("n")),
                path.resolve("n"),
                Optional.of("c1"),
                OptionalInt.of(4),
                true,
                directory -> 0,
                "boot-1")) {
            assertThat(other.identity().brokerId()).isEqualTo(4);
            assertRefused(() -> openWith("n", "a", "b"), nameOf("n"), "in use by another broker");
        }
        assertRefused(() -> openWith("n", "a", "b"), "belongs to broker 4");
    }

    @Test
    void aFirstStartThatDiedBeforeItsIdentityWasWrittenIsRepeated() throws IOException {
        for (var name : new String[] {"a", "b"}) {
            Files.delete(path.resolve(name).resolve(Identity.FILE));
        }
        open(true, "a", "b").close();
    }

    /** Rule Q6, scenario S53. */
    @Test
    void logsOfAnotherQuorumAreRefusedAndLeftAsTheyAre() throws IOException {
        var first = UUID.randomUUID();
        try (var directories = open(true, "a", "b")) {
            directories.belongTo(first);
            directories.belongTo(first);
        }
        var before = Files.readString(path.resolve("b").resolve(Identity.FILE));
        try (var directories = open(true, "a", "b", "c")) {
            assertRefused(
                    () -> directories.belongTo(UUID.randomUUID()),
                    "are of metadata quorum " + first,
                    "The logs are left as they are");
        }
        assertThat(path.resolve("b").resolve(Identity.FILE)).hasContent(before);
        try (var directories = open(true, "a", "b", "c")) {
            directories.belongTo(first);
        }
        assertThat(path.resolve("c").resolve(Identity.FILE)).content().contains("quorum.id=" + first);
    }
}
