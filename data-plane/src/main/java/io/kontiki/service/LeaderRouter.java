package io.kontiki.service;

import com.google.protobuf.ByteString;
import io.grpc.ManagedChannel;
import io.kontiki.metadata.BrokerRegistration;
import io.kontiki.metadata.Endpoint;
import io.kontiki.metadata.LocalMetadata;
import io.kontiki.metadata.PartitionRegistration;
import io.kontiki.partition.Partitions;
import io.kontiki.partition.ProduceOutcome;
import io.kontiki.proto.v1.ErrorReason;
import io.kontiki.record.InvalidBatchException;
import io.kontiki.replication.Acks;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/**
 * Appends to the leader of a partition wherever it is: here, or on the broker that leads it now. Tries again, within
 * the time limit, only where nothing was written. Any thread.
 */
public final class LeaderRouter implements AutoCloseable {
    private static final long RETRY_MILLIS = 20;
    private static final Set<ErrorReason> TRY_AGAIN = Set.of(
            ErrorReason.ERROR_REASON_NOT_LEADER,
            ErrorReason.ERROR_REASON_LEADER_UNKNOWN,
            ErrorReason.ERROR_REASON_NOT_ENOUGH_REPLICAS,
            ErrorReason.ERROR_REASON_LEASE_EXPIRED,
            ErrorReason.ERROR_REASON_STARTING,
            ErrorReason.ERROR_REASON_SHUTTING_DOWN,
            ErrorReason.ERROR_REASON_OVERLOADED);

    /** No replica here that serves; LEADER_UNKNOWN while its log is being opened, or if that failed. */
    private static final Set<ErrorReason> LED_ELSEWHERE =
            Set.of(ErrorReason.ERROR_REASON_NOT_LEADER, ErrorReason.ERROR_REASON_LEADER_UNKNOWN);

    private final Partitions partitions;
    private final LocalMetadata metadata;
    private final Function<Endpoint, ManagedChannel> channels;
    private final ScheduledExecutorService timer;
    private final Map<Endpoint, ForwardStream> streams = new ConcurrentHashMap<>();

    /** @param channels gives the shared channel to a broker; closing it is not this class's matter */
    public LeaderRouter(
            Partitions partitions,
            LocalMetadata metadata,
            Function<Endpoint, ManagedChannel> channels,
            ScheduledExecutorService timer) {
        this.partitions = partitions;
        this.metadata = metadata;
        this.channels = channels;
        this.timer = timer;
    }

    /**
     * Appends one batch with acks=all.
     *
     * @param deadlineNanos on {@link System#nanoTime()}; no new attempt is made after it
     */
    CompletableFuture<ProduceOutcome> append(String topic, int partition, ByteString batch, long deadlineNanos) {
        return attempt(topic, partition, batch, deadlineNanos).thenCompose(outcome -> {
            boolean again = outcome instanceof ProduceOutcome.Refused refused
                    && TRY_AGAIN.contains(refused.reason())
                    && deadlineNanos - System.nanoTime() > TimeUnit.MILLISECONDS.toNanos(RETRY_MILLIS);
            if (!again) {
                return CompletableFuture.completedFuture(outcome);
            }
            CompletableFuture<Void> pause = new CompletableFuture<>();
            timer.schedule(() -> pause.complete(null), RETRY_MILLIS, TimeUnit.MILLISECONDS);
            return pause.thenCompose(ignored -> append(topic, partition, batch, deadlineNanos));
        });
    }

    private CompletableFuture<ProduceOutcome> attempt(
            String topic, int partition, ByteString batch, long deadlineNanos) {
        int timeoutMillis = (int) Math.max(1, TimeUnit.NANOSECONDS.toMillis(deadlineNanos - System.nanoTime()));
        Partitions.Lookup lookup = partitions.find(topic, partition);
        if (lookup instanceof Partitions.Found found && found.partition().isLeader()) {
            return appendHere(found, batch, timeoutMillis);
        }
        if (lookup instanceof Partitions.Missing missing && !LED_ELSEWHERE.contains(missing.reason())) {
            return refused(missing.reason(), missing.message());
        }
        return leaderOf(topic, partition)
                .map(leader -> streamTo(leader).append(topic, partition, batch, timeoutMillis))
                .orElseGet(() -> refused(
                        ErrorReason.ERROR_REASON_LEADER_UNKNOWN,
                        "partition " + partition + " of topic \"" + topic + "\" has no leader now"));
    }

    private CompletableFuture<ProduceOutcome> appendHere(Partitions.Found found, ByteString batch, int timeoutMillis) {
        CompletableFuture<ProduceOutcome> outcome = new CompletableFuture<>();
        try {
            found.partition()
                    .produce(
                            batch.asReadOnlyByteBuffer(),
                            Acks.ALL,
                            OptionalInt.empty(),
                            timeoutMillis,
                            outcome::complete);
        } catch (InvalidBatchException e) {
            return refused(PartitionErrors.reasonOf(e), "records: " + e.getMessage());
        }
        return outcome;
    }

    private Optional<Endpoint> leaderOf(String topic, int partition) {
        return metadata.current()
                .topic(topic)
                .flatMap(found -> found.partition(partition))
                .filter(PartitionRegistration::hasLeader)
                .flatMap(record -> metadata.current().broker(record.leader()))
                .map(BrokerRegistration::endpoint);
    }

    private ForwardStream streamTo(Endpoint leader) {
        return streams.compute(
                leader,
                (endpoint, present) ->
                        present == null || present.isBroken() ? new ForwardStream(channels.apply(endpoint)) : present);
    }

    private static CompletableFuture<ProduceOutcome> refused(ErrorReason reason, String message) {
        return CompletableFuture.completedFuture(new ProduceOutcome.Refused(reason, message));
    }

    @Override
    public void close() {
        streams.values().forEach(ForwardStream::close);
    }
}
