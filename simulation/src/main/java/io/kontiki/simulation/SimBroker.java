package io.kontiki.simulation;

import io.kontiki.log.CleanEnd;
import io.kontiki.log.LogConfig;
import io.kontiki.metadata.LocalMetadata;
import io.kontiki.metadata.MetadataDelta;
import io.kontiki.metadata.MetadataImage;
import io.kontiki.metadata.PartitionRegistration;
import io.kontiki.metadata.TopicPartition;
import io.kontiki.partition.LeaseGrants;
import io.kontiki.partition.LogDir;
import io.kontiki.partition.MoveSettings;
import io.kontiki.partition.Partition;
import io.kontiki.partition.PartitionLogs;
import io.kontiki.partition.PartitionProbe;
import io.kontiki.partition.Partitions;
import io.kontiki.partition.ProduceOutcome;
import io.kontiki.partition.ReplicaReports;
import io.kontiki.partition.WantedReports;
import io.kontiki.proto.internal.v1.CommandReply;
import io.kontiki.proto.internal.v1.HeartbeatRequest;
import io.kontiki.proto.internal.v1.HeartbeatResponse;
import io.kontiki.proto.internal.v1.ProposeRequest;
import io.kontiki.proto.internal.v1.ProposeResponse;
import io.kontiki.proto.v1.ErrorReason;
import io.kontiki.replication.Acks;
import io.kontiki.replication.Lease;
import io.kontiki.replication.ReplicaRole;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/** One run of a broker process: the product's {@link Partitions} on virtual threads. */
final class SimBroker {
    private static final long HEARTBEAT_MILLIS = 500;
    private static final long SPACE_MILLIS = 1_000;
    /** Below that, a directory takes no appends (rule R11). */
    static final long RESERVE_BYTES = 1 << 16;

    private static final int LOOPS = 2;

    private final Cluster cluster;
    private final SimNode node;
    private final Scheduler scheduler;
    private final VirtualThreads threads;
    private final SimTransport transport;
    private final LocalMetadata metadata = new LocalMetadata(e -> defect("The metadata", e));
    private final PartitionLogs logs;
    private final List<LogDir> dirs;
    private final Partitions partitions;
    private final Deque<Runnable> whilePaused = new ArrayDeque<>();
    private final Deque<Runnable> whileHung = new ArrayDeque<>();
    private final Map<Partition, PartitionChecks.Seen> seen = new IdentityHashMap<>();
    private boolean running = true;
    private boolean paused;
    private boolean started;
    private boolean ready;
    private long epoch = -1;
    private final LeaseGrants leases;
    private final WantedReports reports;
    private final SimGroups groups;

    SimBroker(Cluster cluster, SimNode node, Consumer<Set<TopicPartition>> damageFound) {
        this.cluster = cluster;
        this.node = node;
        this.scheduler = cluster.scheduler();
        this.threads = new VirtualThreads(
                this, scheduler, node::millis, cluster.options().tickMillis() * Scheduler.MILLI);
        this.transport = new SimTransport(cluster, this);
        this.dirs = node.directories().stream().map(this::open).toList();
        this.logs = new PartitionLogs(dirs, LogConfig.defaults(), 1, damageFound, threads);
        dirs.forEach(dir -> dir.onOffline(failed -> node.onDirectoryFailed(this, failed)));
        this.partitions = new Partitions(
                node.id(),
                metadata,
                logs,
                LOOPS,
                cluster.replicaOptions(),
                transport,
                this::propose,
                Duration.ofMillis(cluster.options().retentionMillis()),
                new MoveSettings(Long.MAX_VALUE),
                threads,
                e -> defect("An event", e));
        this.groups = new SimGroups(cluster, this, node, metadata, this::propose);
        this.leases = new LeaseGrants(new Lease(scheduler.now()), metadata, this::execute, this::renew);
        // What is known is told with the next heartbeat.
        this.reports = new WantedReports(new ReplicaReports(partitions), () -> {});
    }

    // ---- The process

    int id() {
        return node.id();
    }

    long epoch() {
        return epoch;
    }

    boolean running() {
        return running;
    }

    boolean paused() {
        return paused;
    }

    /** Whether it is registered and follows the metadata. */
    boolean serving() {
        return running && started;
    }

    SimTransport transport() {
        return transport;
    }

    SimGroups groups() {
        return groups;
    }

    private void renew(Lease lease) {
        partitions.renew(lease);
        groups.renew(lease);
    }

    private LogDir open(SimNode.Directory directory) {
        return LogDir.online(
                directory.id(), directory.name(), new ProcessDisk(directory.disk(), this::running), RESERVE_BYTES);
    }

    /** The first one also holds what the process itself has to keep. */
    List<LogDir> dirs() {
        return dirs;
    }

    void stop() {
        running = false;
        whilePaused.clear();
        whileHung.clear();
    }

    void pause() {
        paused = true;
    }

    void resume() {
        paused = false;
        while (!paused && running && !whilePaused.isEmpty()) {
            whilePaused.poll().run();
        }
    }

    /** Those who waited for the disk go on. */
    void onDiskAnswers() {
        while (!node.hung() && running && !whileHung.isEmpty()) {
            execute(whileHung.poll());
        }
    }

    /** Every event of the process goes through here. */
    void execute(Runnable event) {
        if (!running) {
            return;
        }
        if (paused) {
            whilePaused.add(event);
        } else {
            event.run();
        }
    }

    boolean isIdle() {
        return serving() && !paused && !node.hung();
    }

    /** An event that may use the disk. */
    void executeOnDisk(Runnable event) {
        execute(() -> {
            if (node.hung()) {
                whileHung.add(event);
            } else {
                event.run();
            }
        });
    }

    /** What a process does that has lost its disk under its hands is of no account. */
    void defect(String work, Throwable cause) {
        if (running) {
            throw new SimulationFailure(work + " failed on " + node + ": " + cause, cause);
        }
    }

    /** What was seen of a replica of this run. */
    PartitionChecks.Seen seen(Partition partition) {
        PartitionChecks.Seen known = seen.get(partition);
        if (known == null) {
            known = cluster.checks().begin(this, partition);
            seen.put(partition, known);
        }
        return known;
    }

    void afterEvent() {
        if (running) {
            cluster.checks().afterEvent(this);
        }
    }

    // ---- Start and stop

    PartitionLogs.Recovery recover(Map<UUID, Map<TopicPartition, CleanEnd>> cleanEnds) {
        return logs.recover(dir -> dir.id().map(cleanEnds::get));
    }

    /** @param serves told before the first partition opens */
    void registered(long brokerEpoch, Runnable serves) {
        metadata.awaitIndex(brokerEpoch)
                .thenRun(() -> execute(() -> {
                    epoch = brokerEpoch;
                    started = true;
                    serves.run();
                    partitions.start(brokerEpoch).thenRun(() -> execute(() -> ready = true));
                    groups.start();
                    heartbeat();
                    checkSpace();
                }));
    }

    private void checkSpace() {
        executeOnDisk(() -> dirs.forEach(LogDir::checkSpace));
        scheduler.after(SPACE_MILLIS * Scheduler.MILLI, () -> execute(this::checkSpace));
    }

    private void heartbeat() {
        long sent = scheduler.now();
        cluster.quorum()
                .heartbeat(
                        HeartbeatRequest.newBuilder()
                                .setBrokerId(id())
                                .setBrokerEpoch(epoch)
                                .setAppliedIndex(metadata.current().position().index())
                                .setReady(ready)
                                .addAllReports(reports.toTell()),
                        response -> execute(() -> onHeartbeatAnswered(response, sent)));
        scheduler.after(HEARTBEAT_MILLIS * Scheduler.MILLI, () -> execute(this::heartbeat));
    }

    private void onHeartbeatAnswered(HeartbeatResponse response, long sent) {
        if (response.getReason() == ErrorReason.ERROR_REASON_UNSPECIFIED) {
            leases.add(Lease.of(sent, response.getSessionMs() * Scheduler.MILLI), response.getImageIndex());
            reports.want(response.getWantedReportsList());
        }
    }

    /** An orderly stop. */
    Map<LogDir, Map<TopicPartition, CleanEnd>> close() {
        partitions.close();
        return partitions.cleanEnds();
    }

    // ---- The quorum

    /** An image is taken in order; a broker that is cut off gets the newest one when it is back. */
    void onImage(MetadataImage newest) {
        if (!cluster.quorum().sendsImagesTo(id())) {
            scheduler.afterMillis(
                    50, 100, () -> execute(() -> onImage(cluster.quorum().image())));
            return;
        }
        scheduler.afterMillis(0, scheduler.chance(0.05) ? 300 : 5, () -> execute(() -> publish(newest)));
    }

    private void publish(MetadataImage newest) {
        metadata.publish(MetadataDelta.between(metadata.current(), newest), newest);
    }

    private CompletableFuture<ProposeResponse> propose(ProposeRequest request) {
        CompletableFuture<ProposeResponse> response = new CompletableFuture<>();
        if (!running) {
            return response;
        }
        cluster.quorum()
                .propose(
                        id(),
                        request.toBuilder(),
                        told -> execute(() -> response.complete(told.orElseGet(SimBroker::unknown))));
        return response;
    }

    private static ProposeResponse unknown() {
        return ProposeResponse.newBuilder()
                .setReply(CommandReply.newBuilder().setReason(ErrorReason.ERROR_REASON_QUORUM_UNAVAILABLE))
                .build();
    }

    /** As far as it is known here. */
    MetadataImage image() {
        return metadata.current();
    }

    /** The record as it is known here. */
    Optional<PartitionRegistration> knownRecord(TopicPartition id) {
        return metadata.current().partition(id);
    }

    // ---- Partitions

    Optional<Partition> find(TopicPartition id) {
        return running ? partitions.find(id) : Optional.empty();
    }

    Collection<Partition> open() {
        return PartitionProbe.all(partitions);
    }

    boolean leads(TopicPartition id) {
        return find(id).filter(partition -> PartitionProbe.replica(partition).role() == ReplicaRole.LEADER)
                .isPresent();
    }

    void produce(TopicPartition id, ByteBuffer batch, Acks acks, int timeoutMillis, Consumer<ProduceOutcome> answer) {
        execute(() -> {
            Optional<Partition> found = find(id);
            if (found.isEmpty()) {
                answer.accept(new ProduceOutcome.Refused(ErrorReason.ERROR_REASON_NOT_LEADER, "no such replica"));
                return;
            }
            found.get().produce(batch, acks, OptionalInt.empty(), timeoutMillis, outcome -> {
                if (running) {
                    cluster.checks().onAnswer(this, found.get(), batch, acks, outcome);
                    answer.accept(outcome);
                }
            });
        });
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder("epoch " + epoch + (paused ? ", paused" : ""));
        for (Partition partition : open()) {
            var replica = PartitionProbe.replica(partition);
            var log = PartitionProbe.log(partition);
            text.append("\n    ")
                    .append(partition.name())
                    .append(' ')
                    .append(replica.role())
                    .append(" in epoch ")
                    .append(replica.leaderEpoch())
                    .append(", hw ")
                    .append(replica.highWatermark())
                    .append(", log ")
                    .append(log.logStartOffset())
                    .append("..")
                    .append(log.flushedOffset())
                    .append("..")
                    .append(log.endOffset());
        }
        return text.toString();
    }
}
