package io.kontiki.quorum.ratis;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.kontiki.quorum.QuorumStartException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Properties;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.ratis.server.RaftServerConfigKeys.Log.CorruptionPolicy;
import org.apache.ratis.server.raftlog.segmented.LogSegment;
import org.apache.ratis.server.raftlog.segmented.LogSegmentPath;
import org.apache.ratis.server.storage.RaftStorage;
import org.apache.ratis.server.storage.StorageImplUtils;
import org.apache.ratis.statemachine.impl.SimpleStateMachineStorage;
import org.apache.ratis.util.AtomicFileOutputStream;
import org.apache.ratis.util.SizeInBytes;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Ratis' file {@code raft-meta}, which keeps a voter from voting twice in a term. Its properties, as Ratis reads them:
 *
 * <pre>
 * term=the term of this voter
 * votedFor=whom it voted for in that term, empty if nobody
 * </pre>
 *
 * <p>When a write of it finds no room, Ratis 3.3.0 puts an empty file in its place, and does not open that again. The
 * vote that was to be written has not been given then, but those before are forgotten. So a voter with an empty file
 * goes on without a vote, in a term above all in which it can have voted (decision 15).
 */
final class VoteFile {
    static final String NAME = "raft-meta";

    /** How far beyond the last term that is known by its log, or the wall clock in ms, a voter may have voted. */
    static final long TERMS_AHEAD = 1L << 32;

    /** How many terms a power cut can make a voter forget: those since the last flush of anything, with room to spare. */
    static final long TERMS_FORGOTTEN_MAX = 1_000;

    private static final Logger LOG = LoggerFactory.getLogger(VoteFile.class);

    private VoteFile() {}

    /**
     * Replaces the file if it is empty; on return the new one survives a power cut. No Ratis server may have the
     * storage open.
     *
     * @param group the directory of the Raft group, which exists
     * @throws QuorumStartException if that fails, or no term is known since the log and the snapshots are missing too
     */
    static void mendIfEmpty(Path group, InstantSource clock) {
        var storage = storage(group);
        var file = file(storage);
        try {
            if (Files.exists(file) && Files.size(file) == 0) {
                mend(file, group, storage, clock);
            }
        } catch (IOException e) {
            throw new QuorumStartException(file + " is empty, and no other can be put in its place: " + e, e);
        }
    }

    /**
     * Goes on in a higher term without a vote, since the last votes may be forgotten (rule Q4): Ratis does not flush the
     * directory in which it replaces the file, so that after a power cut an older one can be there. A file that is not
     * there, or cannot be read, is left to Ratis. Durable on return, as {@link #mendIfEmpty}.
     */
    static void forgetVote(Path group) {
        var file = file(storage(group));
        try {
            if (!Files.exists(file)) {
                return;
            }
            var properties = new Properties();
            try (var reader = Files.newBufferedReader(file, ISO_8859_1)) {
                properties.load(reader);
            }
            var text = properties.getProperty("term", "");
            if (!text.matches("[0-9]{1,18}")) {
                return;
            }
            long term = Long.parseLong(text);
            replace(file, term + TERMS_FORGOTTEN_MAX);
            LOG.info(
                    "The machine may have lost power in term {}: this voter goes on in term {}, above any in which it can"
                            + " have voted",
                    term,
                    term + TERMS_FORGOTTEN_MAX);
        } catch (IOException e) {
            throw new QuorumStartException(file + " cannot be replaced: " + e, e);
        }
    }

    private static void mend(Path file, Path group, RaftStorage storage, InstantSource clock) throws IOException {
        long known = Math.max(highestTermInLog(storage), highestTermOfSnapshots(storage));
        if (known == 0) {
            throw new QuorumStartException(file + " is empty, and there is no metadata log or snapshot that tells in"
                    + " which terms this voter has voted. " + StartChecks.afterLoss(group.getParent()));
        }
        long term = Math.addExact(Math.max(known, clock.millis()), TERMS_AHEAD);
        replace(file, term);
        LOG.warn(
                "{} was empty, which is what a full disk leaves of it: this voter has forgotten its last votes. It goes on"
                        + " in term {}, above any in which it can have voted; the last term in its log is {}",
                file,
                term,
                known);
    }

    private static void replace(Path file, long term) throws IOException {
        DurableFile.replace(
                file,
                AtomicFileOutputStream.getTemporaryFile(file.toFile()).toPath(),
                ("term=" + term + "\nvotedFor=\n").getBytes(ISO_8859_1));
    }

    private static Path file(RaftStorage storage) {
        return storage.getStorageDir().getCurrentDir().toPath().resolve(NAME);
    }

    /** Not initialized, which would read the vote: it only tells where the files are. */
    private static RaftStorage storage(Path group) {
        return StorageImplUtils.newRaftStorage(
                group.toFile(), SizeInBytes.ZERO, RaftStorage.StartupOption.RECOVER, CorruptionPolicy.EXCEPTION);
    }

    private static long highestTermInLog(RaftStorage storage) throws IOException {
        var highest = new AtomicLong();
        for (var segment : LogSegmentPath.getLogSegmentPaths(storage)) {
            LogSegment.readSegmentFile(
                    segment.getPath().toFile(),
                    segment.getStartEnd(),
                    RatisProperties.ENTRY_BYTES_MAX,
                    CorruptionPolicy.EXCEPTION,
                    null,
                    entry -> highest.accumulateAndGet(entry.getTerm(), Math::max));
        }
        return highest.get();
    }

    private static long highestTermOfSnapshots(RaftStorage storage) throws IOException {
        var directory = storage.getStorageDir().getStateMachineDir().toPath();
        if (!Files.exists(directory)) {
            return 0;
        }
        try (var files = Files.list(directory)) {
            return files.filter(VoteFile::isSnapshot)
                    .mapToLong(file -> SimpleStateMachineStorage.getTermIndexFromSnapshotFile(file.toFile())
                            .getTerm())
                    .max()
                    .orElse(0);
        }
    }

    private static boolean isSnapshot(Path file) {
        return SimpleStateMachineStorage.SNAPSHOT_REGEX
                .matcher(file.getFileName().toString())
                .matches();
    }
}
