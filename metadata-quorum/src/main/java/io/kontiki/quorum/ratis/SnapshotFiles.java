package io.kontiki.quorum.ratis;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.kontiki.metadata.ImageCodec;
import io.kontiki.metadata.MetadataImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.apache.ratis.server.protocol.TermIndex;
import org.apache.ratis.server.storage.FileInfo;
import org.apache.ratis.server.storage.RaftStorage;
import org.apache.ratis.statemachine.StateMachineStorage;
import org.apache.ratis.statemachine.impl.SimpleStateMachineStorage;
import org.apache.ratis.statemachine.impl.SingleFileSnapshotInfo;
import org.apache.ratis.util.MD5FileUtil;

/**
 * The snapshots of one member: the files {@code snapshot.TERM_INDEX}, each one {@code ImageRecord}, beside its digest
 * {@code .md5}. A file without a digest is a torn one and is skipped. The log is purged after a snapshot, so it is on
 * the disk before its index is told (rule Q9).
 *
 * <p>Nothing else may lie in that directory: Ratis replaces it whole when the leader sends a snapshot. Owned by the
 * thread that applies entries.
 */
final class SnapshotFiles {
    /** An image and the place in the log that it stands for, which may be past its last command. */
    record Loaded(MetadataImage image, TermIndex position) {}

    private final SimpleStateMachineStorage files = new SimpleStateMachineStorage();
    private Path temporary;

    void open(RaftStorage storage) throws IOException {
        files.init(storage);
        var directory = storage.getStorageDir().getTmpDir().toPath();
        Files.createDirectories(directory);
        temporary = directory.resolve("snapshot.tmp");
    }

    StateMachineStorage storage() {
        return files;
    }

    /** The latest whole snapshot, read anew from the disk. */
    Optional<Loaded> load() throws IOException {
        var latest = files.loadLatestSnapshot();
        if (latest == null) {
            return Optional.empty();
        }
        var file = latest.getFile().getPath();
        MD5FileUtil.verifySavedMD5(file.toFile(), MD5FileUtil.computeMd5ForFile(file.toFile()));
        try {
            return Optional.of(new Loaded(ImageCodec.decode(Files.readAllBytes(file)), latest.getTermIndex()));
        } catch (IllegalArgumentException e) {
            throw new IOException("metadata snapshot " + file + " does not hold an image", e);
        }
    }

    /**
     * Writes a snapshot; on return it survives a power cut. The digest is not written by Ratis' own method: without room
     * that leaves an empty file, for which Ratis then finds no snapshot at all, and ends the thread that applies.
     */
    void save(MetadataImage image, TermIndex position) throws IOException {
        var file =
                files.getSnapshotFile(position.getTerm(), position.getIndex()).toPath();
        DurableFile.replace(file, temporary, ImageCodec.encode(image));
        var digest = MD5FileUtil.computeMd5ForFile(file.toFile());
        DurableFile.replace(
                MD5FileUtil.getDigestFileForFile(file.toFile()).toPath(),
                temporary,
                (digest + " *" + file.getFileName() + "\n").getBytes(ISO_8859_1));
        files.updateLatestSnapshot(new SingleFileSnapshotInfo(new FileInfo(file, digest), position));
    }
}
