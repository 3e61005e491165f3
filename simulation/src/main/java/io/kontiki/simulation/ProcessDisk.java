package io.kontiki.simulation;

import io.kontiki.storage.Disk;
import io.kontiki.storage.DiskFile;
import io.kontiki.storage.StorageException;
import java.util.List;
import java.util.function.BooleanSupplier;

/** A disk as one process has it: once the process is gone, nothing that is left of it reaches the disk. */
final class ProcessDisk implements Disk {
    private final Disk disk;
    private final BooleanSupplier running;

    ProcessDisk(Disk disk, BooleanSupplier running) {
        this.disk = disk;
        this.running = running;
    }

    private Disk disk(String operation, String path) {
        if (!running.getAsBoolean()) {
            throw new StorageException(operation, path, new IllegalStateException("the process is gone"));
        }
        return disk;
    }

    /** A file of a process that is gone is closed by the power cut, or is written as the last event of it. */
    @Override
    public DiskFile open(String path) {
        return disk("open", path).open(path);
    }

    @Override
    public boolean exists(String path) {
        return disk("look for", path).exists(path);
    }

    @Override
    public List<String> list(String directory) {
        return disk("list", directory).list(directory);
    }

    @Override
    public void createDirectory(String directory) {
        disk("create", directory).createDirectory(directory);
    }

    @Override
    public void delete(String path) {
        disk("delete", path).delete(path);
    }

    @Override
    public void rename(String source, String target) {
        disk("rename", source).rename(source, target);
    }

    @Override
    public void forceDirectory(String directory) {
        disk("flush", directory).forceDirectory(directory);
    }

    @Override
    public long usableBytes() {
        return disk("ask", "").usableBytes();
    }

    @Override
    public long totalBytes() {
        return disk.totalBytes();
    }
}
