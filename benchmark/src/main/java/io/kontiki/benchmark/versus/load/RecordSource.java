package io.kontiki.benchmark.versus.load;

import java.time.Duration;
import java.util.function.Consumer;

/** A consumer of all partitions of a topic, from their first record on, that is in no group. Belongs to one thread. */
interface RecordSource extends AutoCloseable {
    /** Waits at most this long for records, and shows the value of each. */
    void poll(Duration wait, Consumer<byte[]> visitor);

    @Override
    void close();
}
