package io.kontiki.quorum;

import io.kontiki.proto.internal.v1.ProposeRequest;
import io.kontiki.proto.internal.v1.ProposeResponse;
import java.util.concurrent.CompletableFuture;

/** Brings requests to the controller, wherever it is. Thread-safe. */
@FunctionalInterface
public interface Proposer {
    /**
     * Asks the controller, retrying for a bounded time while it moves. A request may be sent more than once: commands
     * compare and set, so a repeat changes nothing twice.
     *
     * @param request its {@code from_broker_id} and {@code cluster_id} are set by the proposer
     * @return never completes exceptionally; QUORUM_UNAVAILABLE in the reply means that no controller answered in time
     *     and the outcome is unknown. It may complete on a thread of the transport: dependent stages must be short or
     *     name an executor.
     */
    CompletableFuture<ProposeResponse> propose(ProposeRequest request);
}
