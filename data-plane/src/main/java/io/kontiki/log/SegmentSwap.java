package io.kontiki.log;

import io.kontiki.storage.DiskFile;
import java.util.Locale;
import java.util.Optional;

/**
 * The exchange of adjacent segments for one that holds what compaction left of them (rule V8). Every power cut leaves
 * either the old segments or the new one: the new file's name says what it replaces, and one rename decides.
 *
 * <pre>
 * [base]-[end].cleaned   being written; deleted at the next start
 *        │ flush, rename, flush of the directory: from here on the new segment counts
 * [base]-[end].swap      the next start goes on from here
 *        │ delete the segments from base + 1 up to end and the indexes of base, flush of the directory;
 *        │ rename over the old segment of that base, flush of the directory
 * [base].log
 * </pre>
 *
 * Only batches are exchanged. Indexes are caches of them (rule R8): those of the old segments go, new ones are written as
 * for any closed segment. Both offsets have 20 digits, the end is exclusive.
 */
record SegmentSwap(LogDirectory directory, long baseOffset, long endOffset) {
    static final String CLEANED = ".cleaned";
    static final String SWAP = ".swap";

    private static final int OFFSET_DIGITS = 20;
    private static final int SEPARATOR_AT = OFFSET_DIGITS;
    private static final int STEM_LENGTH = 2 * OFFSET_DIGITS + 1;

    /** Where the new segment is written. */
    String cleanedFile() {
        return file(CLEANED);
    }

    /** Where the new segment is once it counts. */
    String swapFile() {
        return file(SWAP);
    }

    private String file(String suffix) {
        return directory.file(String.format(Locale.ROOT, "%020d-%020d", baseOffset, endOffset) + suffix);
    }

    /**
     * Makes the new segment count.
     *
     * @param file the new segment, flushed; readers may use it beside this call
     */
    void commit(DiskFile file) {
        file.rename(swapFile());
        directory.force();
    }

    /**
     * Puts the new segment in the place of the old ones. May be repeated from any point.
     *
     * @param file the new segment
     */
    void complete(DiskFile file) {
        for (String suffix : LogDirectory.INDEXES) {
            deleteFrom(baseOffset, suffix);
        }
        deleteFrom(baseOffset + 1, LogDirectory.LOG);
        // Before the rename: once it is done nothing tells any more that these files are to go.
        directory.force();
        file.rename(directory.file(baseOffset, LogDirectory.LOG));
        directory.force();
    }

    private void deleteFrom(long firstOffset, String suffix) {
        for (long offset : directory.offsetsWith(suffix)) {
            if (offset >= firstOffset && offset < endOffset) {
                directory.disk().delete(directory.file(offset, suffix));
            }
        }
    }

    /** Throws away what was written, if anything. */
    void undo() {
        directory.disk().delete(cleanedFile());
    }

    /** Ends what the last run began: the first thing to do with a log's directory. May be repeated. */
    static void recover(LogDirectory directory) {
        for (String name : directory.disk().list(directory.path())) {
            if (name.endsWith(CLEANED)) {
                directory.disk().delete(directory.file(name));
            } else {
                parse(directory, name).ifPresent(SegmentSwap::completeAtStart);
            }
        }
    }

    private void completeAtStart() {
        try (DiskFile file = directory.disk().open(swapFile())) {
            complete(file);
        }
    }

    private static Optional<SegmentSwap> parse(LogDirectory directory, String name) {
        boolean matches = name.length() == STEM_LENGTH + SWAP.length()
                && name.endsWith(SWAP)
                && name.charAt(SEPARATOR_AT) == '-'
                && name.chars().limit(STEM_LENGTH).allMatch(c -> c == '-' || (c >= '0' && c <= '9'));
        if (!matches) {
            return Optional.empty();
        }
        try {
            return Optional.of(new SegmentSwap(
                    directory,
                    Long.parseLong(name.substring(0, OFFSET_DIGITS)),
                    Long.parseLong(name.substring(SEPARATOR_AT + 1, STEM_LENGTH))));
        } catch (NumberFormatException notOurs) {
            return Optional.empty();
        }
    }
}
