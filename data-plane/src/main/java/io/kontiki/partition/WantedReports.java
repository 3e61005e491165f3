package io.kontiki.partition;

import io.kontiki.proto.internal.v1.PartitionRef;
import io.kontiki.proto.internal.v1.ReplicaReport;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the controller wants to know of replicas here, as the answers to heartbeats tell it, and what the next heartbeat can
 * say of them (rule M9). Owned by one thread.
 */
public final class WantedReports {
    private static final Logger LOG = LoggerFactory.getLogger(WantedReports.class);

    private final HeldReplicas held;
    private final Runnable known;
    private CompletableFuture<List<ReplicaReport>> reports = CompletableFuture.completedFuture(List.of());

    /** @param known called, on any thread, when there is something to say */
    public WantedReports(HeldReplicas held, Runnable known) {
        this.held = held;
        this.known = known;
    }

    /** Asked for until it was told, and told until it is not asked for any more. */
    public void want(List<PartitionRef> wanted) {
        if (wanted.isEmpty()) {
            reports = CompletableFuture.completedFuture(List.of());
        } else if (reports.isDone()) {
            reports = held.reports(wanted).exceptionally(failure -> {
                LOG.warn("What this broker holds of {} partitions cannot be told", wanted.size(), failure);
                return List.of();
            });
            reports.thenAccept(told -> {
                if (!told.isEmpty()) {
                    known.run();
                }
            });
        }
    }

    /** What is known so far of what was asked last. */
    public List<ReplicaReport> toTell() {
        return reports.isDone() ? reports.join() : List.of();
    }
}
