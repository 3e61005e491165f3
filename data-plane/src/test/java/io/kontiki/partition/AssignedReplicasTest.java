package io.kontiki.partition;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.kontiki.log.LogConfig;
import io.kontiki.metadata.LocalMetadata;
import io.kontiki.metadata.TopicPartition;
import io.kontiki.metadata.UuidBytes;
import io.kontiki.metadata.command.TestQuorum;
import io.kontiki.proto.internal.v1.AlterTopic;
import io.kontiki.proto.internal.v1.AssignDirectories;
import io.kontiki.proto.internal.v1.AssignDirectory;
import io.kontiki.proto.internal.v1.Command;
import io.kontiki.replication.ReplicaOptions;
import io.kontiki.storage.file.FileDisk;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.LongConsumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Broker 1 holds the partitions of a topic, all with broker 2. What their replicas are told waits for good. */
class AssignedReplicasTest {
    private static final int BROKER = 1;
    private static final int PARTITIONS = 5;
    private static final List<Integer> HELD = List.of(BROKER, 2);
    private static final UUID TOPIC = new UUID(0, 7);
    private static final TopicPartition NONE = new TopicPartition(new UUID(0, 8), 0);

    @TempDir
    Path root;

    private final Queue<Throwable> defects = new ConcurrentLinkedQueue<>();
    private final Queue<Runnable> events = new ConcurrentLinkedQueue<>();
    private final TestQuorum quorum = TestQuorum.withBrokers(BROKER, 2);
    private final LocalMetadata metadata = new LocalMetadata(defects::add);
    private Partitions partitions;

    @BeforeEach
    void start() {
        LogDir dir = LogDir.online(TestQuorum.directory(BROKER), "root", new FileDisk(root), 0);
        Threads system = new Waiting(Threads.system());
        partitions = new Partitions(
                BROKER,
                metadata,
                new PartitionLogs(List.of(dir), LogConfig.defaults(), 1, damaged -> {}, system),
                1,
                ReplicaOptions.DEFAULTS,
                new NoTransport(),
                request -> new CompletableFuture<>(),
                Duration.ofHours(1),
                new MoveSettings(Long.MAX_VALUE),
                system,
                defects::add);
        partitions.start(quorum.epoch(BROKER));
        apply(Command.newBuilder()
                .setCreateTopic(TestQuorum.createTopic(TOPIC, "t", Map.of(), HELD, HELD, HELD, HELD, HELD)));
        await().until(() -> partitions.all().size() == PARTITIONS);
        eventsOfReplicas();
    }

    @AfterEach
    void stop() {
        partitions.close();
        assertThat(defects).isEmpty();
    }

    /** Threads of which the event loops keep what they are to run. */
    private final class Waiting implements Threads {
        private final Threads system;

        Waiting(Threads system) {
            this.system = system;
        }

        @Override
        public EventLoop loop(String name, int limit, long tickNanos, Defects loopDefects) {
            return new EventLoop() {
                @Override
                public boolean offer(Runnable event) {
                    return false;
                }

                @Override
                public void execute(Runnable event) {
                    events.add(event);
                }

                @Override
                public void addTicker(LongConsumer ticker) {}

                @Override
                public void removeTicker(LongConsumer ticker) {}

                @Override
                public void close() {}
            };
        }

        @Override
        public long nanoTime() {
            return system.nanoTime();
        }

        @Override
        public InstantSource clock() {
            return system.clock();
        }

        @Override
        public ScheduledExecutorService pool(String name, int size) {
            return system.pool(name, size);
        }

        @Override
        public ScheduledExecutorService pool(LogDir dir, String name, int size) {
            return system.pool(dir, name, size);
        }

        @Override
        public void onDefect(String work, Throwable defect) {
            defects.add(defect);
        }
    }

    private void apply(Command.Builder command) {
        quorum.accept(command);
        metadata.publish(quorum.last().delta(), quorum.image());
    }

    private void assignDirectories(int... numbers) {
        AssignDirectories.Builder command =
                AssignDirectories.newBuilder().setBrokerId(BROKER).setBrokerEpoch(quorum.epoch(BROKER));
        for (int number : numbers) {
            command.addReplicas(AssignDirectory.newBuilder()
                    .setTopicId(UuidBytes.toBytes(TOPIC))
                    .setPartition(number)
                    .setDirectoryId(UuidBytes.toBytes(TestQuorum.directory(BROKER))));
        }
        apply(Command.newBuilder().setAssignDirectories(command));
    }

    /** How many events the replicas got since the last call, by all that was published. */
    private int eventsOfReplicas() {
        // Answered behind what was published, on the same thread.
        partitions.held(List.of(NONE)).join();
        int count = events.size();
        events.clear();
        return count;
    }

    @Test
    void replicasAreToldOfTheirOwnRecordsAlone() {
        assignDirectories(3);
        int ofOne = eventsOfReplicas();
        assertThat(ofOne).isPositive();

        quorum.alterIsr(TOPIC, BROKER);
        metadata.publish(quorum.last().delta(), quorum.image());
        assertThat(eventsOfReplicas()).isEqualTo(ofOne);

        assignDirectories(0, 1);
        assertThat(eventsOfReplicas()).isEqualTo(2 * ofOne);
    }

    @Test
    void allReplicasAreToldOfTheConfigurationAndOfBrokers() {
        assignDirectories(0, 1, 2, 3, 4);
        int ofAll = eventsOfReplicas();

        apply(Command.newBuilder()
                .setAlterTopic(AlterTopic.newBuilder()
                        .setTopicId(UuidBytes.toBytes(TOPIC))
                        .setAssumedIndex(quorum.image().position().index())
                        .putSetConfigs("retention.ms", "1000")));
        assertThat(eventsOfReplicas()).isEqualTo(ofAll);

        quorum.fence(2);
        metadata.publish(quorum.last().delta(), quorum.image());
        assertThat(eventsOfReplicas()).isGreaterThanOrEqualTo(PARTITIONS);
    }
}
