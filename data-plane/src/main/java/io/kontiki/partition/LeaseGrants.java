package io.kontiki.partition;

import io.kontiki.metadata.LocalMetadata;
import io.kontiki.replication.Lease;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.Executor;
import java.util.function.Consumer;

/**
 * Leases that the controller gave by the metadata that it knows, and that count once this broker knows as much: else it
 * might lead on where it was deposed (rule L16). Owned by one thread.
 */
public final class LeaseGrants {
    private static final int WAITING_MAX = 64;

    private record Grant(Lease lease, long imageIndex) {}

    private final LocalMetadata metadata;
    private final Executor owner;
    private final Consumer<Lease> renewed;
    private final Deque<Grant> waiting = new ArrayDeque<>();
    private Lease lease;
    private boolean awaitingImage;

    /**
     * @param present what counts before the first grant
     * @param owner the one thread
     * @param renewed told there of each lease that ends later than the one before, when all who follow the metadata were
     *     told of what the controller knew
     */
    public LeaseGrants(Lease present, LocalMetadata metadata, Executor owner, Consumer<Lease> renewed) {
        this.lease = present;
        this.metadata = metadata;
        this.owner = owner;
        this.renewed = renewed;
    }

    /** @param imageIndex up to which the broker must have applied the metadata log */
    public void add(Lease granted, long imageIndex) {
        if (waiting.size() == WAITING_MAX) {
            waiting.remove();
        }
        waiting.add(new Grant(granted, imageIndex));
        awaitNext();
    }

    private void awaitNext() {
        if (waiting.isEmpty() || awaitingImage) {
            return;
        }
        awaitingImage = true;
        long index = waiting.element().imageIndex;
        metadata.awaitIndex(index)
                .thenRun(() -> owner.execute(() -> {
                    awaitingImage = false;
                    take(index);
                    awaitNext();
                }));
    }

    /** In the order in which they were given. */
    private void take(long appliedIndex) {
        Lease before = lease;
        while (!waiting.isEmpty() && waiting.element().imageIndex <= appliedIndex) {
            lease = lease.orLater(waiting.remove().lease);
        }
        if (!lease.equals(before)) {
            renewed.accept(lease);
        }
    }
}
