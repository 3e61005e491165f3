package io.kontiki.log;

import java.util.UUID;

/**
 * The directory holds the log of another topic, such as a deleted one of the same name, or of one that cannot be told.
 * Nothing was changed.
 */
public final class ForeignLogException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private ForeignLogException(String message) {
        super(message);
    }

    static ForeignLogException of(String directory, UUID expected, UUID found) {
        return new ForeignLogException(
                "directory " + directory + " belongs to topic id " + found + ", expected " + expected);
    }

    static ForeignLogException unknown(String directory, UUID expected) {
        return new ForeignLogException(
                "directory " + directory + " has segments, but no readable topic id; expected " + expected);
    }
}
