package io.kontiki.service;

import io.kontiki.proto.internal.v1.AllocateProducerIds;
import io.kontiki.proto.internal.v1.AllocateProducerIdsReply;
import io.kontiki.proto.internal.v1.CommandReply;
import io.kontiki.proto.internal.v1.ProposeRequest;
import io.kontiki.quorum.Proposer;
import java.util.concurrent.CompletableFuture;
import java.util.function.LongSupplier;

/**
 * Gives out producer ids from blocks that the quorum allots to this run of the broker (rule D1), so that most callers
 * need no round through the quorum. Ids of a block that a stopped broker did not use are lost, never given twice. Any
 * thread.
 */
public final class ProducerIds {
    private static final int BLOCK_SIZE = 1000;

    private final Proposer proposer;
    private final int brokerId;
    private final LongSupplier brokerEpoch;
    private long next;
    private long end;
    private CompletableFuture<Void> refill;

    /** @param brokerEpoch epoch of this broker's registration now */
    public ProducerIds(Proposer proposer, int brokerId, LongSupplier brokerEpoch) {
        this.proposer = proposer;
        this.brokerId = brokerId;
        this.brokerEpoch = brokerEpoch;
    }

    /** An id that nobody else has or will have; fails as the quorum's answer does. */
    public CompletableFuture<Long> allocate() {
        CompletableFuture<Void> filled;
        synchronized (this) {
            if (next < end) {
                return CompletableFuture.completedFuture(next++);
            }
            if (refill == null || refill.isDone()) {
                refill = requestBlock();
            }
            filled = refill;
        }
        return filled.thenCompose(ignored -> allocate());
    }

    private CompletableFuture<Void> requestBlock() {
        ProposeRequest request = ProposeRequest.newBuilder()
                .setAllocateProducerIds(AllocateProducerIds.newBuilder()
                        .setBrokerId(brokerId)
                        .setBrokerEpoch(brokerEpoch.getAsLong())
                        .setCount(BLOCK_SIZE))
                .build();
        return proposer.propose(request).thenAccept(response -> onBlock(response.getReply()));
    }

    private synchronized void onBlock(CommandReply reply) {
        ServiceErrors.throwIfRefused(reply);
        AllocateProducerIdsReply block = reply.getAllocateProducerIds();
        next = block.getFirstId();
        end = next + block.getCount();
    }
}
