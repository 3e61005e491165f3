package io.kontiki.storage;

/**
 * A disk operation that failed. After a failed write or flush nothing is known about what the file holds: the operation
 * is never retried, and whoever owns the file stops using it (rule R10).
 */
public class StorageException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final String path;

    /**
     * @param operation what was tried, as a verb: "append to"
     * @param path relative to the disk's root
     */
    public StorageException(String operation, String path, Throwable cause) {
        super("cannot " + operation + " " + path + ": " + cause, cause);
        this.path = path;
    }

    /** The file or directory, relative to the disk's root. */
    public String path() {
        return path;
    }
}
