package io.kontiki.client;

import java.util.ArrayList;
import java.util.List;

/**
 * What a consumer would fetch from one broker now, and what it has of that broker's partitions already. Pure; belongs to the
 * consumer's thread.
 */
final class FetchDemand {
    private final List<PartitionFetcher> wanted = new ArrayList<>();
    private final List<PartitionFetcher> paused = new ArrayList<>();
    private long fetchedBytes;
    private boolean heldBack;

    /** @param partition one that this broker leads */
    void add(PartitionFetcher partition, long nowNanos) {
        fetchedBytes += partition.fetchedBytes();
        heldBack |= partition.isHeldBack(nowNanos);
        if (partition.isPaused()) {
            paused.add(partition);
        } else if (partition.fetchDue(nowNanos).isPresent()) {
            wanted.add(partition);
        }
    }

    /** In the order in which they were added. */
    List<PartitionFetcher> wanted() {
        return wanted;
    }

    /** Whether a partition has enough, and is left out of what is wanted. */
    boolean isHeldBack() {
        return heldBack;
    }

    /**
     * How much may be fetched, in bytes; 0 or less for nothing. If there is no room, paused partitions give up what was
     * fetched of them: nobody takes it, and those that are read would stand still behind it.
     *
     * @param share of this broker in all that may be fetched ahead, in bytes
     */
    long room(long share) {
        if (fetchedBytes >= share) {
            for (var partition : paused) {
                fetchedBytes -= partition.fetchedBytes();
                partition.giveUpFetched();
                fetchedBytes += partition.fetchedBytes();
            }
        }
        return share - fetchedBytes;
    }
}
