package io.kontiki.partition;

import io.kontiki.metadata.LocalMetadata;
import io.kontiki.metadata.MetadataDelta;
import io.kontiki.metadata.MetadataImage;
import io.kontiki.metadata.MetadataPublisher;
import io.kontiki.metadata.PartitionRegistration;
import io.kontiki.metadata.TopicImage;
import io.kontiki.metadata.TopicPartition;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The replicas that the metadata gives to this broker. Opens their logs, tells them what changed, and ends those that it
 * holds no longer, on a thread of its own and in the order of the metadata. Look-ups may come from any thread.
 */
final class AssignedReplicas implements MetadataPublisher, AutoCloseable {
    /** Makes the partition of a log that was opened. */
    interface Start {
        Partition start(TopicPartition id, TopicImage topic, PartitionLogs.Placed log);
    }

    private static final Logger LOG = LoggerFactory.getLogger(AssignedReplicas.class);

    private static final long OPEN_AGAIN_SECONDS = 10;
    private static final long REPAIR_SECONDS = 5;

    private final int brokerId;
    private final LocalMetadata metadata;
    private final PartitionLogs directory;
    private final DirectoryReports reports;
    private final LogMoves moves;
    private final ScheduledExecutorService timer;
    private final Start start;
    private final Consumer<Throwable> faults;
    private final Map<TopicPartition, Partition> partitions = new ConcurrentHashMap<>();

    /** Changes that come after the end are dropped. */
    private final ExecutorService thread = new ThreadPoolExecutor(
            1,
            1,
            0,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(),
            task -> {
                Thread daemon = new Thread(task, "kontiki-partitions");
                daemon.setDaemon(true);
                return daemon;
            },
            new ThreadPoolExecutor.DiscardPolicy());

    /** What could not be opened yet. Owned by the thread. */
    private final Set<TopicPartition> missing = new HashSet<>();

    /** Owned by the thread. */
    private final DamagedReplicas damaged;

    /** Reports of the first image. Owned by the thread. */
    private final List<CompletableFuture<Void>> lost = new ArrayList<>();

    private final CompletableFuture<Void> placed = new CompletableFuture<>();
    private volatile long brokerEpoch;

    /**
     * @param directory the recovered logs; those that the metadata gives to this broker are taken from it
     * @param timer does what may block on a disk
     * @param faults told of what this broker cannot go on after, which is a defect
     */
    AssignedReplicas(
            int brokerId,
            LocalMetadata metadata,
            PartitionLogs directory,
            DirectoryReports reports,
            LogMoves moves,
            ScheduledExecutorService timer,
            Start start,
            Consumer<Throwable> faults) {
        this.brokerId = brokerId;
        this.metadata = metadata;
        this.directory = directory;
        this.reports = reports;
        this.moves = moves;
        this.timer = timer;
        this.start = start;
        this.faults = faults;
        this.damaged = new DamagedReplicas(this, timer);
    }

    /**
     * Begins to follow the metadata.
     *
     * @param epoch of this broker's registration
     * @return completes, on any thread, when the quorum knows of each replica that is not where it should be
     */
    CompletableFuture<Void> follow(long epoch) {
        brokerEpoch = epoch;
        timer.scheduleWithFixedDelay(
                () -> execute(this::openMissing), OPEN_AGAIN_SECONDS, OPEN_AGAIN_SECONDS, TimeUnit.SECONDS);
        timer.scheduleWithFixedDelay(
                () -> execute(() -> damaged.repairReplaced(metadata.current())),
                REPAIR_SECONDS,
                REPAIR_SECONDS,
                TimeUnit.SECONDS);
        directory.dirs().stream().filter(LogDir::isOffline).forEach(this::onOffline);
        metadata.addPublisher(this);
        return placed;
    }

    /** Those that are open now. Any thread. */
    Collection<Partition> all() {
        return Collections.unmodifiableCollection(partitions.values());
    }

    /** Any thread. */
    Optional<Partition> find(TopicPartition id) {
        return Optional.ofNullable(partitions.get(id));
    }

    /** Runs it on this object's thread. */
    void execute(Runnable event) {
        thread.execute(event);
    }

    // ---- Failures

    /** Rule M10. Any thread. */
    void onOffline(LogDir dir) {
        dir.id().ifPresent(reports::failDirectory);
        partitions.values().stream()
                .filter(partition -> partition.dir() == dir)
                .forEach(partition -> failWith(dir, partition));
    }

    private void failWith(LogDir dir, Partition partition) {
        partition.fail(dir.status().reason());
        // The quorum may not know yet that it is in this directory.
        reports.failReplica(partition.id());
    }

    /** Rule L12. Any thread. */
    void onReplicaFailed(TopicPartition id) {
        reports.failReplica(id);
        execute(() -> damaged.add(id));
    }

    boolean isCountedOn(PartitionRegistration record) {
        return record.isr().contains(brokerId) || record.elr().contains(brokerId);
    }

    /** For the repair of its log, which ends in {@link #openAgain}. */
    void release(TopicPartition id) {
        partitions.remove(id);
    }

    /** Goes on with a log that was closed. */
    void openAgain(TopicPartition id, PartitionLogs.Placed closed) {
        MetadataImage image = metadata.current();
        Optional<TopicImage> topic = image.topic(id.topicId());
        if (topic.isEmpty()) {
            directory.delete(closed);
            return;
        }
        Optional<PartitionLogs.Placed> opened =
                directory.openAgain(closed, id, topic.get().config());
        if (opened.isPresent()) {
            begin(id, topic.get(), image, opened.get());
        } else {
            missing.add(id);
        }
    }

    // ---- Metadata

    @Override
    public void onMetadata(MetadataDelta delta, MetadataImage image) {
        if (!delta.isEmpty()) {
            execute(() -> applySafely(delta, image));
        }
    }

    private void applySafely(MetadataDelta delta, MetadataImage image) {
        try {
            apply(delta, image);
        } catch (RuntimeException | Error e) {
            // A change of which a part is lost cannot be made up for.
            LOG.error("Cannot take the metadata of {}", image.position(), e);
            faults.accept(e);
        }
    }

    private void apply(MetadataDelta delta, MetadataImage image) {
        delta.removedTopics().forEach(this::endTopic);
        // Leaders first: opening a log takes time, and an election must not wait for it.
        for (UUID topicId : delta.changedTopics()) {
            image.topic(topicId).ifPresent(topic -> tellReplicas(topic, image));
        }
        for (UUID topicId : delta.changedTopics()) {
            image.topic(topicId).ifPresent(topic -> openReplicas(topic, image));
        }
        if (!delta.changedBrokers().isEmpty() || !delta.removedBrokers().isEmpty()) {
            partitions.forEach((id, partition) ->
                    image.partition(id).ifPresent(record -> partition.onMetadata(record, image.brokers())));
        }
        if (image.position().index() >= brokerEpoch) {
            directory.setStraysAside();
            // Each later time at once, and without effect.
            CompletableFuture.allOf(lost.toArray(CompletableFuture<?>[]::new)).thenRun(() -> placed.complete(null));
            lost.clear();
        }
    }

    private void tellReplicas(TopicImage topic, MetadataImage image) {
        for (int number = 0; number < topic.partitions().size(); number++) {
            Partition known = partitions.get(new TopicPartition(topic.id(), number));
            if (known != null) {
                tell(known, topic, image);
            }
        }
    }

    private void tell(Partition partition, TopicImage topic, MetadataImage image) {
        PartitionRegistration record = topic.partitions().get(partition.id().partition());
        if (directory.moved().holds(partition.id())
                && partition
                        .dir()
                        .id()
                        .filter(record.directoryOf(brokerId)::equals)
                        .isPresent()) {
            timer.execute(() -> directory.moved().delete(partition.id()));
        }
        partition.configure(directory.settings(topic.config()));
        partition.configure(topic.config().flush());
        partition.onMetadata(record, image.brokers());
    }

    // ---- Opening

    private void openReplicas(TopicImage topic, MetadataImage image) {
        for (int number = 0; number < topic.partitions().size(); number++) {
            TopicPartition id = new TopicPartition(topic.id(), number);
            PartitionRegistration record = topic.partitions().get(number);
            if (partitions.containsKey(id)
                    || missing.contains(id)
                    || damaged.isInRepair(id)
                    || !record.hasReplica(brokerId)) {
                continue;
            }
            UUID assigned = record.directoryOf(brokerId);
            if (assigned.equals(PartitionRegistration.UNASSIGNED)
                    || directory.isIn(id, assigned)
                    || directory.isMovedFrom(id, assigned)) {
                open(id, topic, image);
            } else {
                reportLost(id, topic.name() + "-" + number, assigned);
            }
        }
    }

    /** Rule R12: nothing is put in the place of a log that is gone before the quorum counts on it no more. */
    private void reportLost(TopicPartition id, String name, UUID assigned) {
        LOG.error("The log of {} is not in directory {}, where it should be", name, assigned);
        missing.add(id);
        lost.add(reports.failReplica(id));
    }

    /** Also what was lost, if the quorum knows by now. */
    private void openMissing() {
        MetadataImage image = metadata.current();
        for (TopicPartition id : List.copyOf(missing)) {
            Optional<TopicImage> topic = image.topic(id.topicId());
            if (topic.isEmpty()) {
                missing.remove(id);
            } else if (!isCountedOn(image.partition(id).orElseThrow())) {
                open(id, topic.get(), image);
            }
        }
    }

    private void open(TopicPartition id, TopicImage topic, MetadataImage image) {
        PartitionRegistration record = topic.partitions().get(id.partition());
        UUID assigned = record.directoryOf(brokerId);
        Optional<PartitionLogs.Placed> found =
                directory.take(id, topic.name() + "-" + id.partition(), topic.config(), assigned);
        if (found.isEmpty()) {
            if (missing.add(id)) {
                reports.failReplica(id);
            }
            return;
        }
        missing.remove(id);
        begin(id, topic, image, found.get());
    }

    private void begin(TopicPartition id, TopicImage topic, MetadataImage image, PartitionLogs.Placed log) {
        UUID assigned = topic.partitions().get(id.partition()).directoryOf(brokerId);
        Partition partition = start.start(id, topic, log);
        partitions.put(id, partition);
        tell(partition, topic, image);
        assign(partition, assigned);
    }

    private void assign(Partition partition, UUID assigned) {
        LogDir dir = partition.dir();
        UUID present = dir.id().orElseThrow();
        if (!present.equals(assigned)) {
            reports.assign(partition.id(), present, assigned);
        }
        if (dir.isOffline()) {
            failWith(dir, partition); // It failed meanwhile, and may not have found this one.
        }
    }

    /** Also deletes the old log if the topic was deleted meanwhile: nobody else would. Any thread. */
    void onMoved(Partition partition, LogDir from, String log) {
        directory.moved().add(partition.id(), from, log);
        if (partitions.get(partition.id()) == partition) {
            assign(partition, from.id().orElseThrow());
        } else {
            directory.moved().delete(partition.id());
        }
    }

    // ---- The end

    private void endTopic(UUID topicId) {
        partitions.values().stream()
                .filter(partition -> partition.id().topicId().equals(topicId))
                .map(this::end)
                .toList()
                .forEach(this::deleteWhenEnded);
    }

    private CompletableFuture<PartitionLogs.Placed> end(Partition partition) {
        LOG.info("Deleting {}: its topic was deleted", partition.name());
        partitions.remove(partition.id());
        moves.forget(partition.id());
        timer.execute(() -> directory.moved().delete(partition.id()));
        CompletableFuture<PartitionLogs.Placed> ended = new CompletableFuture<>();
        partition.stop(ended::complete);
        return ended;
    }

    /** Before the next change is applied: a topic of the same name may follow, whose logs take the same directories. */
    private void deleteWhenEnded(CompletableFuture<PartitionLogs.Placed> ended) {
        directory.delete(ended.join());
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
    }
}
