package io.kontiki.simulation;

/** What a name on a {@link MemoryDisk} stands for. */
sealed interface MemoryNode permits UnflushedBytes, UnflushedNames {
    /** Whether a power cut takes nothing from it, or from what is below it. */
    boolean isFlushed();

    /** What is left of it, all of it flushed; this one does not change. */
    MemoryNode after(PowerCut cut);
}
