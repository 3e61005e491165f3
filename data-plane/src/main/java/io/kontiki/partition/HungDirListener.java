package io.kontiki.partition;

/** Decides about a directory whose disk hangs. Called on the thread that found out; must not block. */
public interface HungDirListener {
    /**
     * Called once for a directory, and a second time if others come to wait for it later.
     *
     * @param othersWait whether something that serves other directories, too, waits for this one: it will not go on, as
     *     nothing frees a thread from the kernel
     * @param reason for people: what hangs, and what to do
     */
    void onHung(LogDir dir, boolean othersWait, String reason);
}
