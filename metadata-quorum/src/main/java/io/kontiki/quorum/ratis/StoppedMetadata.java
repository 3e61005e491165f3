package io.kontiki.quorum.ratis;

import com.google.protobuf.InvalidProtocolBufferException;
import io.kontiki.metadata.ImageCodec;
import io.kontiki.metadata.MetadataImage;
import io.kontiki.metadata.command.MetadataState;
import io.kontiki.metadata.tree.QuorumFacts;
import io.kontiki.proto.internal.v1.Command;
import io.kontiki.quorum.QuorumStartException;
import io.kontiki.quorum.QuorumVoter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.UUID;
import java.util.regex.Pattern;
import org.apache.ratis.proto.RaftProtos.LogEntryProto;
import org.apache.ratis.server.RaftServerConfigKeys.Log.CorruptionPolicy;
import org.apache.ratis.server.raftlog.segmented.LogSegment;
import org.apache.ratis.server.raftlog.segmented.LogSegmentPath;
import org.apache.ratis.util.MD5FileUtil;
import org.apache.ratis.util.SizeInBytes;

/**
 * The metadata that a voter has on its disk, read while it does not run: its newest whole snapshot, and the log behind
 * that as far as it is known to be committed. A damaged snapshot is passed over if an earlier one, or the beginning, and the
 * log make up for it. Nothing is changed there. Immutable.
 *
 * @param image what came of it
 * @param snapshotIndex index of the snapshot; empty if there is none, so that all is from the log
 * @param appliedIndex last index that is in the image; -1 for none
 * @param unknownEntries how many entries of the log follow of which this disk alone does not tell whether they were
 *     committed; they are not in the image
 * @param damaged snapshots that were passed over
 * @param quorum what the directory tells of the quorum
 */
public record StoppedMetadata(
        MetadataImage image,
        OptionalLong snapshotIndex,
        long appliedIndex,
        long unknownEntries,
        List<Path> damaged,
        QuorumFacts quorum) {
    /** Where a log directory has its metadata log. */
    private static final String BELOW = "quorum";

    private static final Pattern SNAPSHOT = Pattern.compile("snapshot\\.([0-9]{1,18})_([0-9]{1,18})");

    public StoppedMetadata {
        Objects.requireNonNull(image);
        damaged = List.copyOf(damaged);
    }

    /**
     * Reads it.
     *
     * @param directory that of the metadata log, or the one around it, which {@code metadata.log.dir} names
     * @throws VoterRunsException if a voter has it open, or opened it meanwhile
     * @throws DamagedMetadataException if it is damaged, and what is left makes no whole image
     * @throws IOException if there is no metadata log, or it cannot be read; the message says where and why
     */
    public static StoppedMetadata read(Path directory) throws IOException {
        var storage = storage(directory)
                .orElseThrow(() -> new IOException("there is no metadata log in " + directory + ": no "
                        + VoterStorage.FILE + " there or in " + BELOW + "/ below. Only voters have one"));
        var group = storage.group()
                .filter(Files::isDirectory)
                .orElseThrow(
                        () -> new IOException("the metadata log in " + storage.directory() + " holds nothing yet"));
        requireStopped(group);
        var replay = new Replay(storage.voters().size() == 1);
        try {
            replay.load(group.resolve("sm"));
            replay.read(group.resolve("current"));
        } catch (IOException | RuntimeException e) {
            requireStopped(group); // Whose files change while they are read seem to be damaged.
            throw e;
        }
        requireStopped(group);
        return replay.result(storage);
    }

    private static void requireStopped(Path group) throws IOException {
        if (StorageLock.isHeld(group)) {
            throw new VoterRunsException(group);
        }
    }

    private static Optional<VoterStorage> storage(Path directory) throws IOException {
        try {
            return VoterStorage.find(directory).or(() -> VoterStorage.find(directory.resolve(BELOW)));
        } catch (QuorumStartException e) {
            throw new IOException(e.getMessage(), e);
        }
    }

    private record SnapshotFile(Path file, long index) {}

    /** Brings an image up to where the log is known to be committed. */
    private static final class Replay {
        // A majority of one: whatever is on its disk is committed.
        private final boolean alone;
        private final Deque<LogEntryProto> waiting = new ArrayDeque<>();
        private MetadataImage image = MetadataImage.EMPTY;
        private OptionalLong snapshotIndex = OptionalLong.empty();
        private long appliedIndex = -1;
        private long committedIndex = -1;
        private final List<Path> damaged = new ArrayList<>();
        private Exception damage;

        Replay(boolean alone) {
            this.alone = alone;
        }

        void load(Path directory) throws IOException {
            for (var snapshot : snapshots(directory)) {
                // Only what is committed comes into a snapshot, whatever became of that.
                committedIndex = Math.max(committedIndex, snapshot.index());
                if (load(snapshot)) {
                    return;
                }
                damaged.add(snapshot.file());
            }
        }

        private boolean load(SnapshotFile snapshot) throws IOException {
            byte[] bytes = Files.readAllBytes(snapshot.file());
            try {
                var file = snapshot.file().toFile();
                MD5FileUtil.verifySavedMD5(file, MD5FileUtil.computeMd5ForFile(file));
                image = ImageCodec.decode(bytes);
            } catch (IOException | IllegalArgumentException e) {
                damage = e;
                return false;
            }
            appliedIndex = snapshot.index();
            snapshotIndex = OptionalLong.of(appliedIndex);
            return true;
        }

        /** The newest first. A snapshot without its digest is a torn one. */
        private static List<SnapshotFile> snapshots(Path directory) throws IOException {
            if (!Files.isDirectory(directory)) {
                return List.of();
            }
            try (var files = Files.list(directory)) {
                return files.filter(file -> Files.exists(
                                MD5FileUtil.getDigestFileForFile(file.toFile()).toPath()))
                        .map(file -> SNAPSHOT.matcher(file.getFileName().toString()))
                        .filter(matcher -> matcher.matches())
                        .map(matcher ->
                                new SnapshotFile(directory.resolve(matcher.group()), Long.parseLong(matcher.group(2))))
                        .sorted(Comparator.comparingLong(SnapshotFile::index).reversed())
                        .toList();
            }
        }

        void read(Path directory) throws IOException {
            for (var segment : segments(directory)) {
                try {
                    LogSegment.readSegmentFile(
                            segment.getPath().toFile(),
                            segment.getStartEnd(),
                            SizeInBytes.valueOf(Integer.MAX_VALUE),
                            CorruptionPolicy.EXCEPTION,
                            null,
                            this::onEntry);
                } catch (IOException | UncheckedIOException | IllegalStateException e) {
                    throw damaged("metadata log " + segment.getPath() + " cannot be read: " + e.getMessage(), e);
                }
            }
            if (appliedIndex + waiting.size() < committedIndex && !damaged.isEmpty()) {
                throw damaged("the log ends before it, at index " + appliedIndex, damage);
            }
        }

        private DamagedMetadataException damaged(String what, Throwable cause) {
            return new DamagedMetadataException(
                    damaged.isEmpty() ? what : "metadata snapshot " + damaged.get(0) + " is damaged; " + what, cause);
        }

        private static List<LogSegmentPath> segments(Path directory) throws IOException {
            var segments = new ArrayList<LogSegmentPath>();
            try (var files = Files.list(directory)) {
                files.map(LogSegmentPath::matchLogSegment)
                        .filter(Objects::nonNull)
                        .forEach(segments::add);
            }
            segments.sort(Comparator.comparing(LogSegmentPath::getStartEnd));
            return segments;
        }

        private void onEntry(LogEntryProto entry) {
            if (entry.hasMetadataEntry()) {
                committedIndex =
                        Math.max(committedIndex, entry.getMetadataEntry().getCommitIndex());
            }
            if (alone) {
                committedIndex = Math.max(committedIndex, entry.getIndex());
            }
            if (entry.getIndex() > appliedIndex) {
                requireNext(entry);
                waiting.add(entry);
            }
            while (!waiting.isEmpty() && waiting.peek().getIndex() <= committedIndex) {
                apply(waiting.remove());
            }
        }

        private void requireNext(LogEntryProto entry) {
            long last = waiting.isEmpty() ? appliedIndex : waiting.getLast().getIndex();
            if (entry.getIndex() != last + 1) {
                throw new IllegalStateException("entry " + entry.getIndex() + " follows " + last);
            }
        }

        private void apply(LogEntryProto entry) {
            appliedIndex = entry.getIndex();
            if (!entry.hasStateMachineLogEntry()) {
                return;
            }
            try {
                var data = entry.getStateMachineLogEntry().getLogData();
                var command = Command.parseFrom(data.asReadOnlyByteBuffer());
                image = MetadataState.apply(image, command, entry.getTerm(), entry.getIndex())
                        .image();
            } catch (InvalidProtocolBufferException e) {
                throw new UncheckedIOException(
                        "entry " + entry.getTerm() + ":" + entry.getIndex() + " is no command", e);
            }
        }

        StoppedMetadata result(VoterStorage storage) {
            var voters = new TreeMap<Integer, String>();
            for (QuorumVoter voter : storage.voters()) {
                voters.put(voter.brokerId(), voter.toString());
            }
            var quorum = new QuorumFacts(
                    storage.quorumId().map(UUID::toString),
                    OptionalLong.empty(),
                    OptionalInt.empty(),
                    voters,
                    committedIndex < 0 ? OptionalLong.empty() : OptionalLong.of(committedIndex));
            return new StoppedMetadata(image, snapshotIndex, appliedIndex, waiting.size(), damaged, quorum);
        }
    }
}
