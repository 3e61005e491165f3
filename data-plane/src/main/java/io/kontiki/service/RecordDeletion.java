package io.kontiki.service;

import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.kontiki.metadata.BrokerRegistration;
import io.kontiki.metadata.Endpoint;
import io.kontiki.metadata.Excerpt;
import io.kontiki.metadata.LocalMetadata;
import io.kontiki.metadata.PartitionRegistration;
import io.kontiki.metadata.TopicImage;
import io.kontiki.partition.Partitions;
import io.kontiki.partition.TrimOutcome;
import io.kontiki.proto.v1.DeleteRecordsPartition;
import io.kontiki.proto.v1.DeleteRecordsPartitionResult;
import io.kontiki.proto.v1.DeleteRecordsRequest;
import io.kontiki.proto.v1.DeleteRecordsResponse;
import io.kontiki.proto.v1.ErrorReason;
import io.kontiki.proto.v1.LogServiceGrpc;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/** Deletes the oldest records of partitions that lead here, and has other brokers do so with theirs. Any thread. */
final class RecordDeletion {
    private static final int PARTITIONS_MAX = 10_000;
    private static final int TIMEOUT_MILLIS = 30_000;
    private static final int TIMEOUT_MILLIS_MAX = 300_000;
    /** So that the leader's own answer comes first. */
    private static final int FORWARD_GRACE_MILLIS = 2_000;

    private final Partitions partitions;
    private final LocalMetadata metadata;
    private final PartitionErrors errors;
    private final Function<Endpoint, ManagedChannel> channels;

    RecordDeletion(Partitions partitions, LocalMetadata metadata, Function<Endpoint, ManagedChannel> channels) {
        this.partitions = partitions;
        this.metadata = metadata;
        this.errors = new PartitionErrors(metadata);
        this.channels = channels;
    }

    /** @throws io.grpc.StatusRuntimeException if the request as a whole is refused */
    CompletableFuture<DeleteRecordsResponse> delete(DeleteRecordsRequest request) {
        check(request);
        Map<Integer, CompletableFuture<DeleteRecordsPartitionResult>> results = new LinkedHashMap<>();
        Map<Endpoint, List<DeleteRecordsPartition>> elsewhere = new HashMap<>();
        for (DeleteRecordsPartition partition : request.getPartitionsList()) {
            Optional<Endpoint> leader =
                    request.getForwarded() ? Optional.empty() : leaderElsewhere(request.getTopic(), partition);
            leader.ifPresent(found ->
                    elsewhere.computeIfAbsent(found, key -> new ArrayList<>()).add(partition));
            results.put(
                    partition.getPartition(),
                    leader.isPresent() ? new CompletableFuture<>() : deleteHere(request, partition));
        }
        elsewhere.forEach((leader, theirs) -> forward(request, leader, theirs, results));
        return CompletableFuture.allOf(results.values().toArray(CompletableFuture[]::new))
                .thenApply(done -> DeleteRecordsResponse.newBuilder()
                        .addAllPartitions(results.values().stream()
                                .map(CompletableFuture::join)
                                .toList())
                        .build());
    }

    private void check(DeleteRecordsRequest request) {
        RequestLimits.topicName(request.getTopic());
        int count = request.getPartitionsCount();
        require(count >= 1 && count <= PARTITIONS_MAX, "partitions", count + " entries", "1 to " + PARTITIONS_MAX);
        HashSet<Integer> seen = new HashSet<>();
        for (DeleteRecordsPartition each : request.getPartitionsList()) {
            require(seen.add(each.getPartition()), "partitions", each.getPartition() + " twice", "each once");
            require(
                    !each.hasBeforeOffset() || each.getBeforeOffset() >= 0,
                    "before_offset",
                    Long.toString(each.getBeforeOffset()),
                    "0 or above");
        }
        int timeout = request.getTimeoutMs();
        require(
                timeout >= 0 && timeout <= TIMEOUT_MILLIS_MAX,
                "timeout_ms",
                timeout + "",
                "0 to " + TIMEOUT_MILLIS_MAX);
        TopicImage topic = RequestLimits.ready(metadata.current())
                .topic(request.getTopic())
                .orElseThrow(() -> ServiceErrors.exception(
                        ErrorReason.ERROR_REASON_TOPIC_NOT_FOUND,
                        "there is no topic \"" + Excerpt.of(request.getTopic()) + "\""));
        if (!topic.config().retention().enabled()) {
            throw ServiceErrors.exception(
                    ErrorReason.ERROR_REASON_POLICY_VIOLATION,
                    "cleanup.policy of topic \"" + topic.name()
                            + "\" is compact: its records cannot be deleted by offset, only by a policy with delete");
        }
    }

    private static void require(boolean holds, String field, String found, String allowed) {
        if (!holds) {
            throw RequestLimits.refused(
                    ErrorReason.ERROR_REASON_INVALID_ARGUMENT,
                    field,
                    field + " is " + found + ", but must be " + allowed);
        }
    }

    // ---- Here

    private CompletableFuture<DeleteRecordsPartitionResult> deleteHere(
            DeleteRecordsRequest request, DeleteRecordsPartition partition) {
        Partitions.Lookup lookup = partitions.find(request.getTopic(), partition.getPartition());
        if (lookup instanceof Partitions.Missing missing) {
            return CompletableFuture.completedFuture(
                    failed(request.getTopic(), partition.getPartition(), missing.reason(), missing.message()));
        }
        OptionalLong before =
                partition.hasBeforeOffset() ? OptionalLong.of(partition.getBeforeOffset()) : OptionalLong.empty();
        CompletableFuture<DeleteRecordsPartitionResult> result = new CompletableFuture<>();
        ((Partitions.Found) lookup)
                .partition()
                .trim(before, timeoutMillis(request), outcome -> result.complete(told(request, partition, outcome)));
        return result;
    }

    private static int timeoutMillis(DeleteRecordsRequest request) {
        return request.getTimeoutMs() == 0 ? TIMEOUT_MILLIS : request.getTimeoutMs();
    }

    private DeleteRecordsPartitionResult told(
            DeleteRecordsRequest request, DeleteRecordsPartition partition, TrimOutcome outcome) {
        if (outcome instanceof TrimOutcome.Refused refused) {
            return failed(request.getTopic(), partition.getPartition(), refused.reason(), refused.message());
        }
        return DeleteRecordsPartitionResult.newBuilder()
                .setPartition(partition.getPartition())
                .setLogStartOffset(((TrimOutcome.Trimmed) outcome).logStartOffset())
                .build();
    }

    private DeleteRecordsPartitionResult failed(String topic, int partition, ErrorReason reason, String message) {
        return DeleteRecordsPartitionResult.newBuilder()
                .setPartition(partition)
                .setError(errors.of(topic, partition, reason, message))
                .build();
    }

    // ---- Elsewhere

    private Optional<Endpoint> leaderElsewhere(String topic, DeleteRecordsPartition partition) {
        boolean here = partitions.find(topic, partition.getPartition()) instanceof Partitions.Found found
                && found.partition().isLeader();
        return here
                ? Optional.empty()
                : metadata.current()
                        .topic(topic)
                        .flatMap(found -> found.partition(partition.getPartition()))
                        .filter(PartitionRegistration::hasLeader)
                        .filter(record -> record.leader() != partitions.brokerId())
                        .flatMap(record -> metadata.current().broker(record.leader()))
                        .map(BrokerRegistration::endpoint);
    }

    private void forward(
            DeleteRecordsRequest request,
            Endpoint leader,
            List<DeleteRecordsPartition> theirs,
            Map<Integer, CompletableFuture<DeleteRecordsPartitionResult>> results) {
        DeleteRecordsRequest forwarded = request.toBuilder()
                .clearPartitions()
                .addAllPartitions(theirs)
                .setForwarded(true)
                .build();
        UnaryCall<DeleteRecordsResponse> call = new UnaryCall<>();
        LogServiceGrpc.newStub(channels.apply(leader))
                .withDeadlineAfter(timeoutMillis(request) + FORWARD_GRACE_MILLIS, TimeUnit.MILLISECONDS)
                .deleteRecords(forwarded, call);
        call.answer().whenComplete((response, failure) -> {
            String why = failure == null
                    ? "it did not tell"
                    : Status.fromThrowable(failure).toString();
            Map<Integer, DeleteRecordsPartitionResult> told = failure == null ? byPartition(response) : Map.of();
            for (DeleteRecordsPartition each : theirs) {
                DeleteRecordsPartitionResult result = told.get(each.getPartition());
                results.get(each.getPartition())
                        .complete(result != null ? result : unknown(request.getTopic(), each.getPartition(), why));
            }
        });
    }

    /** The answer of another broker, which need not be about the partitions that it was asked for, or about each once. */
    private static Map<Integer, DeleteRecordsPartitionResult> byPartition(DeleteRecordsResponse response) {
        Map<Integer, DeleteRecordsPartitionResult> results = new HashMap<>();
        response.getPartitionsList().forEach(result -> results.put(result.getPartition(), result));
        return results;
    }

    private DeleteRecordsPartitionResult unknown(String topic, int partition, String why) {
        return failed(
                topic,
                partition,
                ErrorReason.ERROR_REASON_OUTCOME_UNKNOWN,
                "the leader's broker was lost before its answer: " + why);
    }
}
