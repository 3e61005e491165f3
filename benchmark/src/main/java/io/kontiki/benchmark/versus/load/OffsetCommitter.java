package io.kontiki.benchmark.versus.load;

/** Commits offsets for a group that has no members. Belongs to one thread. */
interface OffsetCommitter extends AutoCloseable {
    /** Stores this offset for all partitions of the topic in one call, and returns when it is stored. */
    void commit(long offset);

    /** Whether this is what is stored for each partition. */
    boolean isStored(long offset);

    @Override
    void close();
}
