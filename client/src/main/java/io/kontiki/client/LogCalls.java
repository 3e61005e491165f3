package io.kontiki.client;

import io.grpc.Channel;
import io.grpc.Deadline;
import io.kontiki.proto.v1.DeleteRecordsPartition;
import io.kontiki.proto.v1.DeleteRecordsPartitionResult;
import io.kontiki.proto.v1.DeleteRecordsRequest;
import io.kontiki.proto.v1.DescribeLogDirsRequest;
import io.kontiki.proto.v1.LogDir;
import io.kontiki.proto.v1.LogDirPartition;
import io.kontiki.proto.v1.LogServiceGrpc;
import io.kontiki.proto.v1.MoveLogRequest;
import io.kontiki.proto.v1.MoveLogResponse;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;

/** The calls about logs: deletes records, shows directories and moves logs between them. Calls block. Thread-safe. */
final class LogCalls {
    private static final long MIN_BACKOFF_NANOS = TimeUnit.MILLISECONDS.toNanos(20);
    private static final long MAX_BACKOFF_NANOS = TimeUnit.MILLISECONDS.toNanos(500);
    private static final long TIMEOUT_MILLIS_MAX = 300_000;

    private final AnyBroker anyBroker;
    private final Duration requestTimeout;

    LogCalls(AnyBroker anyBroker, Duration requestTimeout) {
        this.anyBroker = anyBroker;
        this.requestTimeout = requestTimeout;
    }

    /** See {@link Admin#deleteRecords}. Deleting below the same offsets again does no harm, so it is tried again. */
    Map<TopicPartition, Long> deleteRecords(Map<TopicPartition, Long> beforeOffsets) {
        long deadlineNanos = System.nanoTime() + requestTimeout.toNanos();
        var byTopic = new TreeMap<String, Map<Integer, Long>>();
        beforeOffsets.forEach(
                (partition, offset) -> byTopic.computeIfAbsent(partition.topic(), topic -> new TreeMap<>())
                        .put(partition.partition(), offset));
        var done = new TreeMap<TopicPartition, Long>();
        byTopic.forEach((topic, offsets) -> deleteRecords(topic, offsets, deadlineNanos, done));
        return done;
    }

    private void deleteRecords(
            String topic, Map<Integer, Long> offsets, long deadlineNanos, Map<TopicPartition, Long> done) {
        var open = new TreeMap<>(offsets);
        var backoff = new Backoff(MIN_BACKOFF_NANOS, MAX_BACKOFF_NANOS, ThreadLocalRandom.current());
        while (!open.isEmpty()) {
            KontikiException last = null;
            for (DeleteRecordsPartitionResult result : ask(topic, open, deadlineNanos)) {
                if (result.hasError()) {
                    last = failure(topic, result, done.size());
                } else {
                    open.remove(result.getPartition());
                    done.put(new TopicPartition(topic, result.getPartition()), result.getLogStartOffset());
                }
            }
            if (last != null) {
                if (!last.retriable() || System.nanoTime() - deadlineNanos >= 0) {
                    throw last;
                }
                AnyBroker.pause(backoff.nextNanos());
            }
        }
    }

    private List<DeleteRecordsPartitionResult> ask(String topic, Map<Integer, Long> offsets, long deadlineNanos) {
        long leftMillis = TimeUnit.NANOSECONDS.toMillis(deadlineNanos - System.nanoTime());
        var request = DeleteRecordsRequest.newBuilder().setTopic(topic).setTimeoutMs((int)
                Math.max(1, Math.min(TIMEOUT_MILLIS_MAX, leftMillis)));
        offsets.forEach((partition, offset) -> request.addPartitions(
                DeleteRecordsPartition.newBuilder().setPartition(partition).setBeforeOffset(offset)));
        var built = request.build();
        return anyBroker
                .change((channel, deadline) -> logs(channel, deadline).deleteRecords(built))
                .getPartitionsList();
    }

    private static KontikiException failure(String topic, DeleteRecordsPartitionResult result, int done) {
        var what = "deleting records of partition " + result.getPartition() + " of topic " + topic;
        return Errors.of(result.getError(), done == 0 ? what : what + " (" + done + " partitions are done)");
    }

    /** See {@link Admin#describeLogDirs}. */
    List<LogDirInfo> describeLogDirs(int brokerId, Optional<String> topic) {
        var request = DescribeLogDirsRequest.newBuilder()
                .setBrokerId(brokerId)
                .setTopic(topic.orElse(""))
                .build();
        var answer =
                anyBroker.read((channel, deadline) -> logs(channel, deadline).describeLogDirs(request));
        return answer.getLogDirsList().stream()
                .map(dir -> info(answer.getBrokerId(), dir))
                .toList();
    }

    /** See {@link Admin#moveLog}. Asking again for a move under way begins no other. */
    LogMove moveLog(TopicPartition partition, int brokerId, String directory) {
        var request = MoveLogRequest.newBuilder()
                .setTopic(partition.topic())
                .setPartition(partition.partition())
                .setBrokerId(brokerId)
                .setDirectory(directory)
                .build();
        var answer =
                anyBroker.change((channel, deadline) -> logs(channel, deadline).moveLog(request));
        if (answer.hasError()) {
            throw Errors.of(answer.getError(), "moving the log of " + partition + " on broker " + brokerId);
        }
        return new LogMove(
                answer.getState() == MoveLogResponse.State.STATE_MOVED,
                answer.getCopiedBytes(),
                answer.getTotalBytes());
    }

    private static LogDirInfo info(int brokerId, LogDir dir) {
        return new LogDirInfo(
                brokerId,
                dir.getPath(),
                dir.getId().isEmpty() ? Optional.empty() : Optional.of(WireValues.topicId(dir.getId())),
                switch (dir.getState()) {
                    case STATE_ONLINE -> LogDirInfo.State.ONLINE;
                    case STATE_FULL -> LogDirInfo.State.FULL;
                    case STATE_OFFLINE -> LogDirInfo.State.OFFLINE;
                    case STATE_UNSPECIFIED, UNRECOGNIZED -> LogDirInfo.State.UNKNOWN;
                },
                dir.getReason(),
                dir.hasUsableBytes() ? OptionalLong.of(dir.getUsableBytes()) : OptionalLong.empty(),
                dir.hasTotalBytes() ? OptionalLong.of(dir.getTotalBytes()) : OptionalLong.empty(),
                dir.getPartitionsList().stream().map(LogCalls::replica).toList());
    }

    private static LogDirInfo.Replica replica(LogDirPartition partition) {
        return new LogDirInfo.Replica(
                new TopicPartition(partition.getTopic(), partition.getPartition()),
                partition.getSizeBytes(),
                partition.getLogStartOffset(),
                partition.getEndOffset(),
                partition.getOffsetLag(),
                partition.getLeader());
    }

    private static LogServiceGrpc.LogServiceBlockingStub logs(Channel channel, Deadline deadline) {
        return LogServiceGrpc.newBlockingStub(channel).withDeadline(deadline);
    }
}
