package io.kontiki.log;

/** Batches that do not continue this log: wrong base offset or a leader epoch below the last one. Nothing was written. */
public final class AppendMismatchException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    AppendMismatchException(String directory, String field, long found, String expected) {
        super("batch for log " + directory + ": " + field + " is " + found + ", expected " + expected);
    }
}
