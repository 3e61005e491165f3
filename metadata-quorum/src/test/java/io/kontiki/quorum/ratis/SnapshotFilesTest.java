package io.kontiki.quorum.ratis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kontiki.metadata.MetadataImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.ratis.server.RaftServerConfigKeys.Log.CorruptionPolicy;
import org.apache.ratis.server.protocol.TermIndex;
import org.apache.ratis.server.storage.RaftStorage;
import org.apache.ratis.server.storage.StorageImplUtils;
import org.apache.ratis.util.SizeInBytes;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SnapshotFilesTest {
    private static final TermIndex FIRST = TermIndex.valueOf(1, 5);
    private static final TermIndex SECOND = TermIndex.valueOf(2, 9);

    @TempDir
    Path directory;

    private final SnapshotFiles snapshots = new SnapshotFiles();
    private RaftStorage storage;

    @BeforeEach
    void open() throws IOException {
        storage = StorageImplUtils.newRaftStorage(
                directory.toFile(), SizeInBytes.ZERO, RaftStorage.StartupOption.FORMAT, CorruptionPolicy.EXCEPTION);
        storage.initialize();
        Files.createDirectories(storage.getStorageDir().getStateMachineDir().toPath());
        snapshots.open(storage);
    }

    @AfterEach
    void close() throws IOException {
        storage.close();
    }

    @Test
    void latestOfTheSavedIsLoaded() throws IOException {
        snapshots.save(MetadataImage.EMPTY, FIRST);
        snapshots.save(MetadataImage.EMPTY, SECOND);

        assertThat(snapshots.load()).get().isEqualTo(new SnapshotFiles.Loaded(MetadataImage.EMPTY, SECOND));
    }

    /** Rule Q9, scenario S52. */
    @Test
    void snapshotWithAFlippedBitIsRefused() throws IOException {
        snapshots.save(MetadataImage.EMPTY.withCluster("c", 1), SECOND);
        var file = storage.getStorageDir().getStateMachineDir().toPath().resolve("snapshot.2_9");
        var bytes = Files.readAllBytes(file);
        bytes[bytes.length / 2] ^= 1;
        Files.write(file, bytes);

        var restarted = new SnapshotFiles();
        restarted.open(storage);
        assertThatThrownBy(restarted::load).isInstanceOf(IOException.class).hasMessageContaining("snapshot.2_9");
    }

    /** Any other exception ends the thread that applies entries, and an empty digest hides all snapshots. */
    @Test
    void snapshotWithoutRoomForItsDigestIsPassedOver() throws IOException {
        snapshots.save(MetadataImage.EMPTY, FIRST);
        var digest = storage.getStorageDir()
                .getStateMachineDir()
                .toPath()
                .resolve(Path.of("snapshot.2_9.md5", "in the way"));
        Files.createDirectories(digest);

        assertThatThrownBy(() -> snapshots.save(MetadataImage.EMPTY, SECOND)).isInstanceOf(IOException.class);

        Files.delete(digest);
        Files.delete(digest.getParent());
        var restarted = new SnapshotFiles();
        restarted.open(storage);
        assertThat(restarted.load())
                .get()
                .extracting(SnapshotFiles.Loaded::position)
                .isEqualTo(FIRST);
    }
}
