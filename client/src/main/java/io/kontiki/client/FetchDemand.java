package io.kontiki.client;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/**
 * What a consumer would fetch from one broker now, and what it has of that broker's partitions already. Pure; belongs to the
 * consumer's thread.
 */
final class FetchDemand {
    /**
     * What one request is to ask for.
     *
     * @param prompt whether the broker is known to have some of it
     */
    record Wish(List<PartitionFetcher> partitions, boolean prompt) {}

    private static final int MAX_PARTITIONS = 1000;

    private final Deque<PartitionFetcher> wanted = new ArrayDeque<>();
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

    boolean isEmpty() {
        return wanted.isEmpty();
    }

    /**
     * What to ask for in the next request, in the order in which they were added: as many as are likely to fill its answer.
     * Those that are not known to have more cost nothing and come along.
     *
     * @param answerBytes with so much the answer is full
     * @param partitionBytes at most from each
     */
    Wish take(int answerBytes, int partitionBytes) {
        var taken = new ArrayList<PartitionFetcher>();
        long bytes = 0;
        while (!wanted.isEmpty() && taken.size() < MAX_PARTITIONS && bytes < answerBytes) {
            var next = wanted.removeFirst();
            taken.add(next);
            bytes += next.backlogBytes(partitionBytes);
        }
        return new Wish(taken, bytes > 0);
    }

    /** Whether some are left out, or have enough: they must not wait for those taken. */
    boolean leavesOut() {
        return heldBack || !wanted.isEmpty();
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
