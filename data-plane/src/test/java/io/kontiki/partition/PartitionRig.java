package io.kontiki.partition;

import static org.assertj.core.api.Assertions.assertThat;

import io.kontiki.log.LogConfig;
import io.kontiki.log.PartitionLog;
import io.kontiki.measure.Traffic;
import io.kontiki.metadata.BrokerRegistration;
import io.kontiki.metadata.Endpoint;
import io.kontiki.metadata.PartitionRegistration;
import io.kontiki.metadata.TopicPartition;
import io.kontiki.record.RecordBatchBuilder;
import io.kontiki.replication.Lease;
import io.kontiki.replication.PartitionReplica;
import io.kontiki.replication.ReassignmentThrottle;
import io.kontiki.replication.ReplicaIdentity;
import io.kontiki.replication.ReplicaOptions;
import io.kontiki.storage.file.FileDisk;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/** One replica, of broker 1, on a real log and a real event loop. */
final class PartitionRig implements AutoCloseable {
    static final long TIMESTAMP_MS = 1_700_000_000_000L;

    private final Traffic traffic = new Traffic();
    private final TopicPartition id = new TopicPartition(UUID.randomUUID(), 0);
    private final ConcurrentLinkedQueue<Throwable> defects = new ConcurrentLinkedQueue<>();
    private final AtomicLong linkIds = new AtomicLong();
    private final LoopThread loop;
    private final PartitionLog log;
    private final Flusher flusher;
    private final Partition partition;

    /** @param nanoTime if it stands still, there are no ticks */
    PartitionRig(Path root, ReplicaTransport transport, LongSupplier nanoTime) {
        loop = new LoopThread(
                "loop", 100, TimeUnit.MILLISECONDS.toNanos(50), nanoTime, (l, defect) -> defects.add(defect));
        log = PartitionLog.open(new FileDisk(root), "t-0", id.topicId(), LogConfig.defaults());
        LogDir dir = LogDir.online(UUID.randomUUID(), "root", new FileDisk(root), 0);
        flusher = new Flusher(List.of(dir), 1, Threads.system());
        PartitionPorts ports = new PartitionPorts(
                1,
                flusher,
                transport,
                // Full from the start.
                new ReassignmentThrottle(nanoTime.getAsLong() - TimeUnit.HOURS.toNanos(1)),
                new IsrProposalBatcher(request -> new CompletableFuture<>(), 1, () -> 1),
                nanoTime,
                InstantSource.system(),
                failed -> defects.add(new IllegalStateException(failed + " failed")),
                full -> defects.add(new IllegalStateException(full + " has no room")));
        LogPlace placed = new LogPlace(new PartitionLogs.Placed(dir, log));
        ReplicaLogView logView = new ReplicaLogView(placed);
        PartitionReplica replica = new PartitionReplica(
                new ReplicaIdentity(id, 1, 1, linkIds::incrementAndGet), logView, 0, ReplicaOptions.DEFAULTS);
        Lease lease = Lease.of(nanoTime.getAsLong(), TimeUnit.HOURS.toNanos(1));
        partition = new Partition(
                id,
                "t-0",
                loop,
                placed,
                new ReplicaDriver(id, "t-0", placed, logView, replica, loop, () -> lease, ports),
                LogConfig.defaults().rules(),
                traffic.topic(id.topicId()));
    }

    Traffic traffic() {
        return traffic;
    }

    TopicPartition id() {
        return id;
    }

    PartitionLog log() {
        return log;
    }

    Partition partition() {
        return partition;
    }

    /** Tells the record of the partition, in a cluster of this broker alone. */
    void tell(PartitionRegistration record) {
        BrokerRegistration broker = new BrokerRegistration(
                1,
                UUID.randomUUID(),
                Optional.empty(),
                1,
                new TreeMap<>(),
                new Endpoint("h", 1),
                Optional.empty(),
                false,
                false,
                0);
        partition.onMetadata(record, Map.of(1, broker));
    }

    static ByteBuffer batch(String value) {
        RecordBatchBuilder builder = new RecordBatchBuilder(1 << 20);
        builder.add(TIMESTAMP_MS, null, ByteBuffer.wrap(value.getBytes(StandardCharsets.UTF_8)), List.of());
        return builder.build();
    }

    @Override
    public void close() {
        loop.close();
        flusher.close();
        log.close();
        assertThat(defects).isEmpty();
    }
}
