package io.kontiki.broker;

import io.kontiki.log.CleanEnd;
import io.kontiki.metadata.TopicPartition;
import io.kontiki.partition.LogDir;
import io.kontiki.proto.internal.v1.RestartClaim;
import io.kontiki.storage.StorageException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.UUID;
import java.util.function.ToLongFunction;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * All directories of one broker. The metadata directory is the one that the broker cannot be without: besides logs, or
 * instead of them, it holds the metadata log and the file {@code run}, from which it is known what may be claimed of all.
 *
 * <p>Order of calls: {@link #open}, {@link #markServed} before the first partition opens, {@link #close}, with or
 * without {@link #markClean} just before. {@link #noteDamage} and {@link #noteFailed} by any thread, the rest by one.
 */
final class DataDirectories implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(DataDirectories.class);
    static final String QUORUM = "quorum";

    private final Identity identity;
    private final DataDirectory metadata;
    private final Map<LogDir, DataDirectory> opened;
    private final List<LogDir> logDirs;
    private final Map<LogDir, Map<TopicPartition, CleanEnd>> cleanEnds;
    private final boolean created;
    private Run run;

    DataDirectories(
            Identity identity,
            DataDirectory metadata,
            Map<LogDir, DataDirectory> opened,
            List<LogDir> logDirs,
            Map<LogDir, Map<TopicPartition, CleanEnd>> cleanEnds,
            boolean created,
            Run run) {
        this.identity = identity;
        this.metadata = metadata;
        this.opened = opened;
        this.logDirs = logDirs;
        this.cleanEnds = cleanEnds;
        this.created = created;
        this.run = run;
    }

    /**
     * Makes the directories if needed, locks them, checks that their data are this broker's, and begins a run (rule R1).
     *
     * @param paths absolute and normalized
     * @param metadata one of them, or one beside them, which holds no logs
     * @param clusterId as configured; empty takes the stored one, else draws one
     * @param brokerId as configured; empty takes the stored one, else 0
     * @param alone whether the broker forms a quorum by itself: then it must not do so once more, without the metadata log
     *     of an earlier run
     * @param reserveBytes how many bytes shall stay free in a directory
     * @throws DataDirectoryException if one is in use, of another cluster or broker, the same as another one, or inside or
     *     around one, or if the metadata directory is unusable or not that of the earlier run; the data are unchanged.
     *     Another one that is unusable is offline
     */
    static DataDirectories open(
            List<Path> paths,
            Path metadata,
            Optional<String> clusterId,
            OptionalInt brokerId,
            boolean alone,
            ToLongFunction<DataDirectory> reserveBytes) {
        return open(paths, metadata, clusterId, brokerId, alone, reserveBytes, Boot.id(all(paths, metadata)));
    }

    private static List<Path> all(List<Path> paths, Path metadata) {
        return paths.contains(metadata)
                ? paths
                : Stream.concat(paths.stream(), Stream.of(metadata)).toList();
    }

    static DataDirectories open(
            List<Path> paths,
            Path metadata,
            Optional<String> clusterId,
            OptionalInt brokerId,
            boolean alone,
            ToLongFunction<DataDirectory> reserveBytes,
            String bootId) {
        var opening = new DirectoryOpening(Descriptors.ofThisProcess().openFilesMax(paths.size()));
        try {
            for (var path : paths) {
                opening.open(path, path.equals(metadata));
            }
            if (!paths.contains(metadata)) {
                opening.openForMetadataAlone(metadata);
            }
            return opening.beginRun(clusterId, brokerId, alone, reserveBytes, bootId);
        } catch (StorageException e) {
            opening.close();
            throw new DataDirectoryException(
                    "the data directory " + metadata + " cannot be used: " + e.getMessage(), e);
        } catch (RuntimeException e) {
            opening.close();
            throw e;
        }
    }

    /** The directories as the logs see them, in the order of the configuration; one that holds none comes last. */
    List<LogDir> logDirs() {
        return logDirs;
    }

    /** Whether the broker can go on without it. */
    boolean isMetadata(LogDir dir) {
        return opened.get(dir) == metadata;
    }

    /** Where the metadata log lives. */
    Path quorumPath() {
        return metadata.path().resolve(QUORUM);
    }

    /** Of the metadata directory; the others differ in the directory's id only. */
    Identity identity() {
        return identity;
    }

    /** Whether no broker ever served on these data, so that they may lack what later starts must find. */
    boolean fresh() {
        return created || run.base().isEmpty();
    }

    /** As {@link Boot}; empty where the system does not tell. */
    String bootId() {
        return run.bootId();
    }

    UUID incarnation() {
        return run.incarnation();
    }

    /** The last incarnation that served on these directories. */
    Optional<UUID> baseIncarnation() {
        return run.base();
    }

    /** What may be said of the data that it left, before the logs are looked at. */
    synchronized RestartClaim claim() {
        return run.claim();
    }

    /** What that does not cover. */
    synchronized Run.Exceptions exceptions() {
        return run.exceptions();
    }

    /** How the logs of a directory ended, if the last run stopped in order there. */
    Optional<Map<TopicPartition, CleanEnd>> cleanEnds(LogDir dir) {
        return Optional.ofNullable(cleanEnds.get(dir));
    }

    /**
     * Damage was found and is about to be moved aside. Should this run end before the quorum hears of it, the next one,
     * which will not find it again, does not claim those partitions (rule R3). Durable on return.
     */
    synchronized void noteDamage(Set<TopicPartition> partitions) {
        change(run.excepting(partitions));
    }

    /** A directory failed: what it held unforced may be lost without a trace (rule R10). Durable on return. */
    synchronized void noteFailed(LogDir dir) {
        dir.id().ifPresent(id -> change(run.withFailed(id)));
    }

    /**
     * The logs here are of that metadata quorum, from the first time on (rule Q6). Durable on return.
     *
     * @throws DataDirectoryException if they are of another one, whose topics this one does not know; nothing is changed
     */
    synchronized void belongTo(UUID quorum) {
        opened.forEach((dir, directory) -> directory
                .stored()
                .flatMap(Identity::quorumId)
                .ifPresent(stored -> {
                    if (!stored.equals(quorum)) {
                        throw new DataDirectoryException(otherQuorum(directory, stored, quorum));
                    }
                }));
        opened.forEach((dir, directory) -> {
            if (!dir.isOffline()
                    && directory.stored().flatMap(Identity::quorumId).isEmpty()) {
                note(quorum, dir, directory);
            }
        });
    }

    /** The metadata quorum that the logs here belong to; empty before the first registration. */
    synchronized Optional<UUID> quorumId() {
        return opened.values().stream()
                .flatMap(directory -> directory.stored().stream())
                .flatMap(stored -> stored.quorumId().stream())
                .findFirst();
    }

    private void note(UUID quorum, LogDir dir, DataDirectory directory) {
        try {
            directory.write(new Identity(
                    identity.clusterId(), identity.brokerId(), dir.id().orElseThrow(), Optional.of(quorum)));
        } catch (StorageException e) {
            dir.takeOffline(String.valueOf(e.getMessage()));
        }
    }

    private static String otherQuorum(DataDirectory directory, UUID stored, UUID quorum) {
        return "the logs in " + directory.path() + " are of metadata quorum " + stored
                + ", but the voters are of quorum "
                + quorum + ", which was formed anew and does not know them. The logs are left as they are. Restore the"
                + " directory \"" + QUORUM + "\" of most voters as it was last; or, to give these logs up, start this"
                + " broker with empty directories";
    }

    /** This run may change logs from now on, and serve (rule R1). Durable on return. */
    synchronized void markServed() {
        change(run.asServed());
    }

    private void change(Run next) {
        PropertiesFile.write(metadata.disk(), Run.FILE, next.toProperties());
        run = next;
    }

    /**
     * Everything that this run wrote is on the disk. The last write of a run; durable on return (rule R2). The metadata
     * directory comes last: once it says so, all others do that worked.
     *
     * @param ends how each log ended
     */
    synchronized void markClean(Map<LogDir, Map<TopicPartition, CleanEnd>> ends) {
        logDirs.stream().filter(dir -> !isMetadata(dir)).forEach(dir -> markClean(dir, ends));
        logDirs.stream().filter(this::isMetadata).forEach(dir -> markClean(dir, ends));
    }

    /** What cannot be noted is not claimed by the next run. */
    private void markClean(LogDir dir, Map<LogDir, Map<TopicPartition, CleanEnd>> ends) {
        if (dir.isOffline()) {
            return;
        }
        try {
            CleanMarker.write(
                    dir.disk().orElseThrow(),
                    run.incarnation(),
                    dir.id().orElseThrow(),
                    ends.getOrDefault(dir, Map.of()));
        } catch (StorageException e) {
            LOG.error("Cannot note in {} that this run stopped in order", dir, e);
        }
    }

    @Override
    public void close() {
        opened.values().forEach(DataDirectory::close);
    }
}
