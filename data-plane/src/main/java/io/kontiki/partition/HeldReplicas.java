package io.kontiki.partition;

import io.kontiki.proto.internal.v1.PartitionRef;
import io.kontiki.proto.internal.v1.ReplicaReport;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** What this broker holds of partitions that nobody can lead without loss (rule M9). */
public interface HeldReplicas {
    /**
     * Looks up what replicas here hold. Does not block.
     *
     * @param wanted at most 1000
     * @return those that could be looked up, in a few seconds at most
     */
    CompletableFuture<List<ReplicaReport>> reports(List<PartitionRef> wanted);
}
