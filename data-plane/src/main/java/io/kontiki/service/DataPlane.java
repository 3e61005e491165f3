package io.kontiki.service;

import io.grpc.BindableService;
import io.grpc.ManagedChannel;
import io.kontiki.group.GroupSettings;
import io.kontiki.log.CleanEnd;
import io.kontiki.measure.Traffic;
import io.kontiki.metadata.Endpoint;
import io.kontiki.metadata.LocalMetadata;
import io.kontiki.metadata.TopicPartition;
import io.kontiki.partition.CompactionSettings;
import io.kontiki.partition.HungDirListener;
import io.kontiki.partition.LogCare;
import io.kontiki.partition.LogDir;
import io.kontiki.partition.MoveSettings;
import io.kontiki.partition.Partition;
import io.kontiki.partition.PartitionLogs;
import io.kontiki.partition.Partitions;
import io.kontiki.partition.ReplicaReports;
import io.kontiki.partition.ScrubSettings;
import io.kontiki.partition.Threads;
import io.kontiki.proto.internal.v1.PartitionRef;
import io.kontiki.proto.internal.v1.ReplicaReport;
import io.kontiki.quorum.Proposer;
import io.kontiki.replication.Lease;
import io.kontiki.replication.ReplicaOptions;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * The data plane of one broker, put together: partitions, replication and the services that reach them. Life cycle:
 * {@link #recover}, then {@link #start} once the broker is registered, then {@link #close}. The services may be served
 * from the beginning; they refuse with STARTING until the start.
 */
public final class DataPlane implements AutoCloseable {
    private final PartitionLogs logs;
    private final Partitions partitions;
    private final LogCare care;
    private final GrpcReplicaTransport transport;
    private final ReplicaReports reports;
    private final ScheduledThreadPoolExecutor readers;
    private final ThreadPoolExecutor pushers;
    private final AtomicLong brokerEpoch = new AtomicLong();
    private final Groups groups;
    private final List<BindableService> services;

    /**
     * @param loopCount event loops that share the partitions, at least 1
     * @param readerThreads threads that read from the disk for fetches, and as many for followers, at least 1; apart, so
     *     that no consumer of old records delays an in-sync replica (rule L18)
     * @param channels gives the shared channel to a broker; the caller closes them after this
     * @param retentionInterval how often it is looked for segments to delete
     * @param compaction what compaction may take
     * @param scrub how often closed segments are looked through
     * @param move what moving logs between directories may take
     * @param grouping what this broker gives and allows to consumer groups
     * @param faults told of a defect of an event loop
     */
    public DataPlane(
            int brokerId,
            LocalMetadata metadata,
            PartitionLogs logs,
            int loopCount,
            int readerThreads,
            ReplicaOptions options,
            Proposer proposer,
            Function<Endpoint, ManagedChannel> channels,
            Duration retentionInterval,
            CompactionSettings compaction,
            ScrubSettings scrub,
            MoveSettings move,
            GroupSettings grouping,
            Consumer<Throwable> faults) {
        this.logs = logs;
        this.readers = readers(readerThreads);
        this.pushers = pushers(readerThreads);
        this.transport = new GrpcReplicaTransport(brokerId, metadata, channels);
        this.partitions = new Partitions(
                brokerId,
                metadata,
                logs,
                loopCount,
                options,
                transport,
                proposer,
                retentionInterval,
                move,
                Threads.system(),
                faults);
        this.care = new LogCare(partitions, metadata, transport, compaction, scrub);
        transport.connect(partitions, brokerEpoch::get);
        this.reports = new ReplicaReports(partitions);
        this.groups = new Groups(brokerId, metadata, grouping, proposer, channels, Threads.system(), faults);
        long budgetBytes = Runtime.getRuntime().maxMemory() / 4;
        ProduceBudget budget = new ProduceBudget(budgetBytes);
        ReadChunks chunks = new ReadChunks();
        this.services = List.of(
                AliasedRequests.of(new ProduceGrpcService(
                        partitions, metadata, new ProducerIds(proposer, brokerId, brokerEpoch::get), budget)),
                new FetchGrpcService(partitions, metadata, readers, budgetBytes, chunks),
                CallOrigin.read(new LogGrpcService(brokerId, partitions, metadata, readers, channels)),
                new PartitionGrpcService(metadata, proposer, channels),
                groups.service(),
                new ReplicationGrpcService(partitions, care, metadata, transport.followers(), pushers, chunks));
    }

    /**
     * Looks up what replicas here hold, for whoever elects leaders. Does not block.
     *
     * @param wanted at most 1000
     * @return those that could be looked up, in a few seconds at most
     */
    public CompletableFuture<List<ReplicaReport>> heldReplicas(List<PartitionRef> wanted) {
        return reports.reports(wanted);
    }

    private static ThreadFactory daemons(String name) {
        return task -> {
            Thread thread = new Thread(task, name);
            thread.setDaemon(true);
            return thread;
        };
    }

    private static ThreadPoolExecutor pushers(int count) {
        return new ThreadPoolExecutor(
                count,
                count,
                0,
                TimeUnit.SECONDS,
                new LinkedBlockingQueue<>(),
                daemons("kontiki-push"),
                new ThreadPoolExecutor.DiscardPolicy());
    }

    private static ScheduledThreadPoolExecutor readers(int count) {
        ScheduledThreadPoolExecutor threads = new ScheduledThreadPoolExecutor(count, daemons("kontiki-read"));
        threads.setRemoveOnCancelPolicy(true);
        // Once shut down, what event loops still wake is dropped, and nobody's long poll is waited for.
        threads.setRejectedExecutionHandler(new ThreadPoolExecutor.DiscardPolicy());
        threads.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
        return threads;
    }

    /** The logs and the directories that they are in. */
    public PartitionLogs logs() {
        return logs;
    }

    /** Opens and recovers every log, as {@link PartitionLogs#recover} does. Blocks. */
    public PartitionLogs.Recovery recover(Function<LogDir, Optional<Map<TopicPartition, CleanEnd>>> cleanEnds) {
        return logs.recover(cleanEnds);
    }

    /** How the logs ended, after {@link #close()} came to its end (rule R2). */
    public Map<LogDir, Map<TopicPartition, CleanEnd>> cleanEnds() {
        return partitions.cleanEnds();
    }

    /**
     * Begins to watch for directories whose disk hangs; once, after {@link #recover}.
     *
     * @param timeout how long an operation of a disk may take
     */
    public void watch(Duration timeout, HungDirListener listener) {
        partitions.watch(timeout, listener);
    }

    /**
     * Begins to follow the metadata.
     *
     * @param epoch of this broker's registration
     * @return completes, on any thread, when this broker may be unfenced
     */
    public CompletableFuture<Void> start(long epoch) {
        brokerEpoch.set(epoch);
        groups.start();
        return partitions.start(epoch);
    }

    /** Takes on other limits, for what is under way, too. Any thread, one at a time; does not wait. */
    public void limit(LiveLimits limits) {
        care.limit(limits.compactionBytesPerSecond(), limits.scrubBytesPerSecond());
        partitions.limit(new MoveSettings(limits.moveBytesPerSecond()));
        groups.limit(limits.offsetsRetentionMillis(), limits.groupMembersMax());
    }

    /** This broker has a lease; told when the metadata that it speaks of was published (rule L16). */
    public void renew(Lease lease) {
        partitions.renew(lease);
        groups.renew(lease);
    }

    /** This broker is about to stop: members of consumer groups that come from now on are sent elsewhere. */
    public void leaveGroups() {
        groups.leave();
    }

    /**
     * Ends the streams of all members of consumer groups, who come back through other brokers; once those have taken over
     * the groups, and before the gRPC server stops.
     */
    public void endGroupStreams() {
        groups.endStreams();
    }

    /** What is measured of the logs, apart from their {@link PartitionLogs#recoveryProgress}. */
    public MeterBinder metrics() {
        return care.metrics();
    }

    /** The replica of a partition here, if it is open. */
    public Optional<Partition> partition(TopicPartition id) {
        return partitions.find(id);
    }

    /** What producers and consumers do here. */
    public Traffic traffic() {
        return partitions.traffic();
    }

    /** How many events and ticks each event loop has ended: many in a second, unless it is stuck. */
    public long[] loopTurns() {
        return partitions.loopTurns();
    }

    public List<BindableService> services() {
        return services;
    }

    /** Closes the logs in order. The gRPC server must have stopped before. */
    @Override
    public void close() {
        groups.close();
        transport.close();
        end(readers);
        end(pushers);
        care.close();
        partitions.close();
    }

    /** Lets reads end by themselves: an interrupt would close the file under its other users. */
    private static void end(ThreadPoolExecutor threads) {
        threads.shutdown();
        try {
            threads.awaitTermination(10, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
