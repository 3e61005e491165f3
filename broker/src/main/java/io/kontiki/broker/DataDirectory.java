package io.kontiki.broker;

import io.kontiki.proto.internal.v1.RestartClaim;
import io.kontiki.storage.Disk;
import io.kontiki.storage.StorageException;
import io.kontiki.storage.file.FileDisk;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.UUID;

/**
 * The directory with all data of one broker, locked while this object is open.
 *
 * <pre>
 * .lock             held by the running process
 * meta.properties   whose data this is ({@link Identity})
 * run               the present or last run ({@link Run})
 * clean             there if the last run stopped in order ({@link CleanMarker})
 * quorum/           the metadata log
 * TOPIC-PARTITION/  one directory per partition
 * </pre>
 *
 * <p>Order of calls: {@link #open}, {@link #markServed} before the broker may be unfenced, {@link #close}, with or
 * without {@link #markClean} just before. One thread at a time.
 */
final class DataDirectory implements AutoCloseable {
    private static final String QUORUM = "quorum";
    private static final Path BOOT_ID = Path.of("/proc/sys/kernel/random/boot_id");

    private final Path path;
    private final Disk disk;
    private final DirectoryLock lock;
    private final Identity identity;
    private final boolean created;
    private Run run;

    private DataDirectory(Path path, Disk disk, DirectoryLock lock, Identity identity, boolean created, Run run) {
        this.path = path;
        this.disk = disk;
        this.lock = lock;
        this.identity = identity;
        this.created = created;
        this.run = run;
    }

    /**
     * Makes the directory if needed, locks it, checks that its data are this broker's, and begins a run (rule R1).
     *
     * @param clusterId as configured; empty takes the stored one, else draws one
     * @param brokerId as configured; empty takes the stored one, else 0
     * @throws DataDirectoryException if it is locked, unusable, or of another cluster or broker; nothing was changed
     */
    static DataDirectory open(Path path, Optional<String> clusterId, OptionalInt brokerId) {
        return open(path, clusterId, brokerId, bootId());
    }

    static DataDirectory open(Path path, Optional<String> clusterId, OptionalInt brokerId, String bootId) {
        var directory = path.toAbsolutePath().normalize();
        try {
            Files.createDirectories(directory);
        } catch (IOException e) {
            throw new DataDirectoryException(
                    "the data directory " + directory + " cannot be made: " + e.getMessage()
                            + " is missing, not a directory, or not writable",
                    e);
        }
        var lock = DirectoryLock.take(directory);
        try {
            return openLocked(directory, lock, clusterId, brokerId, bootId);
        } catch (StorageException e) {
            lock.close();
            throw new DataDirectoryException(
                    "the data directory " + directory + " cannot be used: " + e.getMessage(), e);
        } catch (RuntimeException e) {
            lock.close();
            throw e;
        }
    }

    private static DataDirectory openLocked(
            Path path, DirectoryLock lock, Optional<String> clusterId, OptionalInt brokerId, String bootId) {
        var disk = new FileDisk(path);
        boolean created = !disk.exists(Identity.FILE);
        var identity = created
                ? new Identity(
                        clusterId.orElseGet(() -> UUID.randomUUID().toString()), brokerId.orElse(0), UUID.randomUUID())
                : checked(path, storedIdentity(path, disk), clusterId, brokerId);
        var run = nextRun(path, disk, bootId);
        PropertiesFile.write(disk, Run.FILE, run.toProperties());
        CleanMarker.remove(disk);
        if (created) {
            // Last, so that a crash on the way here leaves a directory that is made anew.
            PropertiesFile.write(disk, Identity.FILE, identity.toProperties());
        }
        return new DataDirectory(path, disk, lock, identity, created, run);
    }

    private static Identity storedIdentity(Path path, Disk disk) {
        try {
            return Identity.of(PropertiesFile.read(disk, Identity.FILE, Identity.FILE_BYTES_MAX));
        } catch (IllegalArgumentException e) {
            throw new DataDirectoryException(
                    path.resolve(Identity.FILE) + " is damaged: " + e.getMessage()
                            + "; restore it, or move the directory away to let the broker fetch its data anew",
                    e);
        }
    }

    private static Identity checked(Path path, Identity stored, Optional<String> clusterId, OptionalInt brokerId) {
        if (clusterId.isPresent() && !clusterId.get().equals(stored.clusterId())) {
            throw new DataDirectoryException("the data directory " + path + " belongs to cluster \""
                    + stored.clusterId() + "\", but cluster.id is \"" + clusterId.get() + "\"");
        }
        if (brokerId.isPresent() && brokerId.getAsInt() != stored.brokerId()) {
            throw new DataDirectoryException("the data directory " + path + " belongs to broker " + stored.brokerId()
                    + ", but broker.id is " + brokerId.getAsInt());
        }
        return stored;
    }

    private static Run nextRun(Path path, Disk disk, String bootId) {
        var incarnation = UUID.randomUUID();
        if (!disk.exists(Run.FILE)) {
            return Run.first(incarnation, bootId);
        }
        try {
            var last = Run.of(PropertiesFile.read(disk, Run.FILE, Run.FILE_BYTES_MAX));
            return last.next(incarnation, bootId, CleanMarker.vouchesFor(disk, last.incarnation()));
        } catch (IllegalArgumentException e) {
            // Nothing is known of the last run, so nothing is claimed: the replicas refill from their leaders.
            return Run.first(incarnation, bootId);
        }
    }

    /** Empty where the system does not tell; then no crash counts as one of the process alone. */
    private static String bootId() {
        try {
            return Files.readString(BOOT_ID).strip();
        } catch (IOException e) {
            return "";
        }
    }

    Path path() {
        return path;
    }

    /** Where the metadata log lives. */
    Path quorumPath() {
        return path.resolve(QUORUM);
    }

    /** The directory as the logs see it. */
    Disk disk() {
        return disk;
    }

    Identity identity() {
        return identity;
    }

    /** Whether no broker ever served on this directory, so that it may lack what later starts must find. */
    boolean fresh() {
        return created || run.base().isEmpty();
    }

    UUID incarnation() {
        return run.incarnation();
    }

    /** The last incarnation that served on this directory. */
    Optional<UUID> baseIncarnation() {
        return run.base();
    }

    /** What may be said of the data that it left, before the logs are looked at. */
    RestartClaim claim() {
        return run.claim();
    }

    /**
     * Damage was found and is about to be moved aside. Should this run end before the quorum hears of it, the next one,
     * which will not find it again, claims nothing (rule R3). Durable on return.
     */
    synchronized void noteDamage() {
        PropertiesFile.write(disk, Run.FILE, run.claimingNothing().toProperties());
    }

    /** This run may serve from now on. Durable on return. */
    void markServed() {
        run = run.asServed();
        PropertiesFile.write(disk, Run.FILE, run.toProperties());
    }

    /** Everything that this run wrote is on the disk. The last write of a run; durable on return (rule R2). */
    void markClean() {
        CleanMarker.write(disk, run.incarnation());
    }

    @Override
    public void close() {
        lock.close();
    }
}
