package io.kontiki.log;

import io.kontiki.storage.Disk;
import io.kontiki.storage.DiskFile;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;

/** Looks for bytes that rotted on the disk (rules L12 and R14). */
public final class LogScrub {
    private LogScrub() {}

    /** The first damage in a log that nobody has open. */
    static Optional<DamagedLogException> findDamage(LogDirectory directory) {
        Disk disk = directory.disk();
        List<Long> bases = directory.offsetsWith(LogDirectory.LOG);
        ByteBuffer chunk = ByteBuffer.allocate(SegmentScrub.CHUNK_BYTES);
        for (int i = 0; i < bases.size(); i++) {
            String path = directory.file(bases.get(i), LogDirectory.LOG);
            try (DiskFile file = disk.open(path)) {
                SegmentScrub scrub = new SegmentScrub(file, bases.get(i), chunk, bytes -> true);
                Optional<String> wrong = scrub.run((batch, position) -> {});
                if (wrong.isEmpty() && i + 1 < bases.size() && scrub.endOffset() != bases.get(i + 1)) {
                    wrong = Optional.of("the next segment begins at offset " + bases.get(i + 1));
                }
                if (wrong.isPresent()) {
                    return Optional.of(new DamagedLogException(path, scrub.position(), scrub.endOffset(), wrong.get()));
                }
            }
        }
        return Optional.empty();
    }
}
