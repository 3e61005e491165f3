package io.kontiki.partition;

import io.kontiki.log.CleanEnd;
import io.kontiki.metadata.LocalMetadata;
import io.kontiki.metadata.MetadataDelta;
import io.kontiki.metadata.MetadataImage;
import io.kontiki.metadata.MetadataPublisher;
import io.kontiki.metadata.PartitionRegistration;
import io.kontiki.metadata.TopicImage;
import io.kontiki.metadata.TopicPartition;
import io.kontiki.proto.v1.ErrorReason;
import io.kontiki.quorum.Proposer;
import io.kontiki.replication.PartitionReplica;
import io.kontiki.replication.ReplicaIdentity;
import io.kontiki.replication.ReplicaOptions;
import io.kontiki.storage.StorageException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
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
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The partitions of this broker. Follows the metadata: opens the logs of replicas that it is given, tells the replicas
 * what changed, and ends those that it holds no longer. Opening and deleting files happens on a thread of its own, in the
 * order of the metadata. Look-ups may come from any thread.
 */
public final class Partitions implements MetadataPublisher, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Partitions.class);

    /** Answer to a look-up by name. */
    public sealed interface Lookup {}

    /** The partition is here, leading or not. */
    public record Found(Partition partition) implements Lookup {}

    /** @param message for people; names what is missing */
    public record Missing(ErrorReason reason, String message) implements Lookup {}

    private static final long NOT_STARTED = -1;
    private static final long SPACE_CHECK_MILLIS = 1_000;
    private static final long OPEN_AGAIN_SECONDS = 10;
    /** Not at once: a replica that fails again and again must not keep the quorum busy. */
    private static final long REPAIR_SECONDS = 5;

    private static final int EVENTS_MAX = 16_384;
    private static final long TICK_NANOS = TimeUnit.MILLISECONDS.toNanos(50);
    /** Enough for the file system to merge commits, few enough not to crowd out the loops. */
    private static final int FLUSH_THREADS = 4;

    private final LocalMetadata metadata;
    private final PartitionLogs directory;
    private final List<EventLoop> loops;
    private final ReplicaOptions options;
    private final PartitionPorts ports;
    private final Consumer<Throwable> faults;
    private final AtomicLong linkIds = new AtomicLong();
    private final Map<TopicPartition, Partition> partitions = new ConcurrentHashMap<>();
    /** Changes that come after the end are dropped. */
    private final ExecutorService manager = new ThreadPoolExecutor(
            1,
            1,
            0,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(),
            task -> {
                Thread thread = new Thread(task, "kontiki-partitions");
                thread.setDaemon(true);
                return thread;
            },
            new ThreadPoolExecutor.DiscardPolicy());

    /** One thread for each directory, so that one that hangs delays none of the others. */
    private final ScheduledThreadPoolExecutor timer;

    private final DirectoryReports reports;
    /** What could not be opened yet. Owned by the manager's thread. */
    private final Set<TopicPartition> missing = new HashSet<>();

    /** Whose logs have damage, until another replica leads. Owned by the manager's thread. */
    private final Set<TopicPartition> damaged = new HashSet<>();

    /** Whose logs are being repaired. Owned by the manager's thread. */
    private final Set<TopicPartition> repairing = new HashSet<>();

    /** Reports of the first image. Owned by the manager's thread. */
    private final List<CompletableFuture<Void>> lost = new ArrayList<>();

    private final CompletableFuture<Void> placed = new CompletableFuture<>();
    private final LogMaintenance maintenance;
    private final Compactor compactor;
    private final Scrubber scrubber;
    private final LogMoves moves;
    private volatile long brokerEpoch = NOT_STARTED;

    /**
     * @param directory the recovered logs; those that the metadata gives to this broker are taken from it
     * @param loopCount how many event loops to run, at least 1; a partition belongs to one of them for its life
     * @param retentionInterval how often it is looked for segments to delete
     * @param compaction what compaction may take
     * @param scrub how often closed segments are looked through
     * @param faults told of what this broker cannot go on after, which is a defect
     */
    public Partitions(
            int brokerId,
            LocalMetadata metadata,
            PartitionLogs directory,
            int loopCount,
            ReplicaOptions options,
            ReplicaTransport transport,
            Proposer proposer,
            Duration retentionInterval,
            CompactionSettings compaction,
            ScrubSettings scrub,
            Consumer<Throwable> faults) {
        this.metadata = metadata;
        this.directory = directory;
        this.options = options;
        this.timer = new ScheduledThreadPoolExecutor(
                directory.dirs().size() + 1,
                task -> {
                    Thread thread = new Thread(task, "kontiki-log-dirs");
                    thread.setDaemon(true);
                    return thread;
                },
                new ThreadPoolExecutor.DiscardPolicy());
        this.faults = faults;
        this.reports = new DirectoryReports(proposer, brokerId, () -> brokerEpoch, timer);
        this.loops = IntStream.range(0, loopCount)
                .mapToObj(i -> new EventLoop(
                        "kontiki-partition-loop-" + i,
                        EVENTS_MAX,
                        TICK_NANOS,
                        System::nanoTime,
                        (loop, failure) -> faults.accept(failure)))
                .toList();
        this.ports = new PartitionPorts(
                brokerId,
                new Flusher(FLUSH_THREADS),
                transport,
                new IsrProposalBatcher(proposer, brokerId, () -> brokerEpoch),
                System::nanoTime,
                InstantSource.system(),
                this::onReplicaFailed);
        directory.dirs().forEach(dir -> dir.onOffline(this::onOffline));
        this.moves = new LogMoves(this::onMoved);
        this.maintenance = new LogMaintenance(partitions::values, InstantSource.system(), retentionInterval);
        this.compactor = new Compactor(this::compactedPartitions, compaction, System::nanoTime, InstantSource.system());
        this.scrubber = new Scrubber(partitions::values, scrub, System::nanoTime);
    }

    /**
     * Begins to follow the metadata. Until then every look-up by name answers STARTING.
     *
     * @param epoch of this broker's registration
     * @return completes, on any thread, when the quorum knows of each replica that is not where it should be: before, this
     *     broker must not be unfenced
     */
    public CompletableFuture<Void> start(long epoch) {
        brokerEpoch = epoch;
        for (LogDir dir : directory.dirs()) {
            timer.scheduleWithFixedDelay(dir::checkSpace, 0, SPACE_CHECK_MILLIS, TimeUnit.MILLISECONDS);
        }
        timer.scheduleWithFixedDelay(directory::deleteDueStrays, 0, 1, TimeUnit.HOURS);
        timer.scheduleWithFixedDelay(
                () -> manager.execute(this::openMissing), OPEN_AGAIN_SECONDS, OPEN_AGAIN_SECONDS, TimeUnit.SECONDS);
        timer.scheduleWithFixedDelay(
                () -> manager.execute(this::repairDamaged), REPAIR_SECONDS, REPAIR_SECONDS, TimeUnit.SECONDS);
        directory.dirs().stream().filter(LogDir::isOffline).forEach(this::onOffline);
        metadata.addPublisher(this);
        return placed;
    }

    /** Rule M10. */
    private void onOffline(LogDir dir) {
        if (brokerEpoch == NOT_STARTED) {
            return; // It is told at the start.
        }
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

    /** By name and number, as clients ask. */
    public Lookup find(String topic, int partition) {
        if (brokerEpoch == NOT_STARTED) {
            return new Missing(ErrorReason.ERROR_REASON_STARTING, "this broker has not finished starting");
        }
        Optional<TopicImage> image = metadata.current().topic(topic);
        if (image.isEmpty()) {
            return new Missing(ErrorReason.ERROR_REASON_TOPIC_NOT_FOUND, "there is no topic \"" + shown(topic) + "\"");
        }
        Optional<PartitionRegistration> record = image.get().partition(partition);
        if (record.isEmpty()) {
            return new Missing(
                    ErrorReason.ERROR_REASON_PARTITION_NOT_FOUND,
                    "partition " + partition + " of topic \"" + topic + "\" is not within 0 to "
                            + (image.get().partitions().size() - 1));
        }
        Partition found = partitions.get(new TopicPartition(image.get().id(), partition));
        if (found != null) {
            return new Found(found);
        }
        return record.get().hasReplica(ports.brokerId())
                ? new Missing(
                        ErrorReason.ERROR_REASON_LEADER_UNKNOWN, topic + "-" + partition + " is being opened here")
                : new Missing(
                        ErrorReason.ERROR_REASON_NOT_LEADER,
                        "this broker holds no replica of " + topic + "-" + partition);
    }

    private static String shown(String topic) {
        return topic.length() <= 249 ? topic : topic.substring(0, 249) + "…";
    }

    /** This broker. */
    public int brokerId() {
        return ports.brokerId();
    }

    /** All directories of this broker, those that are offline, too. */
    public List<LogDir> logDirs() {
        return directory.dirs();
    }

    /** What every replica here says of its log; those that end meanwhile say nothing. */
    public CompletableFuture<List<ReplicaDescription>> describeReplicas() {
        List<CompletableFuture<ReplicaDescription>> all =
                partitions.values().stream().map(Partition::describe).toList();
        return CompletableFuture.allOf(all.toArray(CompletableFuture[]::new))
                .thenApply(done -> all.stream().map(CompletableFuture::join).toList());
    }

    /** By id, as other brokers ask. */
    public Optional<Partition> find(TopicPartition id) {
        return Optional.ofNullable(partitions.get(id));
    }

    @Override
    public void onMetadata(MetadataDelta delta, MetadataImage image) {
        if (!delta.isEmpty()) {
            manager.execute(() -> applySafely(delta, image));
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

    private void openReplicas(TopicImage topic, MetadataImage image) {
        for (int number = 0; number < topic.partitions().size(); number++) {
            TopicPartition id = new TopicPartition(topic.id(), number);
            PartitionRegistration record = topic.partitions().get(number);
            if (partitions.containsKey(id)
                    || missing.contains(id)
                    || repairing.contains(id)
                    || !record.hasReplica(ports.brokerId())) {
                continue;
            }
            UUID assigned = record.directoryOf(ports.brokerId());
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

    /** Rule L12. Any thread. */
    private void onReplicaFailed(TopicPartition id) {
        reports.failReplica(id);
        manager.execute(() -> damaged.add(id));
    }

    /** The damaged log is touched only when another replica leads, which has what is lost here. */
    private void repairDamaged() {
        MetadataImage image = metadata.current();
        for (TopicPartition id : List.copyOf(damaged)) {
            Partition partition = partitions.get(id);
            Optional<PartitionRegistration> record = image.partition(id);
            if (partition == null || record.isEmpty()) {
                damaged.remove(id);
            } else if (record.get().hasLeader() && !isCountedOn(record.get())) {
                damaged.remove(id);
                repairing.add(id);
                partitions.remove(id);
                partition.stop(placed -> timer.execute(() -> repair(id, placed)));
            }
        }
    }

    private void repair(TopicPartition id, PartitionLogs.Placed closed) {
        if (LogRepair.run(closed)) {
            manager.execute(() -> onRepaired(id, closed));
        } else {
            timer.schedule(() -> repair(id, closed), OPEN_AGAIN_SECONDS, TimeUnit.SECONDS);
        }
    }

    private void onRepaired(TopicPartition id, PartitionLogs.Placed closed) {
        repairing.remove(id);
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

    private boolean isCountedOn(PartitionRegistration record) {
        return record.isr().contains(ports.brokerId()) || record.elr().contains(ports.brokerId());
    }

    private void open(TopicPartition id, TopicImage topic, MetadataImage image) {
        PartitionRegistration record = topic.partitions().get(id.partition());
        UUID assigned = record.directoryOf(ports.brokerId());
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

    private void begin(TopicPartition id, TopicImage topic, MetadataImage image, PartitionLogs.Placed placed) {
        UUID assigned = topic.partitions().get(id.partition()).directoryOf(ports.brokerId());
        Partition partition = add(id, topic, placed);
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

    /**
     * Moves the log of a partition to another directory of this broker, while it is used.
     *
     * @param target path or id of the directory
     */
    public MoveStatus moveLog(Partition partition, String target) {
        Optional<MoveStatus> last = moves.status(partition.id());
        if (last.isPresent() && last.get().state() == MoveStatus.State.COPYING) {
            return last.get();
        }
        Optional<LogDir> found = directory.dirs().stream()
                .filter(dir -> dir.path().equals(target)
                        || dir.id().map(UUID::toString).filter(target::equals).isPresent())
                .findFirst();
        if (found.isEmpty()) {
            return refused("broker " + brokerId() + " has no directory \"" + shown(target) + "\": it has " + logDirs());
        }
        LogDir dir = found.get();
        if (dir == partition.dir()) {
            return refused("the log of " + partition.name() + " is in " + dir + " already");
        }
        UUID assigned = metadata.current()
                .partition(partition.id())
                .map(record -> record.directoryOf(brokerId()))
                .orElse(PartitionRegistration.UNASSIGNED);
        if (partition.dir().isOffline()
                || partition.dir().id().filter(assigned::equals).isEmpty()) {
            return refused("the log of " + partition.name() + " in " + partition.dir()
                    + " cannot be moved now: the directory is offline, or the quorum does not know of it yet");
        }
        if (dir.isOffline()) {
            return refused(dir + " is offline: " + dir.status().reason());
        }
        try {
            LogMoves.requireRoom(dir, partition.place().log().sizeInBytes());
        } catch (StorageException | IllegalStateException e) {
            return MoveStatus.failed(ErrorReason.ERROR_REASON_STORAGE_FULL, e.getMessage());
        }
        return moves.begin(partition, dir);
    }

    private static MoveStatus refused(String message) {
        return MoveStatus.failed(ErrorReason.ERROR_REASON_INVALID_ARGUMENT, message);
    }

    /** How the last move of a partition's log in this run goes or went. */
    public Optional<MoveStatus> moveStatus(TopicPartition id) {
        return moves.status(id);
    }

    /** Also deletes the old log if the topic was deleted meanwhile: nobody else would. */
    private void onMoved(Partition partition, LogDir from, String log) {
        directory.moved().add(partition.id(), from, log);
        if (partitions.get(partition.id()) == partition) {
            assign(partition, from.id().orElseThrow());
        } else {
            directory.moved().delete(partition.id());
        }
    }

    private void tell(Partition partition, TopicImage topic, MetadataImage image) {
        PartitionRegistration record = topic.partitions().get(partition.id().partition());
        if (directory.moved().holds(partition.id())
                && partition
                        .dir()
                        .id()
                        .filter(record.directoryOf(ports.brokerId())::equals)
                        .isPresent()) {
            timer.execute(() -> directory.moved().delete(partition.id()));
        }
        partition.configure(directory.settings(topic.config()));
        partition.configure(topic.config().flush());
        partition.onMetadata(record, image.brokers());
    }

    private Partition add(TopicPartition id, TopicImage topic, PartitionLogs.Placed found) {
        String name = topic.name() + "-" + id.partition();
        EventLoop loop = loops.get(Math.floorMod(id.hashCode(), loops.size()));
        LogPlace place = new LogPlace(found);
        ReplicaLogView logView = new ReplicaLogView(place);
        PartitionReplica replica = new PartitionReplica(
                new ReplicaIdentity(id, ports.brokerId(), brokerEpoch, linkIds::incrementAndGet),
                logView,
                found.log().highWatermarkHint(),
                options);
        Partition partition = new Partition(
                id,
                name,
                loop,
                place,
                new ReplicaDriver(id, name, place, logView, replica, loop, ports),
                directory.settings(topic.config()).rules());
        partitions.put(id, partition);
        return partition;
    }

    private void endTopic(UUID topicId) {
        partitions.values().stream()
                .filter(partition -> partition.id().topicId().equals(topicId))
                .map(this::end)
                .toList()
                .forEach(this::deleteWhenEnded);
    }

    private List<Compactor.Target> compactedPartitions() {
        return partitions.values().stream()
                .filter(partition -> !partition.dir().isOffline())
                .map(Partition::compacted)
                .toList();
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
        PartitionLogs.Placed placed = ended.join();
        directory.delete(placed);
    }

    /** How the logs ended in each directory that works (rule R2). After {@link #close()} came to its end. */
    public Map<LogDir, Map<TopicPartition, CleanEnd>> cleanEnds() {
        Map<LogDir, Map<TopicPartition, CleanEnd>> ends = new HashMap<>();
        partitions.values().stream()
                .filter(partition -> !partition.dir().isOffline())
                .forEach(partition -> ends.computeIfAbsent(partition.dir(), dir -> new HashMap<>())
                        .put(partition.id(), partition.placed().log().cleanEnd()));
        return ends;
    }

    /**
     * Closes all logs in order. Ends the event loops.
     *
     * @throws IllegalStateException in the end, if a log could not be forced to the disk: the run must not be called
     *     clean (rule R2)
     */
    @Override
    public void close() {
        timer.shutdownNow();
        maintenance.close();
        compactor.close();
        scrubber.close();
        moves.close();
        manager.shutdown();
        try {
            manager.awaitTermination(30, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        partitions.values().forEach(partition -> partition.stop(log -> {}));
        loops.forEach(EventLoop::close);
        ports.flusher().close();
        List<String> failed = partitions.values().stream()
                .filter(partition -> !directory.close(partition.placed()))
                .map(Partition::name)
                .toList();
        if (!failed.isEmpty()) {
            throw new IllegalStateException("not all that was appended is on the disk: " + failed);
        }
    }
}
