package io.kontiki.benchmark.versus.load;

import java.time.Duration;

/** A member of a group that reads a topic, with the settings that its client has by default. Belongs to one thread. */
interface GroupSource extends AutoCloseable {
    /** Gets what a member reads. */
    interface Visitor {
        void onRecord(int partition, long offset, byte[] value);
    }

    /** Waits at most this long for records, and shows each. */
    void poll(Duration wait, Visitor visitor);

    /** Partitions that it owns since the last poll. */
    int owned();

    /** Leaves the group, and tells it so. */
    @Override
    void close();
}
