package io.kontiki.service;

import com.google.protobuf.UnsafeByteOperations;
import io.kontiki.measure.Stage;
import io.kontiki.measure.TopicTraffic;
import io.kontiki.measure.Traffic;
import io.kontiki.partition.FetchResult;
import io.kontiki.partition.Partition;
import io.kontiki.partition.Partitions;
import io.kontiki.proto.v1.ErrorReason;
import io.kontiki.proto.v1.FetchPartition;
import io.kontiki.proto.v1.FetchPartitionResult;
import io.kontiki.proto.v1.FetchRequest;
import io.kontiki.proto.v1.FetchResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;

/**
 * One fetch request on its way: reads, and if too little is there waits for more until its time is over. Its steps run
 * one at a time, on the reader threads; where nothing has to come from the disk, on the thread that begins it or wakes it.
 */
final class PendingFetch {
    static final int BYTES_MAX = 55 << 20;
    private static final int PARTITION_BYTES_DEFAULT = 1 << 20;
    private static final int WAIT_MILLIS_MAX = 60_000;
    /** To look at more takes a connection's thread longer than to wake another one. */
    private static final int FIRST_LOOK_PARTITIONS_MAX = 100;

    /** Told the answer. */
    interface Answer {
        /** @param booked bytes to give back to the budget once the answer has reached the receiver */
        void complete(FetchResponse response, long booked);

        /** There is none, because of a defect. */
        void fail(Throwable defect);
    }

    private final FetchRequest request;
    private final Partitions partitions;
    private final PartitionErrors errors;
    private final ScheduledExecutorService readers;
    private final FetchBudget budget;
    private final ReadChunks.Memory memory;
    private final Answer answer;
    private final List<Runnable> subscriptions = new ArrayList<>();
    private ScheduledFuture<?> deadline;
    private boolean timeOver;
    private boolean scheduled;
    private long scheduledNanos;
    /** By entry: where the last read has read; null where it was refused. One thread at a time reads. */
    private final TopicTraffic[] readFrom;

    private boolean wokenMeanwhile;
    private boolean done;

    PendingFetch(
            FetchRequest request,
            Partitions partitions,
            PartitionErrors errors,
            ScheduledExecutorService readers,
            FetchBudget budget,
            ReadChunks.Memory memory,
            Answer answer) {
        this.request = request;
        this.partitions = partitions;
        this.errors = errors;
        this.readers = readers;
        this.budget = budget;
        this.memory = memory;
        this.answer = answer;
        this.readFrom = new TopicTraffic[request.getPartitionsCount()];
    }

    /** Any thread. Who waits for records to come, as most consumers do, waits for no reader thread before. */
    void start() {
        partitions.traffic().onFetchRequest();
        if (isAtEnd()) {
            stepHere();
        } else {
            schedule();
        }
    }

    /** On the partition's event loop. What is at hand there is read there: to hand it to a reader thread takes longer. */
    private void wake(Partition partition, long offset) {
        if (request.getMinBytes() <= 1
                && request.getPartitionsCount() <= FIRST_LOOK_PARTITIONS_MAX
                && partition.admitReader(offset)) {
            stepHere();
        } else {
            schedule();
        }
    }

    private void stepHere() {
        if (begins()) {
            stepOrFail();
        }
    }

    /** Whether a step is to begin now; if one is under way, it is repeated. */
    private synchronized boolean begins() {
        if (done || scheduled) {
            wokenMeanwhile = true;
            return false;
        }
        scheduled = true;
        scheduledNanos = partitions.nanoTime();
        return true;
    }

    /** Whether there is nothing to read from the disk; a record that comes meanwhile is in memory still. */
    private boolean isAtEnd() {
        if (request.getPartitionsCount() > FIRST_LOOK_PARTITIONS_MAX) {
            return false;
        }
        for (FetchPartition entry : request.getPartitionsList()) {
            if (find(entry) instanceof Partitions.Found found
                    && entry.getOffset() < found.partition().readableEnd()) {
                return false;
            }
        }
        return true;
    }

    /** Any thread. Forgets the request; no answer follows. */
    void cancel() {
        synchronized (this) {
            done = true;
            release();
        }
    }

    private void schedule() {
        if (begins()) {
            readers.execute(this::stepOrFail);
        }
    }

    /** Whatever a task throws, its executor keeps for itself. */
    private void stepOrFail() {
        try {
            step();
        } catch (RuntimeException | Error defect) {
            cancel();
            answer.fail(defect);
        }
    }

    private void step() {
        synchronized (this) {
            wokenMeanwhile = false;
            if (done) {
                return;
            }
            unsubscribe();
            if (!timeOver) {
                // Before reading: what is appended while the read goes on must wake this request again.
                subscribe();
            }
        }
        FetchResponse response = timedRead();
        long booked = heldBytes(response);
        synchronized (this) {
            if (done || !(timeOver || isEnough(response))) {
                budget.giveBack(booked);
                memory.giveBack();
                waitForMore();
                return;
            }
            done = true;
            release();
        }
        count(response);
        answer.complete(response, booked);
    }

    private FetchResponse timedRead() {
        Traffic traffic = partitions.traffic();
        long begunNanos = partitions.nanoTime();
        traffic.stage(Stage.FETCH_QUEUE).add(begunNanos - scheduledNanos);
        FetchResponse response = read();
        traffic.stage(Stage.FETCH_READ).add(partitions.nanoTime() - begunNanos);
        return response;
    }

    /** What is read again, since it was too little, counts once. */
    private void count(FetchResponse response) {
        for (int i = 0; i < readFrom.length; i++) {
            FetchPartitionResult result = response.getPartitions(i);
            if (result.hasError()) {
                partitions.traffic().onRefused(result.getError().getReason());
            } else if (readFrom[i] != null) {
                readFrom[i].onRead(result.getRecords().size());
            }
        }
    }

    private void waitForMore() {
        if (deadline == null && !done) {
            int wait = Math.max(0, Math.min(request.getMaxWaitMs(), WAIT_MILLIS_MAX));
            deadline = readers.schedule(this::onDeadline, wait, TimeUnit.MILLISECONDS);
        }
        scheduled = false;
        if (wokenMeanwhile) {
            schedule();
        }
    }

    private synchronized void onDeadline() {
        timeOver = true;
        schedule();
    }

    private void subscribe() {
        for (FetchPartition entry : request.getPartitionsList()) {
            if (find(entry) instanceof Partitions.Found found) {
                subscriptions.add(found.partition()
                        .onReadable(entry.getOffset(), () -> wake(found.partition(), entry.getOffset())));
            }
        }
    }

    private Partitions.Lookup find(FetchPartition entry) {
        return PartitionNames.find(
                partitions,
                entry.getTopic(),
                entry.getPartition(),
                entry.hasTopicId() ? Optional.of(entry.getTopicId()) : Optional.empty());
    }

    private void unsubscribe() {
        subscriptions.forEach(Runnable::run);
        subscriptions.clear();
    }

    private void release() {
        unsubscribe();
        if (deadline != null) {
            deadline.cancel(false);
        }
    }

    private boolean isEnough(FetchResponse response) {
        long bytes = 0;
        for (FetchPartitionResult result : response.getPartitionsList()) {
            if (result.hasError()) {
                return true;
            }
            bytes += result.getRecords().size();
        }
        return request.getPartitionsCount() == 0 || bytes >= Math.max(1, request.getMinBytes());
    }

    /** The answer as a whole is booked in the budget on return: many errors take memory as records do. */
    private FetchResponse read() {
        int asked = request.getMaxBytes();
        long most = request.getPartitionsList().stream()
                .mapToLong(PendingFetch::bytesAsked)
                .sum();
        long granted = budget.take(Math.min(most, asked <= 0 || asked > BYTES_MAX ? BYTES_MAX : asked));
        FetchResponse response;
        try {
            response = read((int) granted);
        } catch (RuntimeException | Error defect) {
            budget.giveBack(granted);
            throw defect;
        }
        long bytes = heldBytes(response);
        if (bytes > granted) {
            budget.overdraw(bytes - granted);
        } else {
            budget.giveBack(granted - bytes);
        }
        return response;
    }

    private long heldBytes(FetchResponse response) {
        return response.getSerializedSize() + memory.unusedBytes();
    }

    private FetchResponse read(int granted) {
        FetchResponse.Builder response = FetchResponse.newBuilder().setCorrelationId(request.getCorrelationId());
        int room = granted;
        for (int i = 0; i < readFrom.length; i++) {
            FetchPartition entry = request.getPartitions(i);
            FetchPartitionResult result = granted == 0
                    ? refused(
                            entry,
                            ErrorReason.ERROR_REASON_OVERLOADED,
                            "too many bytes wait on this broker for consumers that do not take them")
                    : readPartition(i, entry, room);
            room -= result.getRecords().size();
            response.addPartitions(result);
        }
        return response.build();
    }

    private static int bytesAsked(FetchPartition entry) {
        return entry.getMaxBytes() <= 0 ? PARTITION_BYTES_DEFAULT : entry.getMaxBytes();
    }

    private FetchPartitionResult readPartition(int index, FetchPartition entry, int room) {
        Partitions.Lookup lookup = find(entry);
        if (lookup instanceof Partitions.Missing missing) {
            return refused(entry, missing.reason(), missing.message());
        }
        Partition partition = ((Partitions.Found) lookup).partition();
        readFrom[index] = partition.traffic();
        int asked = bytesAsked(entry);
        OptionalInt leaderEpoch = entry.hasLeaderEpoch() ? OptionalInt.of(entry.getLeaderEpoch()) : OptionalInt.empty();
        OptionalInt lastEpoch = entry.hasLastEpoch() ? OptionalInt.of(entry.getLastEpoch()) : OptionalInt.empty();
        FetchResult result = partition.read(entry.getOffset(), Math.min(asked, room), leaderEpoch, lastEpoch, memory);
        if (result instanceof FetchResult.Records records) {
            return FetchPartitionResult.newBuilder()
                    .setTopic(entry.getTopic())
                    .setPartition(entry.getPartition())
                    .setHighWatermark(records.highWatermark())
                    .setLogStartOffset(records.logStartOffset())
                    .setRecords(UnsafeByteOperations.unsafeWrap(records.records()))
                    .build();
        }
        if (result instanceof FetchResult.Diverged diverged) {
            return refused(entry, ErrorReason.ERROR_REASON_OFFSET_OUT_OF_RANGE, diverged.message()).toBuilder()
                    .setHighWatermark(diverged.highWatermark())
                    .setLogStartOffset(diverged.logStartOffset())
                    .setDivergingOffset(diverged.divergingOffset())
                    .build();
        }
        FetchResult.Refused refused = (FetchResult.Refused) result;
        return refused(entry, refused.reason(), refused.message()).toBuilder()
                .setHighWatermark(refused.highWatermark())
                .setLogStartOffset(refused.logStartOffset())
                .build();
    }

    private FetchPartitionResult refused(FetchPartition entry, ErrorReason reason, String message) {
        return FetchPartitionResult.newBuilder()
                .setTopic(entry.getTopic())
                .setPartition(entry.getPartition())
                .setError(errors.of(entry.getTopic(), entry.getPartition(), reason, message))
                .build();
    }
}
