package io.kontiki.broker;

/** The directory itself cannot be used: the broker goes on without it, unless it is the metadata directory. */
final class BrokenDirectoryException extends DataDirectoryException {
    private static final long serialVersionUID = 1;

    BrokenDirectoryException(String message, Throwable cause) {
        super(message, cause);
    }
}
