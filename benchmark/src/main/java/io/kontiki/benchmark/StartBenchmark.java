package io.kontiki.benchmark;

import io.kontiki.localcluster.BrokerProcess;
import io.kontiki.localcluster.ClusterView;
import io.kontiki.localcluster.LocalCluster;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;

/** From the start of one broker's process until a client finds it serving, and what it occupies then. */
final class StartBenchmark {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final Path distribution;
    private final Path directory;
    private final int runs;

    StartBenchmark(Path distribution, Path directory, int runs) {
        this.distribution = distribution;
        this.directory = directory;
        this.runs = runs;
    }

    void run() throws IOException {
        Figures millis = new Figures();
        Figures memory = new Figures();
        // One more than is counted: the first start may have to make the class archive.
        for (int i = 0; i <= runs; i++) {
            try (LocalCluster cluster = LocalCluster.create(distribution, directory.resolve("start-" + i), 1);
                    ClusterView view = new ClusterView(cluster.bootstrap())) {
                BrokerProcess broker = cluster.brokers().get(0);
                long start = System.nanoTime();
                broker.start();
                cluster.awaitReady(view, PATIENCE);
                if (i > 0) {
                    millis.add((System.nanoTime() - start) / 1e6);
                    memory.add(ResidentMemory.mebibytes(broker.pid()));
                }
            }
        }
        System.out.println("start until serving, one broker: " + millis.summary("ms"));
        System.out.println("resident memory once it serves:  " + memory.summary("MiB"));
    }
}
