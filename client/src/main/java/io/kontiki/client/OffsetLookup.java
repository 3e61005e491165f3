package io.kontiki.client;

import io.grpc.Deadline;
import io.grpc.StatusRuntimeException;
import io.kontiki.proto.v1.FetchServiceGrpc;
import io.kontiki.proto.v1.ListOffsetsPartition;
import io.kontiki.proto.v1.ListOffsetsPartitionResult;
import io.kontiki.proto.v1.ListOffsetsRequest;
import io.kontiki.proto.v1.OffsetSpec;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;

/** Asks the leaders for offsets and follows them when they change. Calls block. Thread-safe. */
final class OffsetLookup {
    private static final int MAX_ENTRIES = 1000;
    private static final long MIN_BACKOFF_NANOS = TimeUnit.MILLISECONDS.toNanos(10);
    private static final long MAX_BACKOFF_NANOS = TimeUnit.MILLISECONDS.toNanos(100);
    /** A leader that hangs has a successor soon. */
    private static final long ATTEMPT_NANOS = TimeUnit.SECONDS.toNanos(2);

    private static final OffsetSpec EARLIEST =
            OffsetSpec.newBuilder().setEarliest(true).build();
    private static final OffsetSpec LATEST =
            OffsetSpec.newBuilder().setLatest(true).build();
    private static final OffsetSpec RECORDS_END =
            OffsetSpec.newBuilder().setRecordsEnd(true).build();

    private final MetadataTracker tracker;
    private final TopicDirectory topics;
    private final Channels channels;
    private final Duration requestTimeout;
    private final Duration connectTimeout;

    OffsetLookup(MetadataTracker tracker, TopicDirectory topics, Channels channels, ClientConfig config) {
        this.tracker = tracker;
        this.topics = topics;
        this.channels = channels;
        this.requestTimeout = config.requestTimeout();
        this.connectTimeout = config.connectTimeout();
    }

    /**
     * The offset of each position.
     *
     * @throws KontikiException if one of them cannot be found within the request time-out
     */
    Map<TopicPartition, OffsetInfo> find(Map<TopicPartition, Position> positions) {
        long deadlineNanos = System.nanoTime() + requestTimeout.toNanos();
        requireKnown(positions, deadlineNanos);
        var found = new TreeMap<TopicPartition, OffsetInfo>();
        var first = new LinkedHashMap<TopicPartition, OffsetSpec>();
        positions.forEach((partition, position) -> {
            if (position instanceof Position.Offset fixed) {
                found.put(partition, new OffsetInfo(fixed.offset(), OptionalLong.empty()));
            } else {
                first.put(partition, spec(position));
            }
        });
        var answers = ask(first, deadlineNanos);
        complete(positions, answers, deadlineNanos);
        answers.forEach((partition, answer) -> found.put(partition, info(answer)));
        return found;
    }

    private void requireKnown(Map<TopicPartition, Position> positions, long deadlineNanos) {
        long connectEnd = System.nanoTime() + Math.min(connectTimeout.toNanos(), requestTimeout.toNanos());
        positions.keySet().forEach(partition -> topics.await(partition, connectEnd));
    }

    private static OffsetSpec spec(Position position) {
        if (position instanceof Position.Earliest) {
            return EARLIEST;
        }
        if (position instanceof Position.Timestamp time) {
            return OffsetSpec.newBuilder().setTimestampMs(time.timestampMs()).build();
        }
        boolean behindRecords = position instanceof Position.RecordsEnd || position instanceof Position.Last;
        return behindRecords ? RECORDS_END : LATEST;
    }

    /** Asks again where the first answer is but a part: so many before the end, and a time after all records. */
    private void complete(
            Map<TopicPartition, Position> positions,
            Map<TopicPartition, ListOffsetsPartitionResult> answers,
            long deadlineNanos) {
        var more = new LinkedHashMap<TopicPartition, OffsetSpec>();
        answers.forEach((partition, answer) -> {
            if (positions.get(partition) instanceof Position.Last) {
                more.put(partition, EARLIEST);
            } else if (!answer.hasOffset()) {
                more.put(partition, LATEST);
            }
        });
        ask(more, deadlineNanos).forEach((partition, answer) -> {
            if (positions.get(partition) instanceof Position.Last last) {
                long offset =
                        Math.max(answer.getOffset(), answers.get(partition).getOffset() - last.count());
                answer = answer.toBuilder().setOffset(offset).build();
            }
            answers.put(partition, answer);
        });
    }

    private static OffsetInfo info(ListOffsetsPartitionResult answer) {
        return new OffsetInfo(
                answer.getOffset(),
                answer.hasTimestampMs() ? OptionalLong.of(answer.getTimestampMs()) : OptionalLong.empty());
    }

    private Map<TopicPartition, ListOffsetsPartitionResult> ask(
            Map<TopicPartition, OffsetSpec> wanted, long deadlineNanos) {
        var answers = new HashMap<TopicPartition, ListOffsetsPartitionResult>();
        var open = new LinkedHashMap<>(wanted);
        var backoff = new Backoff(MIN_BACKOFF_NANOS, MAX_BACKOFF_NANOS, ThreadLocalRandom.current());
        while (!open.isEmpty()) {
            var failure = new Failure();
            var byLeader = byLeader(open, failure);
            byLeader.forEach(
                    (leader, partitions) -> askLeader(leader, partitions, open, deadlineNanos, answers, failure));
            open.keySet().removeAll(answers.keySet());
            if (!open.isEmpty()) {
                if (deadlineNanos - System.nanoTime() <= 0) {
                    throw new KontikiException(
                            ErrorReason.TIMED_OUT, "offsets not found within requestTimeout; last: " + failure.text);
                }
                AnyBroker.pause(backoff.nextNanos());
            }
        }
        return answers;
    }

    private static final class Failure {
        private String text = "";
    }

    private Map<HostPort, List<TopicPartition>> byLeader(Map<TopicPartition, OffsetSpec> open, Failure failure) {
        var metadata = tracker.current();
        var byLeader = new HashMap<HostPort, List<TopicPartition>>();
        for (var partition : open.keySet()) {
            if (metadata.topic(partition.topic()).isEmpty()) {
                throw new KontikiException(
                        ErrorReason.TOPIC_NOT_FOUND, "topic " + partition.topic() + " does not exist");
            }
            metadata.leader(partition)
                    .ifPresentOrElse(
                            leader -> byLeader.computeIfAbsent(leader.address(), a -> new ArrayList<>())
                                    .add(partition),
                            () -> failure.text = "partition " + partition + " has no leader");
        }
        return byLeader;
    }

    private void askLeader(
            HostPort leader,
            List<TopicPartition> partitions,
            Map<TopicPartition, OffsetSpec> specs,
            long deadlineNanos,
            Map<TopicPartition, ListOffsetsPartitionResult> answers,
            Failure failure) {
        for (int from = 0; from < partitions.size(); from += MAX_ENTRIES) {
            var part = partitions.subList(from, Math.min(partitions.size(), from + MAX_ENTRIES));
            var metadata = tracker.current();
            var request = ListOffsetsRequest.newBuilder()
                    .addAllPartitions(part.stream()
                            .map(p -> entry(p, specs.get(p), metadata))
                            .toList())
                    .build();
            try {
                var response = FetchServiceGrpc.newBlockingStub(channels.to(leader))
                        .withDeadline(Deadline.after(
                                Math.min(deadlineNanos - System.nanoTime(), ATTEMPT_NANOS), TimeUnit.NANOSECONDS))
                        .listOffsets(request);
                response.getPartitionsList().forEach(result -> take(result, answers, failure));
            } catch (StatusRuntimeException e) {
                var error = Errors.of(e, leader);
                if (!error.retriable()) {
                    throw error;
                }
                failure.text = error.getMessage();
            }
        }
    }

    /** Of the topic that the metadata have: the offset of an earlier one would be taken for one of this. */
    private static ListOffsetsPartition entry(TopicPartition partition, OffsetSpec spec, ClusterMetadata metadata) {
        var entry = ListOffsetsPartition.newBuilder()
                .setTopic(partition.topic())
                .setPartition(partition.partition())
                .setSpec(spec);
        metadata.topic(partition.topic()).ifPresent(topic -> entry.setTopicId(WireValues.topicId(topic.id())));
        return entry.build();
    }

    private void take(
            ListOffsetsPartitionResult result,
            Map<TopicPartition, ListOffsetsPartitionResult> answers,
            Failure failure) {
        var partition = new TopicPartition(result.getTopic(), result.getPartition());
        if (!result.hasError()) {
            answers.put(partition, result);
            return;
        }
        if (result.getError().hasLeaderHint()) {
            tracker.hint(partition, result.getError().getLeaderHint());
        }
        var error = Errors.of(result.getError(), "partition " + partition);
        boolean notHeardOfYet =
                error.reason() == ErrorReason.TOPIC_NOT_FOUND || error.reason() == ErrorReason.PARTITION_NOT_FOUND;
        if (!error.retriable() && !notHeardOfYet) {
            throw error;
        }
        failure.text = error.getMessage();
    }
}
