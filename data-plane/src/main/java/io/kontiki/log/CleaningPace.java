package io.kontiki.log;

/** How fast a pass over a log may go, and whether it shall go on at all. Asked between two batches, by the pass's thread. */
@FunctionalInterface
public interface CleaningPace {
    /**
     * Tells that bytes were read or written. Blocks as long as the pass is ahead of its limit.
     *
     * @param bytes at least 0
     * @return false if the pass shall end here; it leaves nothing behind but what it has done so far
     */
    boolean spend(int bytes);
}
