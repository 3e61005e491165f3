package io.kontiki.cli;

import io.kontiki.log.LogInspection;
import io.kontiki.storage.file.FileDisk;
import java.nio.file.Files;
import java.nio.file.Path;

/** A file or directory of a log that was named on the command line. */
record LogFile(Path path) {
    /** @throws Failure if it is not there, is no plain file, or cannot be read */
    static LogFile existing(Path named) {
        Path path = named.toAbsolutePath().normalize();
        if (Files.isDirectory(path)) {
            throw new Failure(
                    ExitCode.USAGE,
                    named + " is a directory, not a file of a log",
                    "Name one of its files, or check the whole directory with: kontiki log verify " + named);
        }
        requireReadable(named, path);
        return new LogFile(path);
    }

    /** @throws Failure if it is not there, is no directory, or cannot be read */
    static LogFile existingDirectory(Path named) {
        Path path = named.toAbsolutePath().normalize();
        requireReadable(named, path);
        if (!Files.isDirectory(path)) {
            throw new Failure(
                    ExitCode.USAGE,
                    named + " is no directory",
                    "Look into a single file with: kontiki log dump " + named);
        }
        return new LogFile(path);
    }

    private static void requireReadable(Path named, Path path) {
        if (!Files.exists(path)) {
            throw new Failure(ExitCode.NOT_FOUND, "there is no " + named, "Is it on this machine?");
        }
        if (!Files.isReadable(path)) {
            throw new Failure(
                    ExitCode.DENIED, named + " may not be read by you", "Run this as the user of the broker.");
        }
    }

    String name() {
        return path.getFileName().toString();
    }

    /** Everything behind the first dot, with it; the whole name if there is none. */
    String kind() {
        int dot = name().indexOf('.');
        return dot < 0 ? name() : name().substring(dot);
    }

    /** The folder it lies in, as a disk. */
    FileDisk disk() {
        return new FileDisk(path.getParent());
    }

    LogInspection inspection() {
        return new LogInspection(disk());
    }

    /** @throws Failure if the file's name does not begin with an offset */
    long baseOffset() {
        return LogInspection.baseOffsetOf(name())
                .orElseThrow(() -> new Failure(
                        ExitCode.USAGE,
                        "the name of " + name() + " is not an offset of 20 digits and a suffix",
                        "Positions in it count from that offset: give the file its old name back."));
    }
}
