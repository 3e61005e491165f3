package io.kontiki.log;

import io.kontiki.storage.Disk;
import io.kontiki.storage.DiskFile;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/** The names of the files in a log's directory, as Kafka gives them, and the listing of those that are there. */
record LogDirectory(Disk disk, String path) {
    static final String LOG = ".log";
    static final String OFFSET_INDEX = ".index";
    static final String TIME_INDEX = ".timeindex";
    static final String TRANSACTION_INDEX = ".txnindex";
    static final String SNAPSHOT = ".snapshot";
    static final String DAMAGED = ".damaged";
    static final List<String> INDEXES = List.of(OFFSET_INDEX, TIME_INDEX, TRANSACTION_INDEX);
    private static final int OFFSET_DIGITS = 20;

    /** Path of the file that belongs to an offset. */
    String file(long offset, String suffix) {
        return file(name(offset, suffix));
    }

    /** Name of the file that belongs to an offset. */
    static String name(long offset, String suffix) {
        String digits = Long.toString(offset);
        return "0".repeat(OFFSET_DIGITS - digits.length()) + digits + suffix;
    }

    /** Path of a file by its name. */
    String file(String name) {
        return path + "/" + name;
    }

    /** The offsets, rising, for which there is a file with that suffix. */
    List<Long> offsetsWith(String suffix) {
        List<Long> offsets = new ArrayList<>();
        for (String name : disk.list(path)) {
            if (name.length() == OFFSET_DIGITS + suffix.length() && name.endsWith(suffix)) {
                LogInspection.baseOffsetOf(name).ifPresent(offsets::add);
            }
        }
        return offsets;
    }

    /** Deletes what an interrupted write left behind. */
    void deleteUnfinished() {
        for (String name : disk.list(path)) {
            if (name.endsWith(Disk.UNFINISHED_SUFFIX)) {
                disk.delete(file(name));
            }
        }
    }

    /** Deletes the indexes of segments that are not there any more, or a later segment of that name would take them. */
    void deleteIndexesWithout(Collection<Long> segments) {
        for (String suffix : INDEXES) {
            for (long offset : offsetsWith(suffix)) {
                if (!segments.contains(offset)) {
                    disk.delete(file(offset, suffix));
                }
            }
        }
    }

    /** The lines of a small text file; none if it is missing or larger than that. */
    List<String> readLines(String name, int maxBytes) {
        String path = file(name);
        if (!disk.exists(path)) {
            return List.of();
        }
        try (DiskFile file = disk.open(path)) {
            if (file.size() > maxBytes) {
                return List.of();
            }
        }
        return new String(disk.readSmall(path, maxBytes), StandardCharsets.UTF_8)
                .lines()
                .toList();
    }

    /** Replaces a small text file as a whole. Durable on return. */
    void writeText(String name, String text) {
        disk.writeAtomically(file(name), text.getBytes(StandardCharsets.UTF_8));
    }

    /** Writes a small text file in its place: see {@link Disk#writeSmall}. */
    void writeNew(String name, String text) {
        disk.writeSmall(file(name), text.getBytes(StandardCharsets.UTF_8));
    }

    void force() {
        disk.forceDirectory(path);
    }
}
