package io.kontiki.metadata.tree;

/** There is no node at a path. The message names the path, the nearest node above it that exists, and what that has. */
public final class NoSuchNodeException extends RuntimeException {
    NoSuchNodeException(String message) {
        super(message, null, false, false);
    }
}
