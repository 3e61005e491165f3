package io.kontiki.client;

import com.google.protobuf.ByteString;
import io.kontiki.proto.v1.FetchPartitionResult;
import io.kontiki.record.InvalidBatchException;
import java.util.HashMap;
import java.util.Map;

/** What the answer to a fetch means for its partition. Belongs to the consumer's thread. */
final class FetchOutcomes {
    private static final System.Logger LOG = System.getLogger(FetchOutcomes.class.getName());
    /** How often a broker may not know a topic that the metadata has. */
    private static final int MAX_NOT_FOUND = 20;

    private final ConsumerConfig config;
    private final MetadataTracker tracker;
    private final Map<TopicPartition, Integer> notFound = new HashMap<>();

    FetchOutcomes(ConsumerConfig config, MetadataTracker tracker) {
        this.config = config;
        this.tracker = tracker;
    }

    /** The partition is assigned anew. */
    void forget(TopicPartition partition) {
        notFound.remove(partition);
    }

    /**
     * Only if the partition awaits it.
     *
     * @param records of the result, to be kept
     */
    void take(PartitionFetcher partition, FetchPartitionResult result, ByteString records, long nowNanos) {
        if (result.hasError()) {
            onError(partition, result, nowNanos);
            return;
        }
        notFound.remove(partition.partition());
        try {
            partition.onFetched(records, result.getHighWatermark());
        } catch (InvalidBatchException e) {
            var what = "partition " + partition.partition() + ", offset " + partition.fetchOffset() + ": ";
            partition.onFatal(new KontikiException(ErrorReason.CORRUPT_BATCH, what + e.getMessage(), e), nowNanos);
        }
    }

    private void onError(PartitionFetcher partition, FetchPartitionResult result, long nowNanos) {
        var name = partition.partition();
        if (result.getError().hasLeaderHint()) {
            tracker.hint(name, result.getError().getLeaderHint());
        }
        var error = Errors.of(result.getError(), "partition " + name);
        switch (error.reason()) {
            case OFFSET_OUT_OF_RANGE -> {
                if (result.hasDivergingOffset()) {
                    onDiverged(partition, result.getDivergingOffset(), error, nowNanos);
                } else {
                    onOutOfRange(partition, error, nowNanos);
                }
            }
            case TOPIC_NOT_FOUND, PARTITION_NOT_FOUND -> fail(partition, error, isNotHeardOfYet(name), nowNanos);
            default -> fail(partition, error, error.retriable(), nowNanos);
        }
    }

    /** A leader may hear of a new topic later than this client did. */
    private boolean isNotHeardOfYet(TopicPartition name) {
        return tracker.current().topic(name.topic()).isPresent()
                && notFound.merge(name, 1, Integer::sum) <= MAX_NOT_FOUND;
    }

    private static void fail(PartitionFetcher partition, KontikiException error, boolean retriable, long nowNanos) {
        if (retriable) {
            partition.onFailed(nowNanos);
        } else {
            partition.onFatal(error, nowNanos);
        }
    }

    private void onOutOfRange(PartitionFetcher partition, KontikiException error, long nowNanos) {
        config.resetPolicy()
                .position(System.currentTimeMillis())
                .map(partition::resetTo)
                .ifPresentOrElse(partition::seek, () -> partition.onFatal(error, nowNanos));
    }

    /** Whoever lets positions be reset goes on where the log parts, which passes over nothing that is new (KIP-320). */
    private void onDiverged(PartitionFetcher partition, long offset, KontikiException error, long nowNanos) {
        if (!partition.onDiverged(offset)) {
            return;
        }
        if (config.resetPolicy().equals(ResetPolicy.ERROR)) {
            partition.onFatal(error, nowNanos);
        } else {
            LOG.log(System.Logger.Level.WARNING, "{0}; going on at {1}", error.getMessage(), offset);
            partition.seek(Position.offset(offset));
        }
    }
}
