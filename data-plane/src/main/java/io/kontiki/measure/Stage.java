package io.kontiki.measure;

import java.util.Locale;

/** What the time of a request goes to. */
public enum Stage {
    /** A batch waits for the event loop of its partition. */
    PRODUCE_QUEUE,
    /** The event loop appends it, and tells the followers of it. */
    PRODUCE_APPEND,
    /** It is forced to the disk and goes to the followers, as far as its producer wants to wait for that. */
    PRODUCE_REPLICATE,
    /** The answer of a request, all of whose batches have ended, is handed to its connection. */
    PRODUCE_SEND,
    /** A request of a consumer waits for a thread that reads. */
    FETCH_QUEUE,
    /** It is read what there is for it. */
    FETCH_READ,
    /** The answer waits until its consumer has taken the one before, and is handed to its connection. */
    FETCH_SEND;

    /** Whether producers wait for it; consumers do for the others. */
    public boolean ofProduce() {
        return ordinal() <= PRODUCE_SEND.ordinal();
    }

    /** In one word, without the request that it is of. */
    public String word() {
        return name().substring(name().indexOf('_') + 1).toLowerCase(Locale.ROOT);
    }
}
