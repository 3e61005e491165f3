package io.kontiki.quorum;

import io.kontiki.metadata.Endpoint;
import java.util.concurrent.CompletableFuture;

/** Finds out whether the process behind an endpoint is gone. Thread-safe. */
@FunctionalInterface
public interface BrokerProbe {
    /** Dials once. The future never completes exceptionally, and completes within about a second. */
    CompletableFuture<Finding> probe(Endpoint endpoint);

    /** What a dial tells. */
    enum Finding {
        /** Something listens. */
        LISTENING,
        /** The host is there and refuses the port: the process is gone. The only proof of a death. */
        REFUSED,
        /** No answer, an unknown name, an unreachable host: proves nothing. */
        UNKNOWN
    }
}
