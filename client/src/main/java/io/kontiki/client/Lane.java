package io.kontiki.client;

/**
 * What a producer has for one partition: records wait in the buffer, and batches under way with the sender. All but the
 * buffer belongs to the producer's loop.
 */
final class Lane {
    private final PartitionBuffer buffer;
    private final PartitionSender sender;
    private BrokerLink awaited;

    Lane(PartitionBuffer buffer, PartitionSender sender) {
        this.buffer = buffer;
        this.sender = sender;
    }

    PartitionBuffer buffer() {
        return buffer;
    }

    PartitionSender sender() {
        return sender;
    }

    TopicPartition partition() {
        return sender.partition();
    }

    /** Whether a record is not settled yet. */
    boolean hasWork() {
        return !sender.isIdle() || !buffer.isEmpty();
    }

    /** Whether there is a batch to send, or one being filled that need not wait for answers, if the sender may send. */
    boolean hasNext() {
        return sender.nextAgain().isPresent() || (!buffer.isEmpty() && sender.takesNew(buffer.hasFull()));
    }

    /** Waits for its turn on this link and no other. Its place there stays if it has one. */
    void awaitTurn(BrokerLink link) {
        if (awaited != link) {
            leaveTurn();
            awaited = link;
            link.addTurn(this);
        }
    }

    /** Has its turn, or needs none any more. */
    void leaveTurn() {
        if (awaited != null) {
            awaited.removeTurn(this);
            awaited = null;
        }
    }
}
