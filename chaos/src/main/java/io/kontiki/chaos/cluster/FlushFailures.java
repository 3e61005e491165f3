package io.kontiki.chaos.cluster;

import io.kontiki.faults.Tools;
import io.kontiki.localcluster.BrokerProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Lets flushes of brokers fail, by a library that they preload and a file for each of them that tells which flush. */
final class FlushFailures {
    private final Path directory;

    FlushFailures(Path directory) {
        this.directory = directory;
    }

    /** To be called before the broker's first start. */
    void preload(BrokerProcess broker) {
        broker.setEnvironment("LD_PRELOAD", Tools.failFlush().toString());
        broker.setEnvironment("FAIL_FLUSH_WISH", wishOf(broker.id()).toString());
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

    private Path wishOf(int broker) {
        return directory.resolve("fail-flush-" + broker);
    }
}
