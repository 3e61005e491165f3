package io.kontiki.partition;

import com.google.protobuf.ByteString;
import io.kontiki.metadata.MetadataImage;
import io.kontiki.metadata.PartitionRegistration;
import io.kontiki.metadata.TopicPartition;
import io.kontiki.metadata.UuidBytes;
import io.kontiki.proto.internal.v1.AssignDirectories;
import io.kontiki.proto.internal.v1.AssignDirectory;
import io.kontiki.proto.internal.v1.CommandReply;
import io.kontiki.proto.internal.v1.FailDirectories;
import io.kontiki.proto.internal.v1.FailReplicas;
import io.kontiki.proto.internal.v1.FailReplicas.FailedReplica;
import io.kontiki.proto.internal.v1.PartitionRef;
import io.kontiki.proto.internal.v1.PartitionReply;
import io.kontiki.proto.internal.v1.PartitionVersion;
import io.kontiki.proto.internal.v1.ProposeRequest;
import io.kontiki.proto.internal.v1.ProposeResponse;
import io.kontiki.proto.v1.ErrorReason;
import io.kontiki.quorum.Proposer;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
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
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells the quorum in which directories this broker's replicas are, and which directories and replicas have failed (rule
 * M10). One request is under way at a time and all that gathers meanwhile goes into the next, failures first; assignments,
 * for which nobody waits, also gather for a moment after the last ones. What gets no answer is said again until it does. That
 * a replica failed is said of the record as this broker knows it, and again of a newer one if it has changed: so a copy that
 * comes late hits nothing that was decided since (rule Q2). In return a replica must not be opened again before the quorum
 * {@link #isGivenUp has given it up}. Any thread.
 */
final class DirectoryReports {
    private static final Logger LOG = LoggerFactory.getLogger(DirectoryReports.class);
    private static final int BATCH_MAX = 1000;
    private static final long REPEAT_MILLIS = 500;

    /** Logs of new topics are made one after the other: a request for each would be an entry of the metadata log for each. */
    private static final long GATHER_MILLIS = 50;

    private final Proposer proposer;
    private final int brokerId;
    private final LongSupplier brokerEpoch;
    private final ScheduledExecutorService timer;
    private final Supplier<MetadataImage> metadata;
    private final Set<UUID> failedDirectories = new LinkedHashSet<>();
    private final Map<TopicPartition, CompletableFuture<Void>> failedReplicas = new LinkedHashMap<>();

    /** Of these, what no report that is under way tells yet. */
    private final Set<TopicPartition> failedAnew = new HashSet<>();

    /** Of these, what lost nothing: there was never room for it. */
    private final Set<TopicPartition> withoutRoom = new HashSet<>();

    private final Map<TopicPartition, AssignDirectory> assignments = new LinkedHashMap<>();
    private boolean underWay;

    /** Whether assignments wait for more of them. */
    private boolean gathering;

    /**
     * @param timer drops what comes after its end
     * @param metadata the latest image
     */
    DirectoryReports(
            Proposer proposer,
            int brokerId,
            LongSupplier brokerEpoch,
            ScheduledExecutorService timer,
            Supplier<MetadataImage> metadata) {
        this.proposer = proposer;
        this.brokerId = brokerId;
        this.brokerEpoch = brokerEpoch;
        this.timer = timer;
        this.metadata = metadata;
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
        return report(id, false);
    }

    /** This broker leads it, and never had room for its log: another one shall lead (rule R11). */
    void giveWay(TopicPartition id) {
        report(id, true);
    }

    private CompletableFuture<Void> report(TopicPartition id, boolean noRoom) {
        CompletableFuture<Void> known;
        synchronized (this) {
            if (!noRoom) {
                withoutRoom.remove(id);
            } else if (!failedReplicas.containsKey(id)) {
                withoutRoom.add(id);
            }
            known = failedReplicas.computeIfAbsent(id, key -> new CompletableFuture<>());
            failedAnew.add(id);
        }
        sendNext();
        return known;
    }

    /** Of a replica that failed before: a leader may have proposed it once more. */
    void failWhileCountedOn(TopicPartition id, PartitionRegistration record) {
        if (isCountedOn(record) && isKnown(id)) {
            failReplica(id);
        }
    }

    /**
     * Whether the quorum counts on the replica no more, and no report of a failure is left that could hit what takes its
     * place (rule Q2).
     */
    boolean isGivenUp(TopicPartition id, PartitionRegistration record) {
        return isKnown(id) && !isCountedOn(record);
    }

    /** Whether nothing is left to be said of a failure of the replica. */
    private synchronized boolean isKnown(TopicPartition id) {
        return !failedReplicas.containsKey(id);
    }

    private boolean isCountedOn(PartitionRegistration record) {
        return record.isr().contains(brokerId) || record.elr().contains(brokerId);
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
     * @param said takes from what is to be said what the quorum knows by this reply; under this object's lock. Gives whether
     *     all of it is known
     */
    private record Report(ProposeRequest request, Predicate<CommandReply> said) {}

    private Report next() {
        long epoch = brokerEpoch.getAsLong();
        if (!failedDirectories.isEmpty()) {
            List<UUID> batch = List.copyOf(failedDirectories);
            FailDirectories.Builder command =
                    FailDirectories.newBuilder().setBrokerId(brokerId).setBrokerEpoch(epoch);
            batch.forEach(id -> command.addDirectoryIds(UuidBytes.toBytes(id)));
            return new Report(
                    ProposeRequest.newBuilder().setFailDirectories(command).build(), reply -> {
                        batch.forEach(failedDirectories::remove);
                        return true;
                    });
        }
        if (!failedReplicas.isEmpty()) {
            return failure(head(failedReplicas.keySet()), epoch);
        }
        if (assignments.isEmpty() || gathering) {
            return null;
        }
        gathering = true;
        timer.schedule(this::endGathering, GATHER_MILLIS, TimeUnit.MILLISECONDS);
        return assignment(head(assignments.keySet()), epoch);
    }

    private void endGathering() {
        synchronized (this) {
            gathering = false;
        }
        sendNext();
    }

    private Report failure(List<TopicPartition> batch, long epoch) {
        FailReplicas.Builder command =
                FailReplicas.newBuilder().setBrokerId(brokerId).setBrokerEpoch(epoch);
        MetadataImage image = metadata.get();
        batch.forEach(id -> command.addReplicas(
                FailedReplica.newBuilder().setVersion(version(id, image)).setWithoutRoom(withoutRoom.contains(id))));
        batch.forEach(failedAnew::remove);
        return new Report(
                ProposeRequest.newBuilder().setFailReplicas(command).build(), reply -> onFailuresTold(batch, reply));
    }

    /** Of a partition that is gone the quorum knows no version, either. */
    private static PartitionVersion version(TopicPartition id, MetadataImage image) {
        return PartitionVersion.newBuilder()
                .setPartition(PartitionRef.newBuilder()
                        .setTopicId(UuidBytes.toBytes(id.topicId()))
                        .setPartition(id.partition()))
                .setPartitionEpoch(image.partition(id)
                        .map(PartitionRegistration::partitionEpoch)
                        .orElse(0))
                .build();
    }

    private boolean onFailuresTold(List<TopicPartition> batch, CommandReply reply) {
        List<PartitionReply> replies = reply.getPartitions().getPartitionsList();
        boolean all = replies.size() == batch.size();
        for (int i = 0; i < Math.min(batch.size(), replies.size()); i++) {
            TopicPartition id = batch.get(i);
            if (replies.get(i).getReason() == ErrorReason.ERROR_REASON_CONCURRENT_CHANGE) {
                all = false;
            } else if (!failedAnew.contains(id)) {
                CompletableFuture<Void> known = failedReplicas.remove(id);
                withoutRoom.remove(id);
                // Not under the lock, and not on the quorum's thread.
                timer.execute(() -> known.complete(null));
            }
        }
        return all;
    }

    private Report assignment(List<TopicPartition> batch, long epoch) {
        AssignDirectories.Builder command =
                AssignDirectories.newBuilder().setBrokerId(brokerId).setBrokerEpoch(epoch);
        Map<TopicPartition, AssignDirectory> sent = new LinkedHashMap<>();
        batch.forEach(id -> sent.put(id, assignments.get(id)));
        command.addAllReplicas(sent.values());
        // A newer assignment of the same replica stays to be said.
        return new Report(
                ProposeRequest.newBuilder().setAssignDirectories(command).build(), reply -> {
                    sent.forEach(assignments::remove);
                    return true;
                });
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
                boolean all;
                synchronized (this) {
                    all = report.said().test(response.getReply());
                    underWay = !all;
                }
                if (all) {
                    sendNext();
                } else {
                    // By then the newer record may have come.
                    timer.schedule(this::sendAgain, REPEAT_MILLIS, TimeUnit.MILLISECONDS);
                }
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
