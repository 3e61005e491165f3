package io.kontiki.partition;

import java.util.function.LongConsumer;

/**
 * The single writer of its partitions: runs their events one after another.
 *
 * <p>Two ways in. {@link #offer} is for work that a remote caller starts; it refuses when too many events wait, so that
 * an overload turns into an error and not into memory. {@link #execute} is for what follows from work already accepted (a
 * flush that ended, an answer of the quorum), of which each partition has a bounded number under way.
 */
public interface EventLoop extends AutoCloseable {
    /** Any thread. Returns false, without running it, if too much waits already or the loop is closed. */
    boolean offer(Runnable event);

    /** Any thread. Runs the event after those that wait; once the loop is closed it is dropped. */
    void execute(Runnable event);

    /** On the loop only: calls {@code ticker} with the monotonic time at each tick, until {@link #removeTicker}. */
    void addTicker(LongConsumer ticker);

    /** On the loop only. */
    void removeTicker(LongConsumer ticker);

    /** Runs what waits, then ends. Not to be called on the loop. */
    @Override
    void close();
}
