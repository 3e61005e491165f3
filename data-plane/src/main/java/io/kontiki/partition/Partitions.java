package io.kontiki.partition;

import io.kontiki.log.CleanEnd;
import io.kontiki.measure.Traffic;
import io.kontiki.metadata.LocalMetadata;
import io.kontiki.metadata.PartitionRegistration;
import io.kontiki.metadata.TopicImage;
import io.kontiki.metadata.TopicPartition;
import io.kontiki.proto.v1.ErrorReason;
import io.kontiki.quorum.Proposer;
import io.kontiki.replication.Lease;
import io.kontiki.replication.PartitionReplica;
import io.kontiki.replication.ReassignmentThrottle;
import io.kontiki.replication.ReplicaIdentity;
import io.kontiki.replication.ReplicaOptions;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The partitions of this broker: those that the metadata gives to it, and the event loops that they run on. Any thread.
 */
public final class Partitions implements AutoCloseable {
    /** Answer to a look-up by name. */
    public sealed interface Lookup {}

    /** The partition is here, leading or not. */
    public record Found(Partition partition) implements Lookup {}

    /** @param message for people; names what is missing */
    public record Missing(ErrorReason reason, String message) implements Lookup {}

    private static final Logger LOG = LoggerFactory.getLogger(Partitions.class);
    private static final long NOT_STARTED = -1;
    private static final long DESCRIBE_SECONDS = 5;
    private static final int EVENTS_MAX = 16_384;
    private static final long TICK_NANOS = TimeUnit.MILLISECONDS.toNanos(50);
    /** Enough for the file system to merge commits, few enough not to crowd out the loops. */
    private static final int FLUSH_THREADS_PER_DIR = 4;

    private final LocalMetadata metadata;
    private final PartitionLogs logs;
    private final List<EventLoop> loops;
    /** One for each of the loops. */
    private final List<LoopLease> leases;

    private final ReplicaOptions options;
    private final PartitionPorts ports;
    private final AtomicLong linkIds = new AtomicLong();

    /** One thread, on which nothing blocks. */
    private final ScheduledExecutorService timer;

    private final Traffic traffic = new Traffic();
    private final OpenReplicas open;
    private final AssignedReplicas assigned;
    private final LogMaintenance maintenance;
    private final LogMoves moves;
    private volatile Optional<DirWatch> watch = Optional.empty();
    private volatile long brokerEpoch = NOT_STARTED;

    /**
     * @param logs the recovered logs; those that the metadata gives to this broker are taken from it
     * @param loopCount how many event loops to run, at least 1; a partition belongs to one of them for its life
     * @param retentionInterval how often it is looked for segments to delete
     * @param move what moving logs between directories may take
     * @param system what all of it runs on
     * @param faults told of what this broker cannot go on after, which is a defect
     */
    public Partitions(
            int brokerId,
            LocalMetadata metadata,
            PartitionLogs logs,
            int loopCount,
            ReplicaOptions options,
            ReplicaTransport transport,
            Proposer proposer,
            Duration retentionInterval,
            MoveSettings move,
            Threads system,
            Consumer<Throwable> faults) {
        this.metadata = metadata;
        this.logs = logs;
        this.options = options;
        this.timer = system.pool("kontiki-partitions-timer", 1);
        this.loops = IntStream.range(0, loopCount)
                .mapToObj(i -> system.loop(
                        "kontiki-partition-loop-" + i,
                        EVENTS_MAX,
                        TICK_NANOS,
                        (loop, failure) -> faults.accept(failure)))
                .toList();
        this.leases = loops.stream()
                .map(loop -> new LoopLease(loop, system.nanoTime()))
                .toList();
        DirectoryReports reports =
                new DirectoryReports(proposer, brokerId, () -> brokerEpoch, timer, metadata::current);
        this.ports = new PartitionPorts(
                brokerId,
                new Flusher(logs.dirs(), FLUSH_THREADS_PER_DIR, system),
                transport,
                new ReassignmentThrottle(system.nanoTime()),
                new IsrProposalBatcher(proposer, brokerId, () -> brokerEpoch),
                system::nanoTime,
                system.clock(),
                this::onReplicaFailed,
                reports::giveWay);
        this.moves = new LogMoves(brokerId, metadata, logs.dirs(), logs.moved(), move, system::nanoTime, this::onMoved);
        this.open = new OpenReplicas(reports);
        this.assigned = new AssignedReplicas(
                brokerId, metadata, logs, open, reports, moves, timer, this::begin, system, faults);
        logs.dirs().forEach(dir -> dir.onOffline(this::onOffline));
        this.maintenance = new LogMaintenance(logs.dirs(), open::all, system, retentionInterval);
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
        return assigned.follow(epoch);
    }

    /**
     * Begins to watch for directories whose disk hangs. To be called once, when all logs are open.
     *
     * @param timeout how long an operation of a disk may take
     */
    public void watch(Duration timeout, HungDirListener listener) {
        DirWatch opened = new DirWatch(logs.dirs(), threads(), timeout, listener);
        watch = Optional.of(opened);
        opened.start();
    }

    /** A loop without a thread has no disk to wait for. */
    private List<LoopThread> threads() {
        return loops.stream()
                .filter(LoopThread.class::isInstance)
                .map(LoopThread.class::cast)
                .toList();
    }

    /**
     * This broker has a lease (rule L16). To be called when the changes of the metadata that it speaks of have been
     * published: partitions learn of it behind those.
     */
    public void renew(Lease lease) {
        assigned.afterChanges(() -> leases.forEach(each -> each.renew(lease)));
    }

    /** What producers and consumers do here. */
    public Traffic traffic() {
        return traffic;
    }

    /** Monotonic: by it all time is taken here. */
    public long nanoTime() {
        return ports.nanoTime().getAsLong();
    }

    /** How many events and ticks each event loop has ended: many in a second, unless it is stuck. */
    public long[] loopTurns() {
        return threads().stream().mapToLong(LoopThread::eventsEnded).toArray();
    }

    private void onOffline(LogDir dir) {
        if (brokerEpoch != NOT_STARTED) { // Else it is told at the start.
            open.onOffline(dir);
            assigned.onOffline(dir);
        }
    }

    private void onReplicaFailed(TopicPartition id) {
        assigned.onReplicaFailed(id);
    }

    private void onMoved(Partition partition, LogDir from, String log) {
        assigned.onMoved(partition, from, log);
    }

    private Partition begin(TopicPartition id, TopicImage topic, PartitionLogs.Placed found) {
        String name = topic.name() + "-" + id.partition();
        int number = Math.floorMod(id.hashCode(), loops.size());
        EventLoop loop = loops.get(number);
        LogPlace place = new LogPlace(found);
        ReplicaLogView logView = new ReplicaLogView(place);
        PartitionReplica replica = new PartitionReplica(
                new ReplicaIdentity(id, ports.brokerId(), brokerEpoch, linkIds::incrementAndGet),
                logView,
                found.log().highWatermarkHint(),
                options);
        return new Partition(
                id,
                name,
                loop,
                place,
                new ReplicaDriver(id, name, place, logView, replica, loop, leases.get(number), ports),
                logs.settings(topic.config()).rules(),
                traffic.topic(id.topicId()));
    }

    /** By name and number, as clients ask. */
    public Lookup find(String topic, int partition) {
        return find(topic, partition, Optional.empty());
    }

    /** As {@link #find(String, int)}, but of no other topic of that name, earlier or later. */
    public Lookup find(String topic, int partition, UUID topicId) {
        return find(topic, partition, Optional.of(topicId));
    }

    private Lookup find(String topic, int partition, Optional<UUID> topicId) {
        if (brokerEpoch == NOT_STARTED) {
            return new Missing(ErrorReason.ERROR_REASON_STARTING, "this broker has not finished starting");
        }
        Optional<TopicImage> image = metadata.current().topic(topic);
        if (image.isEmpty()) {
            return new Missing(
                    ErrorReason.ERROR_REASON_TOPIC_NOT_FOUND, "there is no topic \"" + Refusals.shown(topic) + "\"");
        }
        if (topicId.isPresent() && !topicId.get().equals(image.get().id())) {
            return new Missing(
                    ErrorReason.ERROR_REASON_TOPIC_ID_UNKNOWN,
                    "topic \"" + topic + "\" has id " + image.get().id() + " here, not " + topicId.get());
        }
        Optional<PartitionRegistration> record = image.get().partition(partition);
        if (record.isEmpty()) {
            return new Missing(
                    ErrorReason.ERROR_REASON_PARTITION_NOT_FOUND,
                    "partition " + partition + " of topic \"" + topic + "\" is not within 0 to "
                            + (image.get().partitions().size() - 1));
        }
        Optional<Partition> found = find(new TopicPartition(image.get().id(), partition));
        if (found.isPresent()) {
            return new Found(found.get());
        }
        return record.get().hasReplica(ports.brokerId())
                ? new Missing(
                        ErrorReason.ERROR_REASON_LEADER_UNKNOWN, topic + "-" + partition + " is being opened here")
                : new Missing(
                        ErrorReason.ERROR_REASON_NOT_LEADER,
                        "this broker holds no replica of " + topic + "-" + partition);
    }

    /** Those of the moment. */
    Collection<Partition> all() {
        return open.all();
    }

    /** This broker. */
    public int brokerId() {
        return ports.brokerId();
    }

    /** All directories of this broker, those that are offline, too. */
    public List<LogDir> logDirs() {
        return logs.dirs();
    }

    /** What every replica here says of its log, within a few seconds; those that end meanwhile or hang say nothing. */
    public CompletableFuture<List<ReplicaDescription>> describeReplicas() {
        return answers(open.all().stream()
                .map(partition -> partition.describe().thenApply(Optional::of))
                .toList());
    }

    /** What replicas here hold, within a few seconds; those that may be opened yet or hang say nothing. */
    public CompletableFuture<List<HeldLog>> held(Collection<TopicPartition> partitions) {
        return answers(partitions.stream().map(this::held).toList());
    }

    private CompletableFuture<Optional<HeldLog>> held(TopicPartition id) {
        return open.find(id)
                .map(partition -> partition.held().thenApply(Optional::of))
                .orElseGet(() ->
                        assigned.isLost(id).thenApply(lost -> lost ? Optional.of(HeldLog.lost(id)) : Optional.empty()));
    }

    private <T> CompletableFuture<List<T>> answers(List<CompletableFuture<Optional<T>>> asked) {
        timer.schedule(
                () -> asked.forEach(each -> each.complete(Optional.empty())), DESCRIBE_SECONDS, TimeUnit.SECONDS);
        return CompletableFuture.allOf(asked.toArray(CompletableFuture[]::new))
                .thenApply(done ->
                        asked.stream().flatMap(each -> each.join().stream()).toList());
    }

    /** By id, as other brokers ask. */
    public Optional<Partition> find(TopicPartition id) {
        return open.find(id);
    }

    /** Takes on another bound on what moving logs may copy, for the move under way, too. Any thread. */
    public void limit(MoveSettings settings) {
        moves.limit(settings);
    }

    /**
     * Moves the log of a partition to another directory of this broker, while it is used.
     *
     * @param target path or id of the directory
     */
    public MoveStatus moveLog(Partition partition, String target) {
        return moves.request(partition, target);
    }

    /** How the last move of a partition's log in this run goes or went. */
    public Optional<MoveStatus> moveStatus(TopicPartition id) {
        return moves.status(id);
    }

    /** How the logs ended in each directory that works (rule R2). After {@link #close()} came to its end. */
    public Map<LogDir, Map<TopicPartition, CleanEnd>> cleanEnds() {
        Map<LogDir, Map<TopicPartition, CleanEnd>> ends = new HashMap<>();
        open.all().forEach(partition -> note(partition.id(), partition.placed(), ends));
        // The stop may have come before the metadata asked for them: what is not noted is taken for lost.
        logs.untaken().forEach((id, all) -> all.forEach(placed -> note(id, placed, ends)));
        return ends;
    }

    private static void note(
            TopicPartition id, PartitionLogs.Placed placed, Map<LogDir, Map<TopicPartition, CleanEnd>> ends) {
        if (!placed.dir().isOffline()) {
            ends.computeIfAbsent(placed.dir(), dir -> new HashMap<>())
                    .put(id, placed.log().cleanEnd());
        }
    }

    /** Without an interrupt, which would close files under their other users. */
    private void endTimer() {
        timer.shutdown();
        try {
            timer.awaitTermination(10, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /**
     * Closes all logs in order. Ends the event loops. The directories are watched to the end: a disk that hangs meanwhile
     * would be waited for, and nobody would be told.
     *
     * @throws IllegalStateException in the end, if a log could not be forced to the disk: the run must not be called
     *     clean (rule R2)
     */
    @Override
    public void close() {
        try {
            closeLogs();
        } finally {
            watch.ifPresent(DirWatch::close);
        }
    }

    private void closeLogs() {
        endTimer();
        maintenance.close();
        moves.close();
        assigned.close();
        open.all().forEach(partition -> partition.stop(log -> {}));
        loops.forEach(EventLoop::close);
        ports.flusher().close();
        List<PartitionLogs.Placed> all = Stream.concat(
                        open.all().stream().map(Partition::placed),
                        logs.untaken().values().stream().flatMap(List::stream))
                .toList();
        List<String> failed = new LogClosing(
                        this::nanoTime, (done, count) -> LOG.info("Closing logs: {} of {} are closed", done, count))
                .failed(all, logs::close).stream()
                        .map(placed -> placed.log().directory())
                        .toList();
        if (!failed.isEmpty()) {
            throw new IllegalStateException("not all that was appended is on the disk: " + failed);
        }
    }
}
