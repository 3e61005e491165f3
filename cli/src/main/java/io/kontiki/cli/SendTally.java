package io.kontiki.cli;

import io.kontiki.client.KontikiException;
import java.util.Optional;

/**
 * What became of the records sent so far. Thread-safe: the command counts what it sends, the producer's threads what
 * was settled.
 */
final class SendTally {
    /** A record that was not stored, as far as known. */
    record Refusal(long line, Throwable cause) {}

    private long sent;
    private long sentBytes;
    private long acknowledged;
    private long failed;
    private long unknown;
    private Optional<Refusal> first = Optional.empty();

    synchronized void onSent(int bytes) {
        sent++;
        sentBytes += bytes;
    }

    /** @param failure null if the record was acknowledged */
    synchronized void onSettled(long line, Throwable failure) {
        if (failure == null) {
            acknowledged++;
            return;
        }
        failed++;
        if (!(failure instanceof KontikiException refused) || !refused.definite()) {
            unknown++;
        }
        if (first.isEmpty()) {
            first = Optional.of(new Refusal(line, failure));
        }
    }

    synchronized long sent() {
        return sent;
    }

    synchronized long sentBytes() {
        return sentBytes;
    }

    synchronized long acknowledged() {
        return acknowledged;
    }

    synchronized long failed() {
        return failed;
    }

    /** Of the failed ones, those that may be stored nevertheless. */
    synchronized long unknown() {
        return unknown;
    }

    /** The first failure; everything read after it is not sent. */
    synchronized Optional<Refusal> firstRefusal() {
        return first;
    }
}
