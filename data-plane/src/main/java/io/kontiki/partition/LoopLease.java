package io.kontiki.partition;

import io.kontiki.replication.Lease;
import java.util.function.Supplier;

/**
 * The lease as the partitions of one event loop know it: they learn of one behind the changes of the metadata that the
 * controller knew of when it gave it (rule L16). A loop that stands still in a write to its disk leads on meanwhile, to
 * those who read, but not with a lease that came later.
 */
final class LoopLease implements Supplier<Lease> {
    private final EventLoop loop;
    private volatile Lease lease;

    LoopLease(EventLoop loop, long nowNanos) {
        this.loop = loop;
        this.lease = new Lease(nowNanos);
    }

    void renew(Lease renewed) {
        loop.execute(() -> lease = renewed);
    }

    /** Any thread. To be asked for before the state that it is to vouch for: it may be renewed at any time. */
    @Override
    public Lease get() {
        return lease;
    }
}
