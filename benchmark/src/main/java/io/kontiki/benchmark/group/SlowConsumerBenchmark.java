package io.kontiki.benchmark.group;

import io.kontiki.client.NewTopic;
import io.kontiki.client.Producer;
import io.kontiki.client.ProducerRecord;
import io.kontiki.localcluster.BrokerProcess;
import io.kontiki.localcluster.ClusterView;
import io.kontiki.localcluster.Console;
import io.kontiki.localcluster.LocalCluster;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.atomic.LongAdder;

/**
 * Three consumers stop reading, each in its way, while gibibytes arrive; what that costs the brokers in memory, and how fast
 * each of them catches up. Three brokers, replication factor 3.
 */
public final class SlowConsumerBenchmark {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Duration LONG_PATIENCE = Duration.ofMinutes(30);
    private static final int BROKERS = 3;
    private static final int PARTITIONS = 6;
    private static final int RECORD_BYTES = 1024;
    private static final long WARM_UP_RECORDS = 20_000;
    private static final String TOPIC = "slow";

    private final Path distribution;
    private final Path directory;
    private final int gibibytes;
    private final Duration stop;
    private final SlowConsumerReport report;
    private final Console console = new Console(System.err, System.console() != null);
    private final byte[] value = new byte[RECORD_BYTES];

    /**
     * @param gibibytes that arrive while the consumers stand still
     * @param stop how long they do at least
     */
    public SlowConsumerBenchmark(Path distribution, Path directory, int gibibytes, Duration stop) {
        this.distribution = distribution;
        this.directory = directory;
        this.gibibytes = gibibytes;
        this.stop = stop;
        this.report = new SlowConsumerReport(gibibytes);
        new SplittableRandom(1).nextBytes(value);
    }

    /** Measures; fails if a consumer misses a record, or gets one twice or out of order. */
    public SlowConsumerReport run() throws IOException {
        try (LocalCluster cluster = LocalCluster.create(distribution, directory, BROKERS);
                ClusterView view = new ClusterView(cluster.bootstrap())) {
            cluster.brokers().forEach(broker -> broker.setEnvironment(BrokerProcess.JVM_OPTS, BrokerMemory.JVM_OPTION));
            cluster.startAll();
            cluster.awaitReady(view, PATIENCE);
            report.options(BrokerMemory.options(cluster.broker(1).pid()));
            view.admin()
                    .createTopic(
                            NewTopic.named(TOPIC).withPartitions(PARTITIONS).withReplicationFactor(BROKERS));
            cluster.await("the topic's replicas to be in sync", PATIENCE, () -> view.whole(TOPIC));
            try (SlowReader noCredits = new StreamReader(
                            StreamReader.Way.NO_CREDITS, cluster.broker(1).endpoint(), TOPIC, PARTITIONS);
                    SlowReader noReading = new StreamReader(
                            StreamReader.Way.NO_READING, cluster.broker(2).endpoint(), TOPIC, PARTITIONS);
                    SlowReader client = new ClientReader(cluster.bootstrap(), TOPIC, PARTITIONS)) {
                measure(cluster, List.of(noCredits, noReading, client));
            }
        }
        console.finish();
        return report;
    }

    private void measure(LocalCluster cluster, List<SlowReader> readers) throws IOException {
        produce(cluster, WARM_UP_RECORDS);
        for (SlowReader reader : readers) {
            awaitCount(cluster, reader, WARM_UP_RECORDS);
        }
        readers.forEach(SlowReader::stop);
        Map<Integer, BrokerMemory> before = collected(cluster);
        console.line("the consumers stand still");
        long total = WARM_UP_RECORDS + ((long) gibibytes << 30) / RECORD_BYTES;
        long begin = System.nanoTime();
        MemoryWatch watch = new MemoryWatch(cluster.brokers());
        try (watch) {
            produce(cluster, total - WARM_UP_RECORDS);
            report.arrived(System.nanoTime() - begin);
            console.line(gibibytes + " GiB have arrived");
            cluster.await("the end of the stop", LONG_PATIENCE, () -> System.nanoTime() - begin >= stop.toNanos());
            report.stopped(System.nanoTime() - begin);
        }
        Map<Integer, BrokerMemory> during = collected(cluster);
        for (SlowReader reader : readers) {
            long left = total - reader.check().count();
            long start = System.nanoTime();
            reader.goOn();
            awaitCount(cluster, reader, total);
            report.caughtUp(reader.name(), left, left * RECORD_BYTES, System.nanoTime() - start);
            console.line(reader.name() + ": has caught up");
        }
        Map<Integer, BrokerMemory> after = collected(cluster);
        readers.forEach(reader -> requireEachOnce(reader, total));
        cluster.brokers().forEach(broker -> {
            int id = broker.id();
            report.memory(id, before.get(id), during.get(id), after.get(id), watch);
        });
    }

    /** All offsets rise and as many records came as were acknowledged: so each came once. */
    private static void requireEachOnce(SlowReader reader, long total) {
        reader.check().fault().ifPresent(fault -> {
            throw new IllegalStateException(reader.name() + ": " + fault);
        });
        if (reader.check().count() != total) {
            throw new IllegalStateException(
                    reader.name() + ": " + reader.check().count() + " records came, " + total + " were acknowledged");
        }
    }

    private static void awaitCount(LocalCluster cluster, SlowReader reader, long records) throws IOException {
        cluster.await(
                reader.name() + " to have all records",
                LONG_PATIENCE,
                () -> reader.check().count() >= records);
    }

    private static Map<Integer, BrokerMemory> collected(LocalCluster cluster) throws IOException {
        Map<Integer, BrokerMemory> all = new TreeMap<>();
        for (BrokerProcess broker : cluster.brokers()) {
            all.put(broker.id(), BrokerMemory.collected(broker.pid()));
        }
        return all;
    }

    private void produce(LocalCluster cluster, long records) {
        LongAdder failed = new LongAdder();
        try (Producer producer = Producer.builder()
                .bootstrapServers(cluster.bootstrap())
                .linger(Duration.ofMillis(5))
                .batchBytes(256 << 10)
                .build()) {
            for (long i = 0; i < records; i++) {
                producer.send(ProducerRecord.of(TOPIC, value)).whenComplete((written, failure) -> {
                    if (failure != null) {
                        failed.increment();
                    }
                });
            }
            producer.flush();
        }
        if (failed.sum() > 0) {
            throw new IllegalStateException(failed.sum() + " of " + records + " records were not acknowledged");
        }
    }
}
