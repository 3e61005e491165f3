package io.kontiki.faults;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.Optional;

/** Skips the calling test, with the reason, where it cannot be run. */
final class Disks {
    private Disks() {}

    /** A file system to be broken. */
    static LoopFileSystem create(long bytes) {
        assumeNone(Tools.fileSystemsObstacle());
        return LoopFileSystem.create(bytes);
    }

    static void assumeNone(Optional<String> obstacle) {
        assumeTrue(obstacle.isEmpty(), () -> obstacle.orElse(""));
    }
}
