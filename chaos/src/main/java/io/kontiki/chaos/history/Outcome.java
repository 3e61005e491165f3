package io.kontiki.chaos.history;

/** What a producer was told of one record in the end. */
public enum Outcome {
    /** It is stored. */
    OK,
    /** It is certainly not stored: no attempt wrote anything. */
    FAILED,
    /** It may be stored or not. */
    UNKNOWN
}
