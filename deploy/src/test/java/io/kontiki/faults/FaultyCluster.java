package io.kontiki.faults;

import io.kontiki.client.Consumer;
import io.kontiki.client.PartitionInfo;
import io.kontiki.client.Position;
import io.kontiki.client.TopicPartition;
import io.kontiki.localcluster.BrokerProcess;
import io.kontiki.localcluster.ClusterView;
import io.kontiki.localcluster.FileTree;
import io.kontiki.quickstart.FaultScenario;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;

/** Brokers, each with a disk that can be broken and a library that lets flushes fail. Belongs to one thread. */
final class FaultyCluster implements AutoCloseable {
    static final Duration PATIENCE = Duration.ofSeconds(60);

    private static final Duration POLL = Duration.ofMillis(200);
    private static final long DISK_BYTES = 512L << 20;
    private static final String DATA = "data";

    private final FaultScenario scenario;
    private final Path wishes;
    private final Map<Integer, LoopFileSystem> disks = new TreeMap<>();

    /** Where the data of a broker are. */
    enum Layout {
        /** All on the disk that can be broken. */
        ONE_DIRECTORY,
        /** The metadata and some of the logs on a sound disk, the other logs on the one that can be broken. */
        TWO_DIRECTORIES
    }

    /** Three, all of which vote. */
    FaultyCluster(Layout layout) throws IOException {
        this(layout, 3, 3);
    }

    /** So many, of which so many vote. */
    FaultyCluster(Layout layout, int brokers, int voters) throws IOException {
        Disks.assumeNone(Tools.fileSystemsObstacle());
        scenario = new FaultScenario(brokers, voters);
        wishes = Files.createTempDirectory("kontiki-fail-flush");
        scenario.cluster().set("log.segment.bytes", "16KiB");
        scenario.cluster().set("log.index.interval.bytes", "256");
        scenario.cluster().set("replica.lag.time.max.ms", "2000");
        for (BrokerProcess broker : scenario.cluster().brokers()) {
            disks.put(broker.id(), Disks.create(DISK_BYTES));
            String sound = layout == Layout.ONE_DIRECTORY ? "" : broker.dataDirectory() + ",";
            broker.set("log.dirs", sound + dataOf(broker.id()));
            broker.setEnvironment("LD_PRELOAD", Tools.failFlush().toString());
            broker.setEnvironment("FAIL_FLUSH_WISH", wishOf(broker.id()).toString());
        }
    }

    FaultScenario scenario() {
        return scenario;
    }

    LoopFileSystem disk(int broker) {
        return disks.get(broker);
    }

    /** The broker's directory on its disk. */
    Path dataOf(int broker) {
        return disks.get(broker).root().resolve(DATA);
    }

    /** Lets the broker's next flush of a file whose path begins so fail, and no other. */
    void failNextFlush(int broker, String path) throws IOException {
        // Put in place at once, so that no half of it is read.
        Path written = Files.writeString(wishes.resolve("new"), path);
        Files.move(written, wishOf(broker));
    }

    private Path wishOf(int broker) {
        return wishes.resolve("broker-" + broker);
    }

    BrokerProcess leader(String topic) {
        return scenario.cluster().broker(scenario.view().leader(topic, 0).orElseThrow());
    }

    /** The partitions of a topic whose logs a broker has on its disk, once it has all that it shall have. */
    List<Integer> partitionsOnDisk(BrokerProcess broker, String topic) throws IOException {
        int partitions = scenario.view().partitions(topic).size();
        Path sound = broker.dataDirectory();
        Path disk = dataOf(broker.id());
        await(
                "the logs of " + topic,
                () -> in(sound, topic, partitions).size()
                                + in(disk, topic, partitions).size()
                        == partitions);
        return in(disk, topic, partitions);
    }

    private static List<Integer> in(Path directory, String topic, int partitions) {
        return IntStream.range(0, partitions)
                .filter(number -> Files.exists(directory.resolve(topic + "-" + number)))
                .boxed()
                .toList();
    }

    /** The partitions in whose ISR a broker is. */
    List<Integer> inSync(int broker, String topic) {
        return inSync(scenario.view(), broker, topic);
    }

    /** Waits until a broker is in no ISR of these partitions but where it leads. */
    void awaitNoFollower(BrokerProcess broker, String topic, List<Integer> partitions) throws IOException {
        await(
                "broker " + broker.id() + " to leave every ISR of " + topic + " where it follows",
                () -> scenario.view().partitions(topic).stream()
                        .filter(partition -> partitions.contains(partition.partition()))
                        .allMatch(partition -> partition.leader().equals(OptionalInt.of(broker.id()))
                                || !partition.isr().contains(broker.id())));
    }

    /** Where the committed records of a topic of one partition end. */
    long committed(String topic) {
        TopicPartition partition = new TopicPartition(topic, 0);
        return scenario.view()
                .admin()
                .listOffsets(Map.of(partition, Position.latest()))
                .get(partition)
                .offset();
    }

    /** Reads a topic of one partition from the beginning to the end as it is now. */
    void readAll(String topic) throws IOException {
        TopicPartition partition = new TopicPartition(topic, 0);
        long end = committed(topic);
        try (Consumer consumer = Consumer.builder()
                .bootstrapServers(scenario.cluster().bootstrap())
                .startAt(Position.earliest())
                .build()) {
            consumer.assign(List.of(partition));
            await("a consumer to reach offset " + end, () -> {
                consumer.poll(POLL);
                return consumer.position(partition) >= end;
            });
        }
    }

    static List<Integer> inSync(ClusterView view, int broker, String topic) {
        return view.partitions(topic).stream()
                .filter(partition -> partition.isr().contains(broker))
                .map(PartitionInfo::partition)
                .toList();
    }

    void await(String what, BooleanSupplier condition) throws IOException {
        scenario.cluster().await(what, PATIENCE, condition);
    }

    /** Waits until a broker, in whatever run, said something. */
    void awaitLog(BrokerProcess broker, String text) throws IOException {
        await("broker " + broker.id() + " to say: " + text, () -> {
            try {
                return broker.log().contains(text);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
    }

    @Override
    public void close() {
        disks.values().forEach(LoopFileSystem::thaw);
        scenario.close();
        disks.values().forEach(LoopFileSystem::close);
        FileTree.delete(wishes);
    }
}
