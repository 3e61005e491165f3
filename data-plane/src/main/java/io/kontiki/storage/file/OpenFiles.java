package io.kontiki.storage.file;

import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.Set;

/**
 * The files of one disk that hold a descriptor now. Above the limit the descriptors of files that nobody used for longest
 * are given back (second chance: a use since the last look spares a file once); such a file opens again when it is used.
 * Files with bytes that no flush has covered keep theirs, so the limit can be exceeded by these. Any thread.
 */
final class OpenFiles {
    /** Bounds the work of one opening; a limit exceeded for long is worked off by the next ones. */
    private static final int LOOKS_MAX = 100;

    private final int limit;
    private final Set<ChannelFile> files = new LinkedHashSet<>();

    OpenFiles(int limit) {
        if (limit < 1) {
            throw new IllegalArgumentException("limit of open files is " + limit + ", the least is 1");
        }
        this.limit = limit;
    }

    /** A file has opened its descriptor. Not to be called under the file's lock. */
    synchronized void add(ChannelFile opened) {
        if (opened.isClosed()) {
            // By another thread since; its removal may have come before.
            return;
        }
        files.add(opened);
        for (int look = 0; files.size() > limit && look < LOOKS_MAX; look++) {
            Iterator<ChannelFile> oldest = files.iterator();
            ChannelFile candidate = oldest.next();
            oldest.remove();
            if (candidate == opened || !candidate.releaseUnlessUsed()) {
                files.add(candidate);
            }
        }
    }

    /** A file was closed for good. */
    synchronized void remove(ChannelFile closed) {
        files.remove(closed);
    }

    synchronized int count() {
        return files.size();
    }
}
