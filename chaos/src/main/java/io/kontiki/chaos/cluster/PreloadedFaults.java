package io.kontiki.chaos.cluster;

import io.kontiki.faults.Tools;
import io.kontiki.localcluster.BrokerProcess;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;

/** What libraries do to a broker that it preloads, each ruled by a file for that broker. */
final class PreloadedFaults {
    private final Path directory;

    PreloadedFaults(Path directory) {
        this.directory = directory;
    }

    /** To be called before the broker's first start. */
    void preload(BrokerProcess broker) throws IOException {
        broker.setEnvironment("LD_PRELOAD", Tools.failFlush() + ":" + Tools.shiftClock());
        broker.setEnvironment("FAIL_FLUSH_WISH", wishOf(broker.id()).toString());
        broker.setEnvironment("CLOCK_SHIFT", clockOf(broker.id()).toString());
        shiftClock(broker.id(), Duration.ZERO);
    }

    /** Lets the broker's next flush of a file whose path begins so fail. */
    void failNext(int broker, Path path) throws IOException {
        // Put in place at once, so that no half of it is read.
        Files.move(Files.writeString(directory.resolve("new-wish"), path.toString()), wishOf(broker));
    }

    /** The next flush succeeds, if none has failed yet. */
    void failNone(int broker) throws IOException {
        Files.deleteIfExists(wishOf(broker));
    }

    /** The broker's wall clock jumps to so far from that of the others. */
    void shiftClock(int broker, Duration shift) throws IOException {
        try (FileChannel file =
                FileChannel.open(clockOf(broker), StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            // In its place and at once: the process has the file mapped.
            file.write(
                    ByteBuffer.allocate(Long.BYTES)
                            .order(ByteOrder.nativeOrder())
                            .putLong(shift.toNanos())
                            .flip(),
                    0);
        }
    }

    private Path wishOf(int broker) {
        return directory.resolve("fail-flush-" + broker);
    }

    private Path clockOf(int broker) {
        return directory.resolve("clock-" + broker);
    }
}
