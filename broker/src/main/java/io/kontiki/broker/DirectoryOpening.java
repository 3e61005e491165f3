package io.kontiki.broker;

import io.kontiki.log.CleanEnd;
import io.kontiki.metadata.TopicPartition;
import io.kontiki.partition.LogDir;
import io.kontiki.proto.internal.v1.RestartClaim;
import io.kontiki.storage.Disk;
import io.kontiki.storage.StorageException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.UUID;
import java.util.function.ToLongFunction;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The directories of a broker while they are opened, one after another; then, all together, they begin a run (rule R1). */
final class DirectoryOpening {
    private static final Logger LOG = LoggerFactory.getLogger(DirectoryOpening.class);
    /** Directories of logs, also those of topics that are deleted or moved. */
    private static final Pattern A_LOG = Pattern.compile("[a-zA-Z0-9._-]+-[0-9]+(\\..*)?");

    private final int openFilesMax;
    private final List<DataDirectory> usable = new ArrayList<>();
    private final Map<Path, LogDir> broken = new HashMap<>();
    private final List<Path> order = new ArrayList<>();
    private DataDirectory metadata;
    private boolean metadataAlone;

    /** @param openFilesMax files that the logs of each keep open at a time */
    DirectoryOpening(int openFilesMax) {
        this.openFilesMax = openFilesMax;
    }

    void open(Path path, boolean isMetadata) {
        order.add(path);
        try {
            var directory = DataDirectory.open(path, openFilesMax);
            usable.add(directory);
            if (isMetadata) {
                metadata = directory;
            }
        } catch (BrokenDirectoryException e) {
            if (isMetadata) {
                throw e;
            }
            LOG.error("Log directory {} is offline until the next start: {}", path, e.getMessage());
            broken.put(path, LogDir.offline(path.toString(), e.getMessage()));
        }
    }

    /**
     * The metadata directory, if it holds no logs.
     *
     * @throws DataDirectoryException if it does: replicas would be gone with no word
     */
    void openForMetadataAlone(Path path) {
        metadataAlone = true;
        open(path, true);
        metadata.disk().list("").stream()
                .filter(name -> A_LOG.matcher(name).matches())
                .findFirst()
                .ifPresent(log -> {
                    throw new DataDirectoryException("metadata.log.dir is " + path
                            + ", which is none of log.dirs, but it"
                            + " holds logs of partitions, such as " + log + ": add it to log.dirs, or move them to a"
                            + " directory that is there");
                });
    }

    DataDirectories beginRun(
            Optional<String> clusterId,
            OptionalInt brokerId,
            boolean alone,
            ToLongFunction<DataDirectory> reserveBytes,
            String bootId) {
        usable.forEach(directory -> checkOwner(directory, clusterId, brokerId));
        checkDifferent();
        checkMetadata(alone);
        var identities = identities(clusterId, brokerId);
        var lastRun = lastRun(metadata.disk());
        var marked = new HashMap<DataDirectory, Map<TopicPartition, CleanEnd>>();
        lastRun.ifPresent(last -> usable.forEach(directory -> directory
                .stored()
                .flatMap(known -> CleanMarker.read(directory.disk(), last.incarnation(), known.directoryId()))
                .ifPresent(ends -> marked.put(directory, ends))));
        var incarnation = UUID.randomUUID();
        var run = lastRun.map(last ->
                        last.next(incarnation, bootId, marked.containsKey(metadata), unmarked(identities, marked)))
                .orElseGet(() -> Run.first(incarnation, bootId));
        PropertiesFile.write(metadata.disk(), Run.FILE, run.toProperties());
        boolean isClean = run.claim() == RestartClaim.RESTART_CLAIM_CLEAN;
        var dirs = new HashMap<Path, LogDir>(broken);
        var opened = new HashMap<LogDir, DataDirectory>();
        var cleanEnds = new HashMap<LogDir, Map<TopicPartition, CleanEnd>>();
        for (var directory : usable) {
            var dir = begin(directory, identities.get(directory), reserveBytes.applyAsLong(directory));
            dirs.put(directory.path(), dir);
            opened.put(dir, directory);
            if (isClean && marked.containsKey(directory)) {
                cleanEnds.put(dir, marked.get(directory));
            }
        }
        return new DataDirectories(
                identities.get(metadata),
                metadata,
                opened,
                order.stream().map(dirs::get).toList(),
                cleanEnds,
                metadata.stored().isEmpty() && lastRun.isEmpty(),
                run);
    }

    private static void checkOwner(DataDirectory directory, Optional<String> clusterId, OptionalInt brokerId) {
        if (directory.stored().isEmpty()) {
            return;
        }
        var stored = directory.stored().get();
        if (clusterId.isPresent() && !clusterId.get().equals(stored.clusterId())) {
            throw new DataDirectoryException("the data directory " + directory.path() + " belongs to cluster \""
                    + stored.clusterId() + "\", but cluster.id is \"" + clusterId.get() + "\"");
        }
        if (brokerId.isPresent() && brokerId.getAsInt() != stored.brokerId()) {
            throw new DataDirectoryException("the data directory " + directory.path() + " belongs to broker "
                    + stored.brokerId() + ", but broker.id is " + brokerId.getAsInt());
        }
    }

    /** Different places, with different data of one owner. */
    private void checkDifferent() {
        for (int i = 0; i < usable.size(); i++) {
            for (int j = 0; j < i; j++) {
                checkDifferent(usable.get(j), usable.get(i));
            }
        }
    }

    private static void checkDifferent(DataDirectory some, DataDirectory other) {
        if (some.overlaps(other)) {
            throw new DataDirectoryException(
                    "log.dirs names " + some.path() + " and " + other.path() + ", but one holds the other");
        }
        if (some.stored().isEmpty() || other.stored().isEmpty()) {
            return;
        }
        var here = some.stored().get();
        var there = other.stored().get();
        if (here.directoryId().equals(there.directoryId())) {
            throw new DataDirectoryException("the data directories " + some.path() + " and " + other.path()
                    + " have the same directory.id " + here.directoryId() + ": one is a copy; move it away");
        }
        if (here.brokerId() != there.brokerId() || !here.clusterId().equals(there.clusterId())) {
            throw new DataDirectoryException("the data directory " + some.path() + " belongs to broker "
                    + here.brokerId() + " of cluster \"" + here.clusterId() + "\", but " + other.path()
                    + " to broker " + there.brokerId() + " of cluster \"" + there.clusterId() + "\"");
        }
    }

    /** With another metadata directory than before, a broker would lose its vote, or begin a new cluster. */
    private void checkMetadata(boolean alone) {
        boolean isThere = hadMetadata(metadata);
        for (var other : usable) {
            if (other != metadata && hadMetadata(other)) {
                throw new DataDirectoryException(isThere ? twoMetadata(other) : otherMetadata(other));
            }
        }
        if (alone && !isThere) {
            usable.stream()
                    .filter(directory -> directory.stored().isPresent())
                    .findFirst()
                    .ifPresent(used -> {
                        throw new DataDirectoryException(lostMetadata(used));
                    });
        }
    }

    /** {@code run} is the first thing that a broker writes; it is there without {@code quorum} if the broker has no vote. */
    private static boolean hadMetadata(DataDirectory directory) {
        return directory.disk().exists(Run.FILE) || directory.disk().exists(DataDirectories.QUORUM);
    }

    private String otherMetadata(DataDirectory other) {
        return "the metadata directory would be " + metadata.path() + ", but was " + other.path()
                + ": set metadata.log.dir=" + other.path() + ", or put it first in log.dirs. To make it the other one,"
                + " move \"" + Run.FILE + "\" and \"" + DataDirectories.QUORUM + "\" there";
    }

    private String twoMetadata(DataDirectory other) {
        return "the data directories " + metadata.path() + " and " + other.path() + " both have been the metadata"
                + " directory. If " + other.path() + " is the one last used, set metadata.log.dir=" + other.path()
                + "; in the other one move \"" + Run.FILE + "\" and \"" + DataDirectories.QUORUM + "\" away";
    }

    private String lostMetadata(DataDirectory used) {
        int broker = used.stored().map(Identity::brokerId).orElseThrow();
        return "the metadata directory would be " + metadata.path() + ", which has no metadata log, but " + used.path()
                + " was used before by broker " + broker
                + ". Mount or restore the directory that holds the log, and set"
                + " metadata.log.dir to it, or put it first in log.dirs. If it is lost, broker " + broker
                + ", which forms a quorum by itself, would begin a new cluster. If others vote by now, set"
                + " metadata.bootstrap.servers to them, and give it its vote back: kontiki quorum replace " + broker;
    }

    private Map<DataDirectory, Identity> identities(Optional<String> clusterId, OptionalInt brokerId) {
        var known = usable.stream()
                .flatMap(directory -> directory.stored().stream())
                .findFirst();
        var cluster = clusterId
                .or(() -> known.map(Identity::clusterId))
                .orElseGet(() -> UUID.randomUUID().toString());
        int broker = brokerId.orElseGet(() -> known.map(Identity::brokerId).orElse(0));
        var identities = new HashMap<DataDirectory, Identity>();
        usable.forEach(directory -> identities.put(
                directory,
                directory
                        .stored()
                        .orElseGet(() -> new Identity(cluster, broker, UUID.randomUUID(), Optional.empty()))));
        return identities;
    }

    private static Optional<Run> lastRun(Disk disk) {
        if (!disk.exists(Run.FILE)) {
            return Optional.empty();
        }
        try {
            return Optional.of(Run.of(PropertiesFile.read(disk, Run.FILE, Run.FILE_BYTES_MAX)));
        } catch (IllegalArgumentException e) {
            // Nothing is known of the last run, so nothing is claimed: the replicas refill from their leaders.
            return Optional.empty();
        }
    }

    private static Set<UUID> unmarked(
            Map<DataDirectory, Identity> identities, Map<DataDirectory, Map<TopicPartition, CleanEnd>> marked) {
        var ids = new HashSet<UUID>();
        identities.forEach((directory, identity) -> {
            if (directory.stored().isPresent() && !marked.containsKey(directory)) {
                ids.add(identity.directoryId());
            }
        });
        return ids;
    }

    private LogDir begin(DataDirectory directory, Identity identity, long reserveBytes) {
        var id = identity.directoryId();
        var path = directory.path().toString();
        var dir = metadataAlone && directory == metadata
                ? LogDir.withoutLogs(id, path, directory.disk(), reserveBytes)
                : LogDir.online(id, path, directory.disk(), reserveBytes);
        try {
            CleanMarker.remove(directory.disk());
            if (directory.stored().isEmpty()) {
                // Last, so that a crash on the way here leaves a directory that is made anew.
                directory.write(identity);
            }
        } catch (StorageException e) {
            if (directory == metadata) {
                throw e;
            }
            dir.takeOffline(String.valueOf(e.getMessage()));
        }
        return dir;
    }

    void close() {
        usable.forEach(DataDirectory::close);
    }
}
