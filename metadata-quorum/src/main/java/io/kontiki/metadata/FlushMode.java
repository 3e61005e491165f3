package io.kontiki.metadata;

/** When an append counts as stored on a replica (topic configuration {@code flush.mode}). */
public enum FlushMode {
    /** Once forced to the disk, in groups, before it is acknowledged: survives a power cut of the whole cluster. */
    ACK,
    /** Once written to the operating system: survives the death of the process, not of the machine. */
    OS
}
