package io.kontiki.benchmark.allocation;

import io.grpc.MethodDescriptor;
import io.grpc.ServerMethodDefinition;
import io.kontiki.benchmark.log.UnflushedDisk;
import io.kontiki.group.GroupSettings;
import io.kontiki.localcluster.FileTree;
import io.kontiki.log.LogConfig;
import io.kontiki.metadata.LocalMetadata;
import io.kontiki.metadata.TopicPartition;
import io.kontiki.partition.CompactionSettings;
import io.kontiki.partition.LogDir;
import io.kontiki.partition.MoveSettings;
import io.kontiki.partition.Partition;
import io.kontiki.partition.PartitionLogs;
import io.kontiki.partition.ScrubSettings;
import io.kontiki.partition.Threads;
import io.kontiki.replication.Lease;
import io.kontiki.replication.ReplicaOptions;
import io.kontiki.service.DataPlane;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

/**
 * The data planes of several brokers, whole and with their threads; quorum and sockets are of memory. One topic, of one
 * partition that broker 0 leads, and every broker has a replica. Its log keeps 64 MiB or somewhat more.
 */
final class LocalBrokers implements AutoCloseable {
    static final String TOPIC = "batches";

    private static final Duration RETENTION_INTERVAL = Duration.ofMillis(100);
    private static final Map<String, String> TOPIC_CONFIGS =
            Map.of("segment.bytes", String.valueOf(16 << 20), "retention.bytes", String.valueOf(64 << 20));

    private final Path root;
    private final Quorum quorum = new Quorum();
    private final List<Node> nodes = new ArrayList<>();
    private final ConcurrentLinkedQueue<Throwable> defects = new ConcurrentLinkedQueue<>();
    private final TopicPartition partition;

    /** @param parent where a directory is made, which goes with them */
    LocalBrokers(Path parent, int count) throws IOException {
        root = Files.createTempDirectory(parent, "brokers-");
        for (int id = 0; id < count; id++) {
            nodes.add(new Node(id));
        }
        nodes.forEach(Node::start);
        Map<String, String> configs = new HashMap<>(TOPIC_CONFIGS);
        // Then no batch is acknowledged that a follower has not got.
        configs.put("min.insync.replicas", String.valueOf(count));
        List<Integer> replicas = IntStream.range(0, count).boxed().toList();
        partition = new TopicPartition(quorum.createTopic(TOPIC, configs, replicas), 0);
    }

    /** A call to the leader's broker. */
    ServedCall<?, ?> call(MethodDescriptor<?, ?> method, ServedCall.Caller caller) {
        return ServedCall.open(nodes.get(0).methods.get(method.getFullMethodName()), caller);
    }

    /** Offset that the next record gets at the broker that has the fewest. */
    long logEndOffset() {
        return nodes.stream()
                .map(node -> node.dataPlane.partition(partition))
                .mapToLong(found -> found.map(Partition::logEndOffset).orElse(0L))
                .min()
                .orElseThrow();
    }

    @Override
    public void close() {
        nodes.forEach(node -> node.dataPlane.close());
        FileTree.delete(root);
        if (!defects.isEmpty()) {
            throw new IllegalStateException("a broker had a defect", defects.peek());
        }
    }

    private final class Node {
        private final int id;
        private final UUID directory = UUID.randomUUID();
        private final LocalMetadata metadata = new LocalMetadata(defects::add);
        private final Map<String, ServerMethodDefinition<?, ?>> methods = new HashMap<>();
        private final DataPlane dataPlane;

        private Node(int id) throws IOException {
            this.id = id;
            Path path = Files.createDirectory(root.resolve("broker-" + id));
            LogDir dir = LogDir.online(directory, path.toString(), UnflushedDisk.in(path), 0);
            dataPlane = new DataPlane(
                    id,
                    metadata,
                    new PartitionLogs(List.of(dir), LogConfig.defaults(), 1, damaged -> {}, Threads.system()),
                    1,
                    1,
                    ReplicaOptions.DEFAULTS,
                    quorum::propose,
                    // A broker's port is its id and one more.
                    endpoint -> new WireChannel(
                            name -> nodes.get(endpoint.port() - 1).methods.get(name)),
                    RETENTION_INTERVAL,
                    new CompactionSettings(0, 1 << 20, Long.MAX_VALUE, Duration.ofHours(1)),
                    new ScrubSettings(Duration.ofDays(7), Long.MAX_VALUE),
                    new MoveSettings(Long.MAX_VALUE),
                    GroupSettings.DEFAULTS,
                    defects::add);
            dataPlane
                    .services()
                    .forEach(service -> service.bindService()
                            .getMethods()
                            .forEach(method ->
                                    methods.put(method.getMethodDescriptor().getFullMethodName(), method)));
        }

        private void start() {
            dataPlane.renew(Lease.of(System.nanoTime(), TimeUnit.HOURS.toNanos(1)));
            dataPlane.recover(dir -> Optional.empty());
            long epoch = quorum.register(id, id + 1, directory, metadata);
            dataPlane.start(epoch).join();
            quorum.unfence(id, epoch);
        }
    }
}
