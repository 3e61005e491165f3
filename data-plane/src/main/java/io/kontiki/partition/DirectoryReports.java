package io.kontiki.partition;

import com.google.protobuf.ByteString;
import io.kontiki.metadata.PartitionRegistration;
import io.kontiki.metadata.TopicPartition;
import io.kontiki.metadata.UuidBytes;
import io.kontiki.proto.internal.v1.AssignDirectories;
import io.kontiki.proto.internal.v1.AssignDirectory;
import io.kontiki.proto.internal.v1.FailDirectories;
import io.kontiki.proto.internal.v1.FailReplicas;
import io.kontiki.proto.internal.v1.PartitionRef;
import io.kontiki.proto.internal.v1.ProposeRequest;
import io.kontiki.proto.internal.v1.ProposeResponse;
import io.kontiki.proto.v1.ErrorReason;
import io.kontiki.quorum.Proposer;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells the quorum in which directories this broker's replicas are, and which directories and replicas have failed (rule
 * M10). One request is under way at a time and all that gathers meanwhile goes into the next, failures first; what gets no
 * answer is said again until it does. Any thread.
 */
final class DirectoryReports {
    private static final Logger LOG = LoggerFactory.getLogger(DirectoryReports.class);
    private static final int BATCH_MAX = 1000;
    private static final long REPEAT_MILLIS = 500;

    private final Proposer proposer;
    private final int brokerId;
    private final LongSupplier brokerEpoch;
    private final ScheduledExecutorService timer;
    private final Set<UUID> failedDirectories = new LinkedHashSet<>();
    private final Map<TopicPartition, CompletableFuture<Void>> failedReplicas = new LinkedHashMap<>();
    private final Set<TopicPartition> withoutRoom = new LinkedHashSet<>();
    private final Map<TopicPartition, AssignDirectory> assignments = new LinkedHashMap<>();
    private boolean underWay;

    /** @param timer drops what comes after its end */
    DirectoryReports(Proposer proposer, int brokerId, LongSupplier brokerEpoch, ScheduledExecutorService timer) {
        this.proposer = proposer;
        this.brokerId = brokerId;
        this.brokerEpoch = brokerEpoch;
        this.timer = timer;
    }

    /** @param expected the directory that the quorum has for the replica now, or UNASSIGNED */
    void assign(TopicPartition id, UUID directory, UUID expected) {
        synchronized (this) {
            assignments.put(
                    id,
                    AssignDirectory.newBuilder()
                            .setTopicId(UuidBytes.toBytes(id.topicId()))
                            .setPartition(id.partition())
                            .setDirectoryId(UuidBytes.toBytes(directory))
                            .setExpectedDirectoryId(
                                    expected.equals(PartitionRegistration.UNASSIGNED)
                                            ? ByteString.EMPTY
                                            : UuidBytes.toBytes(expected))
                            .build());
        }
        sendNext();
    }

    void failDirectory(UUID directory) {
        synchronized (this) {
            failedDirectories.add(directory);
        }
        sendNext();
    }

    /** @return completes, on any thread, when the quorum knows */
    CompletableFuture<Void> failReplica(TopicPartition id) {
        CompletableFuture<Void> known;
        synchronized (this) {
            known = failedReplicas.computeIfAbsent(id, key -> new CompletableFuture<>());
        }
        sendNext();
        return known;
    }

    /** This broker leads it, and never had room for its log: another one shall lead (rule R11). */
    void giveWay(TopicPartition id) {
        synchronized (this) {
            withoutRoom.add(id);
        }
        sendNext();
    }

    private void sendNext() {
        Report report;
        synchronized (this) {
            if (underWay) {
                return;
            }
            report = next();
            underWay = report != null;
        }
        if (report != null) {
            proposer.propose(report.request()).whenComplete((response, failure) -> onAnswer(report, response, failure));
        }
    }

    /**
     * One request.
     *
     * @param said takes it from what is to be said; under this object's lock
     */
    private record Report(ProposeRequest request, Runnable said) {}

    private Report next() {
        long epoch = brokerEpoch.getAsLong();
        if (!failedDirectories.isEmpty()) {
            List<UUID> batch = List.copyOf(failedDirectories);
            FailDirectories.Builder command =
                    FailDirectories.newBuilder().setBrokerId(brokerId).setBrokerEpoch(epoch);
            batch.forEach(id -> command.addDirectoryIds(UuidBytes.toBytes(id)));
            return new Report(
                    ProposeRequest.newBuilder().setFailDirectories(command).build(),
                    () -> batch.forEach(failedDirectories::remove));
        }
        if (!failedReplicas.isEmpty() || !withoutRoom.isEmpty()) {
            return failure(head(failedReplicas.keySet()), head(withoutRoom), epoch);
        }
        return assignments.isEmpty() ? null : assignment(head(assignments.keySet()), epoch);
    }

    private Report failure(List<TopicPartition> batch, List<TopicPartition> givenWay, long epoch) {
        FailReplicas.Builder command =
                FailReplicas.newBuilder().setBrokerId(brokerId).setBrokerEpoch(epoch);
        batch.forEach(id -> command.addPartitions(ref(id)));
        givenWay.forEach(id -> command.addWithoutRoom(ref(id)));
        List<CompletableFuture<Void>> waiting =
                batch.stream().map(failedReplicas::get).toList();
        return new Report(ProposeRequest.newBuilder().setFailReplicas(command).build(), () -> {
            batch.forEach(failedReplicas::remove);
            givenWay.forEach(withoutRoom::remove);
            // Not under the lock, and not on the quorum's thread.
            timer.execute(() -> waiting.forEach(known -> known.complete(null)));
        });
    }

    private static PartitionRef ref(TopicPartition id) {
        return PartitionRef.newBuilder()
                .setTopicId(UuidBytes.toBytes(id.topicId()))
                .setPartition(id.partition())
                .build();
    }

    private Report assignment(List<TopicPartition> batch, long epoch) {
        AssignDirectories.Builder command =
                AssignDirectories.newBuilder().setBrokerId(brokerId).setBrokerEpoch(epoch);
        Map<TopicPartition, AssignDirectory> sent = new LinkedHashMap<>();
        batch.forEach(id -> sent.put(id, assignments.get(id)));
        command.addAllReplicas(sent.values());
        // A newer assignment of the same replica stays to be said.
        return new Report(
                ProposeRequest.newBuilder().setAssignDirectories(command).build(),
                () -> sent.forEach(assignments::remove));
    }

    private static <T> List<T> head(Collection<T> all) {
        return new ArrayList<>(all.stream().limit(BATCH_MAX).toList());
    }

    private void onAnswer(Report report, ProposeResponse response, Throwable failure) {
        ErrorReason reason = failure != null
                ? ErrorReason.ERROR_REASON_QUORUM_UNAVAILABLE
                : response.getReply().getReason();
        switch (reason) {
            case ERROR_REASON_UNSPECIFIED -> {
                logRefusals(response);
                synchronized (this) {
                    underWay = false;
                    report.said().run();
                }
                sendNext();
            }
            case ERROR_REASON_STALE_BROKER_EPOCH ->
                // This run of the broker is over, as its session will tell: nothing more is said, also not to who
                // waits.
                LOG.error("The quorum takes no more reports on log directories of this run of the broker");
            default -> {
                if (reason != ErrorReason.ERROR_REASON_QUORUM_UNAVAILABLE) {
                    LOG.warn(
                            "A report on log directories is repeated: {} {}",
                            reason,
                            response.getReply().getMessage());
                }
                timer.schedule(this::sendAgain, REPEAT_MILLIS, TimeUnit.MILLISECONDS);
            }
        }
    }

    private void sendAgain() {
        synchronized (this) {
            underWay = false;
        }
        sendNext();
    }

    private static void logRefusals(ProposeResponse response) {
        response.getReply().getAssignDirectories().getReplicasList().stream()
                .filter(reply -> reply.getReason() != ErrorReason.ERROR_REASON_UNSPECIFIED)
                .forEach(reply -> LOG.warn("Directory not assigned: {} {}", reply.getReason(), reply.getMessage()));
    }
}
