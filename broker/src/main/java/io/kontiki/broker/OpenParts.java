package io.kontiki.broker;

import java.util.ArrayDeque;
import java.util.Deque;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Parts that run, in the order in which they were started; they are closed in reverse. Thread-safe. */
final class OpenParts {
    private static final Logger LOG = LoggerFactory.getLogger(OpenParts.class);

    private record Part(String name, Runnable close) {}

    private final Deque<Part> parts = new ArrayDeque<>();
    private boolean closed;

    /** A part that comes too late, since a fault stopped the broker while it started, is closed at once. */
    synchronized void add(String name, Runnable close) {
        parts.push(new Part(name, close));
        if (closed) {
            close();
        }
    }

    /**
     * Closes everything, also if some of it fails.
     *
     * @return whether nothing failed
     */
    synchronized boolean close() {
        closed = true;
        boolean clean = true;
        while (!parts.isEmpty()) {
            var part = parts.pop();
            try {
                part.close.run();
            } catch (RuntimeException e) {
                LOG.error("Closing {} failed", part.name, e);
                clean = false;
            }
        }
        return clean;
    }
}
