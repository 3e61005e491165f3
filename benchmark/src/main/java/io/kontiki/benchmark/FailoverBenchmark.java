package io.kontiki.benchmark;

import io.kontiki.client.NewTopic;
import io.kontiki.client.Producer;
import io.kontiki.client.ProducerRecord;
import io.kontiki.localcluster.BrokerProcess;
import io.kontiki.localcluster.ClusterView;
import io.kontiki.localcluster.LocalCluster;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;

/**
 * One partition, replication factor 3, a producer with acks=all that always has some records under way; its leader is
 * killed with SIGKILL again and again. The figure is the longest time between two acknowledgements around each kill.
 */
final class FailoverBenchmark {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final String TOPIC = "failover";
    private static final int BROKERS = 3;
    private static final int UNDER_WAY_MAX = 100;

    private final Path distribution;
    private final Path directory;
    private final int kills;
    private final AtomicLong acknowledged = new AtomicLong();
    private final AtomicLong lastAckNanos = new AtomicLong();
    private final AtomicLong longestGapNanos = new AtomicLong();
    private final AtomicReference<Throwable> failure = new AtomicReference<>();
    private final Semaphore underWay = new Semaphore(UNDER_WAY_MAX);

    FailoverBenchmark(Path distribution, Path directory, int kills) {
        this.distribution = distribution;
        this.directory = directory;
        this.kills = kills;
    }

    void run() throws IOException, InterruptedException {
        Figures all = new Figures();
        Figures leaderOnly = new Figures();
        Figures withController = new Figures();
        try (LocalCluster cluster = LocalCluster.create(distribution, directory, BROKERS);
                ClusterView view = new ClusterView(cluster.bootstrap())) {
            cluster.startAll();
            cluster.awaitReady(view, PATIENCE);
            view.admin().createTopic(NewTopic.named(TOPIC).withPartitions(1).withReplicationFactor(BROKERS));
            cluster.await("the topic's replicas to be in sync", PATIENCE, () -> view.whole(TOPIC));
            AtomicBoolean stop = new AtomicBoolean();
            Thread load = new Thread(() -> produce(cluster.bootstrap(), stop), "load");
            load.start();
            for (int i = 1; i <= kills; i++) {
                awaitAcks(cluster, 1000);
                BrokerProcess leader = cluster.broker(view.leader(TOPIC, 0).orElseThrow());
                boolean controller = view.controller().orElse(-1) == leader.id();
                longestGapNanos.set(0);
                leader.kill();
                awaitAcks(cluster, 1000);
                double gap = longestGapNanos.get() / 1e6;
                all.add(gap);
                (controller ? withController : leaderOnly).add(gap);
                System.out.printf(
                        "kill %d of %d: broker %d%s, gap %.0f ms%n",
                        i, kills, leader.id(), controller ? ", controller too" : "", gap);
                leader.start();
                cluster.await("the replicas to be in sync again", PATIENCE, () -> view.whole(TOPIC));
            }
            stop.set(true);
            load.join();
        }
        if (failure.get() != null) {
            throw new IllegalStateException("a record was not acknowledged", failure.get());
        }
        System.out.println("produce gap, all kills:                  " + all.summary("ms"));
        print("produce gap, leader is not the controller: ", leaderOnly);
        print("produce gap, leader is the controller too: ", withController);
    }

    private static void print(String what, Figures figures) {
        if (!figures.isEmpty()) {
            System.out.println(what + figures.summary("ms"));
        }
    }

    private void awaitAcks(LocalCluster cluster, int more) throws IOException {
        long goal = acknowledged.get() + more;
        cluster.await("acknowledgements", PATIENCE, () -> acknowledged.get() >= goal);
    }

    private void produce(String bootstrap, AtomicBoolean stop) {
        try (Producer producer = Producer.builder().bootstrapServers(bootstrap).build()) {
            lastAckNanos.set(System.nanoTime());
            for (long i = 0; !stop.get(); i++) {
                underWay.acquireUninterruptibly();
                producer.send(ProducerRecord.of(TOPIC, Long.toString(i).getBytes(StandardCharsets.UTF_8)))
                        .whenComplete((written, cause) -> onAnswer(cause));
            }
        }
    }

    /** Called by one thread of the producer at a time. */
    private void onAnswer(Throwable cause) {
        underWay.release();
        if (cause != null) {
            failure.compareAndSet(null, cause);
            return;
        }
        long now = System.nanoTime();
        long gap = now - lastAckNanos.getAndSet(now);
        longestGapNanos.accumulateAndGet(gap, Math::max);
        acknowledged.incrementAndGet();
    }
}
