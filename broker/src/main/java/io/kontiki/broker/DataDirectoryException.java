package io.kontiki.broker;

/** The data directory cannot be used by this broker. The message names the directory, what was expected and what is there. */
public sealed class DataDirectoryException extends RuntimeException permits BrokenDirectoryException {
    private static final long serialVersionUID = 1;

    DataDirectoryException(String message) {
        super(message);
    }

    DataDirectoryException(String message, Throwable cause) {
        super(message, cause);
    }
}
