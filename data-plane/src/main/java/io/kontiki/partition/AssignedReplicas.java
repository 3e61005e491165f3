package io.kontiki.partition;

import io.kontiki.metadata.LocalMetadata;
import io.kontiki.metadata.MetadataDelta;
import io.kontiki.metadata.MetadataImage;
import io.kontiki.metadata.MetadataPublisher;
import io.kontiki.metadata.PartitionRegistration;
import io.kontiki.metadata.TopicConfig;
import io.kontiki.metadata.TopicImage;
import io.kontiki.metadata.TopicPartition;
import io.kontiki.metadata.TopicsImage;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
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
 * The replicas that the metadata gives to this broker. Has their logs opened, tells them what changed, and ends those that
 * it holds no longer, on a thread of its own. Leaders are told in the order of the metadata; what is opened and closed goes by
 * the newest. Any thread may call, except where it says so.
 *
 * <pre>
 *   assigned --> {@link UnopenedReplicas} --> open ---- damage ----> waits for another leader
 *                        ^                     |                            |
 *                        |                     v                            v
 *                        |     topic deleted, or replica taken away:    in repair
 *                        |                being deleted                     |
 *                        +--------------------------------------------------+
 * </pre>
 *
 * While a log is in repair or being deleted, nothing is opened under its name: a topic of the same name waits.
 */
final class AssignedReplicas implements MetadataPublisher, UnopenedReplicas.Listener, AutoCloseable {
    /** Makes the partition of a log that was opened. */
    interface Start {
        Partition start(TopicPartition id, TopicImage topic, PartitionLogs.Placed log);
    }

    /** @param partitions see {@link TopicImage#changedSince} */
    private record TopicChange(TopicImage topic, List<Integer> partitions) {}

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

    /** Owned by the thread, as are the fields below. */
    private final UnopenedReplicas unopened;

    /** Replicas with damage, until another one leads, which has what is lost here (rule L12). */
    private final Set<TopicPartition> damaged = new HashSet<>();

    /** As of the last change: what is the same in the next one concerns nobody. */
    private TopicsImage told = TopicsImage.EMPTY;

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
        this.unopened = new UnopenedReplicas(brokerId, metadata, logs, open, reports, this::execute, this, system);
    }

    /**
     * Begins to follow the metadata.
     *
     * @param epoch of this broker's registration
     * @return completes, on any thread, when the quorum knows of each replica that is not where it should be
     */
    CompletableFuture<Void> follow(long epoch) {
        brokerEpoch = epoch;
        every(OPEN_AGAIN_SECONDS, unopened::retry);
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
        if (!delta.isOfGroupsOnly()) {
            execute(() -> apply(delta, image));
        }
    }

    private void apply(MetadataDelta delta, MetadataImage image) {
        // Leaders first: all else takes time, and an election must not wait for it.
        List<TopicChange> changes = changes(delta, image);
        changes.forEach(change -> tellReplicas(change, image));
        if (!delta.changedBrokers().isEmpty() || !delta.removedBrokers().isEmpty()) {
            open.all()
                    .forEach(partition -> image.partition(partition.id())
                            .ifPresent(record -> partition.onMetadata(record, image.brokers())));
        }
        endTopics(delta.removedTopics());
        for (TopicChange change : changes) {
            endRemoved(change);
            change.partitions().forEach(number -> unopened.open(change.topic(), number));
        }
        knowsItsReplicas |= image.position().index() >= brokerEpoch;
        onSettled();
    }

    /**
     * Of a topic of thousands of partitions most changes concern a few: the others are not looked at, and their replicas are
     * not told. No replica needs to be told again of what it knows: those that were opened meanwhile were told all then.
     */
    private List<TopicChange> changes(MetadataDelta delta, MetadataImage image) {
        List<TopicChange> changes = new ArrayList<>();
        for (UUID id : delta.changedTopics()) {
            image.topic(id).ifPresent(topic -> changes.add(new TopicChange(topic, topic.changedSince(told.topic(id)))));
        }
        told = image.topics();
        return changes;
    }

    @Override
    public void onSettled() {
        if (knowsItsReplicas && unopened.isSettled()) {
            logs.setStraysAside(unopened.names());
            // Each later time at once, and without effect.
            unopened.lostAreKnown().thenRun(() -> placed.complete(null));
        }
    }

    private void tellReplicas(TopicChange change, MetadataImage image) {
        TopicImage topic = change.topic();
        TopicConfig config = latestConfig(topic);
        for (int number : change.partitions()) {
            open.find(new TopicPartition(topic.id(), number)).ifPresent(known -> {
                tell(known, topic, config, image);
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

    /** Once for all partitions of a topic: to parse it takes longer than to tell one of them. */
    private TopicConfig latestConfig(TopicImage topic) {
        return metadata.current().topic(topic.id()).orElse(topic).config();
    }

    private void tell(Partition partition, TopicImage topic, TopicConfig config, MetadataImage image) {
        PartitionRegistration record = topic.partitions().get(partition.id().partition());
        if (partition.dir().id().filter(record.directoryOf(brokerId)::equals).isPresent()) {
            deletions.deleteMoved(partition.id());
        }
        partition.configure(logs.settings(config));
        partition.configure(config.flush());
        partition.onMetadata(record, image.brokers());
        if (damaged.contains(partition.id())) {
            reports.failWhileCountedOn(partition.id(), record);
        }
    }

    // ---- Opening

    /**
     * Whether there is no log of the replica here, and none to wait for (rule M9): it was looked for in vain, and no directory
     * is offline that may have it. One that is there and cannot be opened is not lost. Any thread.
     */
    CompletableFuture<Boolean> isLost(TopicPartition id) {
        CompletableFuture<Boolean> lost = new CompletableFuture<>();
        execute(() -> lost.complete(unopened.isLost(id)
                && metadata.current()
                        .partition(id)
                        .filter(record -> !logs.mayComeBack(record.directoryOf(brokerId)))
                        .isPresent()));
        return lost;
    }

    @Override
    public void onOpened(TopicPartition id, TopicImage topic, MetadataImage image, PartitionLogs.Placed log) {
        Partition partition = start.start(id, topic, log);
        open.add(partition);
        tell(partition, topic, latestConfig(topic), image);
        open.assign(partition, topic.partitions().get(id.partition()).directoryOf(brokerId));
    }

    @Override
    public void onUnwanted(PartitionLogs.Placed log) {
        delete(log);
    }

    /** What was to be opened there is opened elsewhere. */
    void onOffline(LogDir dir) {
        execute(() -> unopened.onOffline(dir));
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
            } else if (!reports.isGivenUp(id, record.get())) {
                reports.failWhileCountedOn(id, record.get());
            } else if (record.get().hasLeader()) {
                damaged.remove(id);
                open.find(id)
                        .ifPresent(partition -> close(
                                partition,
                                closed -> repairs.begin(closed, () -> execute(() -> unopened.reopen(id, closed)))));
            }
        }
    }

    // ---- The end

    /** Ends a replica; its log has ended, and is not closed, when {@code closed} gets it, on the event loop. */
    private void close(Partition partition, Consumer<PartitionLogs.Placed> closed) {
        open.remove(partition);
        unopened.reserve(partition.name());
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
    private void endRemoved(TopicChange change) {
        TopicImage topic = change.topic();
        List<PartitionRegistration> latest =
                metadata.current().topic(topic.id()).orElse(topic).partitions();
        for (int number : change.partitions()) {
            if (!latest.get(number).hasReplica(brokerId)) {
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
        deletions.delete(closed, () -> execute(() -> unopened.free(closed.log().directory())));
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
        unopened.close();
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
