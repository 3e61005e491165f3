package io.kontiki.storage;

/** Thrown when a disk has no room for what was to be written. It works again once there is: nothing is broken. */
public sealed class DiskFullException extends StorageException permits NoDescriptorsException {
    private static final long serialVersionUID = 1L;

    public DiskFullException(String operation, String path, Throwable cause) {
        super(operation, path, cause);
    }
}
