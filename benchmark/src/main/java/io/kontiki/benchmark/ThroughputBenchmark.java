package io.kontiki.benchmark;

import io.kontiki.client.NewTopic;
import io.kontiki.client.Producer;
import io.kontiki.client.ProducerRecord;
import io.kontiki.localcluster.ClusterView;
import io.kontiki.localcluster.LocalCluster;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.LongAdder;

/**
 * MiB of 1 KiB records per second from one producer, acks=all and flush.mode=ack, into six partitions of a cluster of
 * three; with replication factor 1 and 3 in turn, so that a change of the machine's speed meets both.
 */
final class ThroughputBenchmark {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final int BROKERS = 3;
    private static final int PARTITIONS = 6;
    private static final int RECORD_BYTES = 1024;
    private static final int ROUNDS = 3;

    private final Path distribution;
    private final Path directory;
    private final int mebibytes;

    ThroughputBenchmark(Path distribution, Path directory, int mebibytes) {
        this.distribution = distribution;
        this.directory = directory;
        this.mebibytes = mebibytes;
    }

    void run() throws IOException {
        Figures one = new Figures();
        Figures three = new Figures();
        Figures memory = new Figures();
        try (LocalCluster cluster = LocalCluster.create(distribution, directory, BROKERS);
                ClusterView view = new ClusterView(cluster.bootstrap())) {
            cluster.startAll();
            cluster.awaitReady(view, PATIENCE);
            measure(cluster, view, "warm-up", 3);
            for (int round = 0; round < ROUNDS; round++) {
                one.add(measure(cluster, view, "factor1-" + round, 1));
                three.add(measure(cluster, view, "factor3-" + round, 3));
            }
            for (var broker : cluster.brokers()) {
                memory.add(ResidentMemory.mebibytes(broker.pid()));
            }
        }
        System.out.println("acks=all, replication factor 1: " + one.summary("MiB/s"));
        System.out.println("acks=all, replication factor 3: " + three.summary("MiB/s"));
        System.out.println("resident memory of a broker after it: " + memory.summary("MiB"));
    }

    private double measure(LocalCluster cluster, ClusterView view, String topic, int replicationFactor)
            throws IOException {
        view.admin()
                .createTopic(NewTopic.named(topic).withPartitions(PARTITIONS).withReplicationFactor(replicationFactor));
        cluster.await("the topic's replicas to be in sync", PATIENCE, () -> view.whole(topic));
        long records = (long) mebibytes << 10;
        LongAdder failed = new LongAdder();
        byte[] value = new byte[RECORD_BYTES];
        new SplittableRandom(1).nextBytes(value);
        long start;
        try (Producer producer = Producer.builder()
                .bootstrapServers(cluster.bootstrap())
                .linger(Duration.ofMillis(5))
                .batchBytes(256 << 10)
                .build()) {
            start = System.nanoTime();
            for (long i = 0; i < records; i++) {
                producer.send(ProducerRecord.of(topic, value)).whenComplete((written, failure) -> {
                    if (failure != null) {
                        failed.increment();
                    }
                });
            }
            producer.flush();
        }
        double seconds = (System.nanoTime() - start) / 1e9;
        if (failed.sum() > 0) {
            throw new IllegalStateException(failed.sum() + " of " + records + " records were not acknowledged");
        }
        System.out.printf(Locale.ROOT, "%s: %d MiB in %.2f s%n", topic, mebibytes, seconds);
        return mebibytes / seconds;
    }
}
