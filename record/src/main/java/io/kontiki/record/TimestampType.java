package io.kontiki.record;

/** Whose clock a batch's timestamps come from; {@code message.timestamp.type} of a topic. */
public enum TimestampType {
    /** The producer's: each record has its own. */
    CREATE_TIME,
    /** The leader's at the append: the batch's max timestamp stands for all its records. */
    LOG_APPEND_TIME
}
