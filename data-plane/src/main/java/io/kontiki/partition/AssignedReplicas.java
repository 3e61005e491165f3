package io.kontiki.partition;

import io.kontiki.metadata.LocalMetadata;
import io.kontiki.metadata.MetadataDelta;
import io.kontiki.metadata.MetadataImage;
import io.kontiki.metadata.MetadataPublisher;
import io.kontiki.metadata.PartitionRegistration;
import io.kontiki.metadata.TopicImage;
import io.kontiki.metadata.TopicPartition;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The replicas that the metadata gives to this broker. Opens their logs, tells them what changed, and ends those that it
 * holds no longer, on a thread of its own and in the order of the metadata. Any thread may call, except where it says so.
 *
 * <pre>
 *               not where the quorum has it, or cannot be opened
 *   assigned --------------------------------------------------> missing --+
 *      |                                                            ^      | again and again, once the
 *      v                                     still cannot be opened |      v quorum counts on it no more
 *    open ---- damage ----> waits for another leader ----> in repair --> open
 *      |
 *      +------ topic deleted, or replica taken away ----> being deleted
 * </pre>
 *
 * While a log is in repair or being deleted, nothing is opened under its name: a topic of the same name waits.
 */
final class AssignedReplicas implements MetadataPublisher, AutoCloseable {
    /** Makes the partition of a log that was opened. */
    interface Start {
        Partition start(TopicPartition id, TopicImage topic, PartitionLogs.Placed log);
    }

    private static final Logger LOG = LoggerFactory.getLogger(AssignedReplicas.class);

    /** Soon, for until then the partition is short of a replica; where nothing is missing, a look costs nothing. */
    private static final long OPEN_AGAIN_SECONDS = 2;

    /** Not at once: a replica that fails again and again must not keep the quorum busy. */
    private static final long REPAIR_SECONDS = 5;

    private final int brokerId;
    private final LocalMetadata metadata;
    private final PartitionLogs logs;
    private final OpenReplicas open;
    private final DirectoryReports reports;
    private final LogMoves moves;
    private final ScheduledExecutorService timer;
    private final Start start;
    private final Consumer<Throwable> faults;
    private final LogRepair repairs;
    private final LogDeletions deletions;

    /** Changes that come after the end are dropped. */
    private final ExecutorService thread;

    /** What is to be opened, one after the other: other events come between. Owned by the thread, as are the fields below. */
    private final Set<TopicPartition> toOpen = new LinkedHashSet<>();

    /** What could not be opened yet, and whether the quorum was told so. */
    private final Map<TopicPartition, Boolean> missing = new HashMap<>();

    /** Replicas with damage, until another one leads, which has what is lost here (rule L12). */
    private final Set<TopicPartition> damaged = new HashSet<>();

    /** Names of logs that are in repair or being deleted. */
    private final Set<String> busy = new HashSet<>();

    /** Reports of the first image. */
    private final List<CompletableFuture<Void>> lost = new ArrayList<>();

    /** Whether the metadata is as far as this broker's registration. */
    private boolean knowsItsReplicas;

    private final CompletableFuture<Void> placed = new CompletableFuture<>();
    private volatile long brokerEpoch;

    /**
     * @param logs the recovered logs; those that the metadata gives to this broker are taken from it
     * @param open where those that are open are kept
     * @param timer wakes this object's thread; does nothing that blocks
     * @param faults told of what this broker cannot go on after, which is a defect
     */
    AssignedReplicas(
            int brokerId,
            LocalMetadata metadata,
            PartitionLogs logs,
            OpenReplicas open,
            DirectoryReports reports,
            LogMoves moves,
            ScheduledExecutorService timer,
            Start start,
            Threads system,
            Consumer<Throwable> faults) {
        this.brokerId = brokerId;
        this.metadata = metadata;
        this.logs = logs;
        this.open = open;
        this.reports = reports;
        this.moves = moves;
        this.timer = timer;
        this.start = start;
        this.faults = faults;
        this.thread = system.pool("kontiki-partitions", 1);
        this.repairs = new LogRepair(logs.dirs(), system);
        this.deletions = new LogDeletions(logs, system);
    }

    /**
     * Begins to follow the metadata.
     *
     * @param epoch of this broker's registration
     * @return completes, on any thread, when the quorum knows of each replica that is not where it should be
     */
    CompletableFuture<Void> follow(long epoch) {
        brokerEpoch = epoch;
        every(OPEN_AGAIN_SECONDS, this::openMissing);
        every(REPAIR_SECONDS, this::repairReplaced);
        deletions.start();
        logs.dirs().stream().filter(LogDir::isOffline).forEach(open::onOffline);
        metadata.addPublisher(this);
        return placed;
    }

    private void every(long seconds, Runnable event) {
        timer.scheduleWithFixedDelay(() -> execute(event), seconds, seconds, TimeUnit.SECONDS);
    }

    /** Runs it when all replicas that are open were told of the changes that were published so far. */
    void afterChanges(Runnable event) {
        execute(event);
    }

    /** Runs it on this object's thread. */
    private void execute(Runnable event) {
        thread.execute(() -> {
            try {
                event.run();
            } catch (RuntimeException | Error e) {
                // A change of which a part is lost cannot be made up for.
                LOG.error("Cannot go on with the replicas of this broker", e);
                faults.accept(e);
            }
        });
    }

    // ---- Metadata

    @Override
    public void onMetadata(MetadataDelta delta, MetadataImage image) {
        if (!delta.isEmpty()) {
            execute(() -> apply(delta, image));
        }
    }

    private void apply(MetadataDelta delta, MetadataImage image) {
        // Leaders first: all else takes time, and an election must not wait for it.
        for (UUID topicId : delta.changedTopics()) {
            image.topic(topicId).ifPresent(topic -> tellReplicas(topic, image));
        }
        if (!delta.changedBrokers().isEmpty() || !delta.removedBrokers().isEmpty()) {
            open.all()
                    .forEach(partition -> image.partition(partition.id())
                            .ifPresent(record -> partition.onMetadata(record, image.brokers())));
        }
        endTopics(delta.removedTopics());
        for (UUID topicId : delta.changedTopics()) {
            image.topic(topicId).ifPresent(topic -> {
                endRemoved(topic);
                openReplicas(topic);
            });
        }
        knowsItsReplicas |= image.position().index() >= brokerEpoch;
        afterOpening();
    }

    private void afterOpening() {
        if (knowsItsReplicas && toOpen.isEmpty()) {
            logs.setStraysAside(missing.keySet());
            // Each later time at once, and without effect.
            CompletableFuture.allOf(lost.toArray(CompletableFuture<?>[]::new)).thenRun(() -> placed.complete(null));
            lost.clear();
        }
    }

    private void tellReplicas(TopicImage topic, MetadataImage image) {
        for (int number = 0; number < topic.partitions().size(); number++) {
            open.find(new TopicPartition(topic.id(), number)).ifPresent(known -> {
                tell(known, topic, image);
                assignAgain(known, topic.partitions().get(known.id().partition()));
            });
        }
    }

    /** A replica that was taken away and given back, seen as one change (rule Q8), is in its directory still. */
    private void assignAgain(Partition partition, PartitionRegistration record) {
        if (record.hasReplica(brokerId) && record.directoryOf(brokerId).equals(PartitionRegistration.UNASSIGNED)) {
            open.assign(partition, PartitionRegistration.UNASSIGNED);
        }
    }

    private void tell(Partition partition, TopicImage topic, MetadataImage image) {
        PartitionRegistration record = topic.partitions().get(partition.id().partition());
        if (partition.dir().id().filter(record.directoryOf(brokerId)::equals).isPresent()) {
            deletions.deleteMoved(partition.id());
        }
        partition.configure(logs.settings(topic.config()));
        partition.configure(topic.config().flush());
        partition.onMetadata(record, image.brokers());
    }

    /**
     * Whether the quorum counts on the replica no more, and no report of a failure is left that could hit what takes its
     * place (rule Q2).
     */
    private boolean isGivenUp(TopicPartition id, PartitionRegistration record) {
        return reports.knowsFailureOf(id) && !isCountedOn(record);
    }

    /** A leader may have proposed it once more, when it had failed already. */
    private void tellAgain(TopicPartition id, PartitionRegistration record) {
        if (reports.knowsFailureOf(id) && isCountedOn(record)) {
            reports.failReplica(id);
        }
    }

    private boolean isCountedOn(PartitionRegistration record) {
        return record.isr().contains(brokerId) || record.elr().contains(brokerId);
    }

    // ---- Opening

    private void openReplicas(TopicImage topic) {
        for (int number = 0; number < topic.partitions().size(); number++) {
            TopicPartition id = new TopicPartition(topic.id(), number);
            if (topic.partitions().get(number).hasReplica(brokerId)
                    && open.find(id).isEmpty()
                    && !missing.containsKey(id)) {
                openSoon(id);
            }
        }
    }

    /** Opening takes time, for which neither elections nor leases may wait. */
    private void openSoon(TopicPartition id) {
        if (toOpen.add(id) && toOpen.size() == 1) {
            execute(this::openNext);
        }
    }

    private void openNext() {
        TopicPartition id = toOpen.iterator().next();
        toOpen.remove(id);
        MetadataImage image = metadata.current();
        held(id, image).ifPresentOrElse(topic -> openAssigned(id, topic, image), () -> missing.remove(id));
        if (!toOpen.isEmpty()) {
            execute(this::openNext);
        }
        afterOpening();
    }

    private void openAssigned(TopicPartition id, TopicImage topic, MetadataImage image) {
        String name = topic.name() + "-" + id.partition();
        PartitionRegistration record = topic.partitions().get(id.partition());
        UUID assigned = record.directoryOf(brokerId);
        if (open.find(id).isPresent() || busy.contains(name)) {
            return;
        }
        boolean neverHeld = assigned.equals(PartitionRegistration.UNASSIGNED);
        if (missing.containsKey(id)) {
            if (isGivenUp(id, record) || neverHeld && !missing.get(id)) {
                open(id, topic, image);
            }
        } else if (neverHeld || logs.isIn(id, assigned) || logs.isMovedFrom(id, assigned)) {
            open(id, topic, image);
        } else {
            reportLost(id, name, assigned);
        }
    }

    /** Rule R12: nothing is put in the place of a log that is gone before the quorum counts on it no more. */
    private void reportLost(TopicPartition id, String name, UUID assigned) {
        LOG.error("The log of {} is not in directory {}, where it should be", name, assigned);
        missing.put(id, true);
        lost.add(reports.failReplica(id));
    }

    /** The topic of a partition, if this broker is to hold a replica. */
    private Optional<TopicImage> held(TopicPartition id, MetadataImage image) {
        return image.topic(id.topicId())
                .filter(topic -> topic.partitions().get(id.partition()).hasReplica(brokerId));
    }

    /** Also what was lost, if the quorum knows by now. */
    private void openMissing() {
        MetadataImage image = metadata.current();
        Map<LogDir, Integer> planned = new HashMap<>();
        for (TopicPartition id : missing.keySet()) {
            Optional<TopicImage> topic = held(id, image);
            if (missing.get(id)) {
                topic.ifPresent(held -> tellAgain(id, held.partitions().get(id.partition())));
            }
            if (topic.isEmpty() || !isAssignedElsewhere(id, topic.get(), planned)) {
                openSoon(id);
            }
        }
    }

    /**
     * A replica whose directory is gone for good is filled by the leader in another one; of a partition without a leader
     * nobody could fill it, and the directory may hold what is left. First the quorum has to know where it will be: then,
     * and not before, an empty log is made there (rule R12).
     */
    private boolean isAssignedElsewhere(TopicPartition id, TopicImage topic, Map<LogDir, Integer> planned) {
        PartitionRegistration record = topic.partitions().get(id.partition());
        UUID lost = record.directoryOf(brokerId);
        if (!isGivenUp(id, record)) {
            return false;
        }
        Optional<LogDir> other = record.hasLeader() ? logs.inPlaceOf(lost, planned) : Optional.empty();
        other.ifPresent(dir -> {
            LOG.warn(
                    "Directory {} is gone: the log of {}-{} will be made anew in {}",
                    lost,
                    topic.name(),
                    id.partition(),
                    dir);
            reports.assign(id, dir.id().orElseThrow(), lost);
        });
        return other.isPresent();
    }

    /**
     * Nothing is lost where only the room for a new log lacks (rule R11), but a replica that failed counts as one that lost
     * something. So a follower waits, and leaves the ISR by its lag; and a leader lets another one lead.
     */
    private void open(TopicPartition id, TopicImage topic, MetadataImage image) {
        PartitionRegistration record = topic.partitions().get(id.partition());
        Optional<PartitionLogs.Placed> found =
                logs.take(id, topic.name() + "-" + id.partition(), topic.config(), record.directoryOf(brokerId));
        if (found.isPresent()) {
            missing.remove(id);
            begin(id, topic, image, found.get());
        } else {
            boolean told = missing.getOrDefault(id, false);
            boolean failed = logs.hasRoom(record.directoryOf(brokerId));
            if (failed && !told) {
                reports.failReplica(id);
            } else if (!failed && record.leader() == brokerId) {
                reports.giveWay(id);
            }
            missing.put(id, told || failed);
        }
    }

    private void begin(TopicPartition id, TopicImage topic, MetadataImage image, PartitionLogs.Placed log) {
        Partition partition = start.start(id, topic, log);
        open.add(partition);
        tell(partition, topic, image);
        open.assign(partition, topic.partitions().get(id.partition()).directoryOf(brokerId));
    }

    // ---- Repair

    /** Rule L12. */
    void onReplicaFailed(TopicPartition id) {
        reports.failReplica(id);
        execute(() -> damaged.add(id));
    }

    private void repairReplaced() {
        MetadataImage image = metadata.current();
        for (TopicPartition id : List.copyOf(damaged)) {
            Optional<PartitionRegistration> record = image.partition(id);
            if (record.isEmpty()) {
                damaged.remove(id);
            } else if (!isGivenUp(id, record.get())) {
                tellAgain(id, record.get());
            } else if (record.get().hasLeader()) {
                damaged.remove(id);
                open.find(id)
                        .ifPresent(partition -> close(
                                partition,
                                closed -> repairs.begin(closed, () -> execute(() -> openRepaired(id, closed)))));
            }
        }
    }

    private void openRepaired(TopicPartition id, PartitionLogs.Placed closed) {
        MetadataImage image = metadata.current();
        Optional<TopicImage> topic = held(id, image);
        if (topic.isEmpty()) {
            delete(closed);
            return;
        }
        busy.remove(closed.log().directory());
        Optional<PartitionLogs.Placed> opened =
                logs.openAgain(closed, id, topic.get().config());
        if (opened.isPresent()) {
            begin(id, topic.get(), image, opened.get());
        } else {
            missing.put(id, true);
        }
    }

    // ---- The end

    /** Ends a replica; its log has ended, and is not closed, when {@code closed} gets it, on the event loop. */
    private void close(Partition partition, Consumer<PartitionLogs.Placed> closed) {
        open.remove(partition);
        busy.add(partition.name());
        partition.stop(closed);
    }

    private void endTopics(Set<UUID> topicIds) {
        if (topicIds.isEmpty()) {
            return;
        }
        for (Partition partition : List.copyOf(open.all())) {
            if (topicIds.contains(partition.id().topicId())) {
                end(partition, "its topic was deleted");
            }
        }
    }

    /** Rule M11: replicas that other brokers hold now, or that were to be added here and are not any more. */
    private void endRemoved(TopicImage topic) {
        for (int number = 0; number < topic.partitions().size(); number++) {
            if (!topic.partitions().get(number).hasReplica(brokerId)) {
                open.find(new TopicPartition(topic.id(), number))
                        .ifPresent(partition -> end(partition, "its replica here was taken away"));
            }
        }
    }

    private void end(Partition partition, String why) {
        LOG.info("Deleting {}: {}", partition.name(), why);
        moves.forget(partition.id());
        close(partition, this::delete);
        // After it: of a move that ends meanwhile, either side finds the old log.
        deletions.deleteMoved(partition.id());
    }

    private void delete(PartitionLogs.Placed closed) {
        deletions.delete(closed, () -> execute(() -> free(closed.log().directory())));
    }

    /** The name of a log is free again: a topic of that name may have come meanwhile. */
    private void free(String log) {
        busy.remove(log);
        MetadataImage image = metadata.current();
        image.topic(log.substring(0, log.lastIndexOf('-'))).ifPresent(this::openReplicas);
    }

    /** Also deletes the old log if the topic was deleted meanwhile: nobody else would. */
    void onMoved(Partition partition, LogDir from, String log) {
        logs.moved().add(partition.id(), from, log);
        if (open.find(partition.id()).filter(partition::equals).isPresent()) {
            open.assign(partition, from.id().orElseThrow());
        } else {
            deletions.deleteMoved(partition.id());
        }
    }

    /** Takes no more changes. The partitions stay as they are. */
    @Override
    public void close() {
        thread.shutdown();
        try {
            thread.awaitTermination(30, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        deletions.close();
        repairs.close();
    }
}
