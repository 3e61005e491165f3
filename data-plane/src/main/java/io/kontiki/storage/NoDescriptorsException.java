package io.kontiki.storage;

/**
 * Thrown when a file cannot be opened because the process, or the machine, has as many open as it may have. What was to be
 * done was not begun; it works again once others are closed.
 */
public final class NoDescriptorsException extends DiskFullException {
    private static final long serialVersionUID = 1L;

    public NoDescriptorsException(String operation, String path, Throwable cause) {
        super(operation, path, cause);
    }
}
