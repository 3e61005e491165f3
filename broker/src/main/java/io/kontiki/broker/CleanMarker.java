package io.kontiki.broker;

import io.kontiki.storage.Disk;
import io.kontiki.storage.StorageException;
import java.nio.charset.StandardCharsets;
import java.util.UUID;
import java.util.zip.CRC32C;

/**
 * The file {@code clean}, written last of all at an orderly stop (rule R2): everything of that run is on the disk.
 *
 * <pre>
 * first line: incarnation of the run
 * second line: CRC-32C of the first, without its line end, in hexadecimal
 * </pre>
 */
final class CleanMarker {
    static final String FILE = "clean";
    private static final int FILE_BYTES_MAX = 256;

    private CleanMarker() {}

    static void write(Disk disk, UUID incarnation) {
        disk.writeAtomically(FILE, content(incarnation).getBytes(StandardCharsets.UTF_8));
    }

    /** Whether that run stopped in order. A marker of another run, or a damaged one, does not count. */
    static boolean vouchesFor(Disk disk, UUID incarnation) {
        try {
            return disk.exists(FILE)
                    && new String(disk.readSmall(FILE, FILE_BYTES_MAX), StandardCharsets.UTF_8)
                            .equals(content(incarnation));
        } catch (StorageException e) {
            return false;
        }
    }

    /** Durable on return. */
    static void remove(Disk disk) {
        disk.delete(FILE);
        disk.forceDirectory("");
    }

    private static String content(UUID incarnation) {
        var crc = new CRC32C();
        crc.update(incarnation.toString().getBytes(StandardCharsets.UTF_8));
        return incarnation + "\n" + Long.toHexString(crc.getValue()) + "\n";
    }
}
