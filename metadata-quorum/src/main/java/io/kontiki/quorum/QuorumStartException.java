package io.kontiki.quorum;

/** The metadata log could not be opened. The message names the port, directory or cluster at fault. */
public final class QuorumStartException extends RuntimeException {
    public QuorumStartException(String message) {
        super(message);
    }

    public QuorumStartException(String message, Throwable cause) {
        super(message, cause);
    }
}
