package io.kontiki.log;

import io.kontiki.storage.StorageException;

/**
 * The log is offline because a write or flush failed, now or before (rule R10). What the failed operation left on disk is
 * unknown: it was not acknowledged by this call, and recovery at the next open decides what is kept.
 */
public final class LogFailedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    LogFailedException(String directory, StorageException cause) {
        super("log " + directory + " is offline: " + cause.getMessage(), cause);
    }

    @Override
    public synchronized StorageException getCause() {
        return (StorageException) super.getCause();
    }
}
