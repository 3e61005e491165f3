package io.kontiki.faults;

import io.kontiki.localcluster.FileTree;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.LongPredicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Takes away the file systems of test runs that were killed. They are known by their names, which tell the process that
 * made them; those of processes that still run are left alone, as is everything else.
 */
public final class Leftovers {
    private static final String PREFIX = "kontiki-faults-";
    private static final Pattern NAME = Pattern.compile(PREFIX + "(\\d+)-\\d+");

    private Leftovers() {}

    /** How the directories of this process begin. */
    static String ownPrefix() {
        return PREFIX + ProcessHandle.current().pid() + "-";
    }

    /** Takes away what belongs to no process that runs. */
    public static void takeAway() {
        takeAwayIf(pid -> ProcessHandle.of(pid).isEmpty());
    }

    /** Takes away what a process made. */
    public static void takeAwayOf(long owner) {
        takeAwayIf(pid -> pid == owner);
    }

    private static void takeAwayIf(LongPredicate owner) {
        Path all = Path.of(System.getProperty("java.io.tmpdir"));
        List<Path> chosen;
        try (Stream<Path> entries = Files.list(all)) {
            chosen = entries.filter(entry -> {
                        Matcher name = NAME.matcher(entry.getFileName().toString());
                        return name.matches() && owner.test(Long.parseLong(name.group(1)));
                    })
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        chosen.forEach(Leftovers::takeAway);
    }

    private static void takeAway(Path directory) {
        String mountPoint = directory.resolve("mount").toString();
        Tools.attempt("fsfreeze", "-u", mountPoint);
        // Brokers of the run that was killed may live on; they work on this file system and on no other.
        ProcessHandle.allProcesses()
                .filter(process -> hasOpenFilesBelow(process.pid(), mountPoint + "/"))
                .forEach(ProcessHandle::destroyForcibly);
        Tools.attempt("umount", "-l", mountPoint);
        for (String line : Tools.attempt(
                        "losetup", "-j", directory.resolve("disk.img").toString())
                .output()
                .lines()
                .toList()) {
            Tools.attempt("losetup", "-d", line.substring(0, Math.max(0, line.indexOf(':'))));
        }
        FileTree.delete(directory);
    }

    private static boolean hasOpenFilesBelow(long pid, String directory) {
        try (Stream<Path> descriptors = Files.list(Path.of("/proc", Long.toString(pid), "fd"))) {
            return descriptors.anyMatch(descriptor -> targetOf(descriptor).startsWith(directory));
        } catch (IOException | UncheckedIOException gone) {
            return false;
        }
    }

    private static String targetOf(Path link) {
        try {
            return Files.readSymbolicLink(link).toString();
        } catch (IOException gone) {
            return "";
        }
    }
}
