package io.kontiki.benchmark;

import io.kontiki.client.CommittedOffset;
import io.kontiki.client.KontikiException;
import io.kontiki.client.NewTopic;
import io.kontiki.client.Producer;
import io.kontiki.client.ProducerRecord;
import io.kontiki.client.TopicPartition;
import io.kontiki.localcluster.BrokerProcess;
import io.kontiki.localcluster.ClusterView;
import io.kontiki.localcluster.Console;
import io.kontiki.localcluster.FreePorts;
import io.kontiki.localcluster.LocalCluster;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * What a scrape of {@code /metrics} costs on a broker with many partitions, which leads them all, and 100 groups that are one
 * record behind in 100 partitions each.
 */
final class ScrapeBenchmark {
    private static final Duration PATIENCE = Duration.ofMinutes(10);
    private static final int TOPICS = 10;
    private static final int GROUPS = 100;
    private static final int PARTITIONS_OF_A_GROUP = 100;
    private static final int SCRAPES = 20;

    private final Path distribution;
    private final Path directory;
    private final int partitionsOfATopic;
    private final HttpClient http = HttpClient.newHttpClient();
    private final Console console = new Console(System.err, System.console() != null);

    /** @param partitions of the broker, at least 1000, in ten topics */
    ScrapeBenchmark(Path distribution, Path directory, int partitions) {
        this.distribution = distribution;
        this.directory = directory;
        this.partitionsOfATopic = partitions / TOPICS;
        if (partitionsOfATopic < PARTITIONS_OF_A_GROUP) {
            throw new IllegalArgumentException(
                    partitions + " partitions are too few: at least " + TOPICS * PARTITIONS_OF_A_GROUP);
        }
    }

    void run() throws IOException, InterruptedException {
        int port = FreePorts.find(1).get(0);
        try (LocalCluster cluster = LocalCluster.create(distribution, directory, 1);
                ClusterView view = new ClusterView(cluster.bootstrap())) {
            BrokerProcess broker = cluster.brokers().get(0);
            broker.set("http.listener", "localhost:" + port);
            // A machine that is busy making logs is not to be taken for one that is gone.
            broker.set("broker.session.timeout.ms", "60s");
            broker.setEnvironment("KONTIKI_HEAP_OPTS", "-Xms1g -Xmx1g -XX:+UseG1GC");
            broker.start();
            cluster.awaitReady(view, PATIENCE);
            fill(cluster, view);
            URI metrics = URI.create("http://localhost:" + port + "/metrics");
            measure(metrics, "identity");
            measure(metrics, "gzip");
            System.out.printf(
                    Locale.ROOT, "resident memory of the broker: %.0f MiB%n", ResidentMemory.mebibytes(broker.pid()));
        }
        console.finish();
    }

    private void fill(LocalCluster cluster, ClusterView view) throws IOException {
        try (Producer producer =
                Producer.builder().bootstrapServers(cluster.bootstrap()).build()) {
            for (int topic = 0; topic < TOPICS; topic++) {
                // Made faster so; it changes nothing of what is measured.
                view.admin()
                        .createTopic(NewTopic.named("t" + topic)
                                .withPartitions(partitionsOfATopic)
                                .withReplicationFactor(1)
                                .withConfig("flush.mode", "os"));
                for (int partition = 0; partition < partitionsOfATopic; partition++) {
                    producer.send(ProducerRecord.to("t" + topic)
                            .partition(partition)
                            .value(new byte[100])
                            .build());
                }
                producer.flush();
                console.line((topic + 1) * partitionsOfATopic + " partitions");
            }
        }
        for (int group = 0; group < GROUPS; group++) {
            Map<TopicPartition, CommittedOffset> offsets = new HashMap<>();
            for (int i = 0; i < PARTITIONS_OF_A_GROUP; i++) {
                offsets.put(
                        new TopicPartition("t" + group % TOPICS, (group + i) % partitionsOfATopic),
                        CommittedOffset.of(1));
            }
            String name = "group-" + group;
            cluster.await("offsets of " + name, PATIENCE, () -> isCommitted(view, name, offsets));
        }
    }

    private static boolean isCommitted(ClusterView view, String group, Map<TopicPartition, CommittedOffset> offsets) {
        try {
            return view.admin().alterGroupOffsets(group, offsets).values().stream()
                    .allMatch(Optional::isEmpty);
        } catch (KontikiException e) {
            return false; // Again, until the patience is over.
        }
    }

    private void measure(URI metrics, String encoding) throws IOException, InterruptedException {
        Figures millis = new Figures();
        long bytes = 0;
        double firstMillis = 0;
        for (int i = 0; i <= SCRAPES; i++) {
            long start = System.nanoTime();
            HttpResponse<byte[]> answer = http.send(
                    HttpRequest.newBuilder(metrics)
                            .header("Accept-Encoding", encoding)
                            .build(),
                    HttpResponse.BodyHandlers.ofByteArray());
            double took = (System.nanoTime() - start) / 1e6;
            if (answer.statusCode() != 200) {
                throw new IOException("a scrape was answered with " + answer.statusCode());
            }
            bytes = answer.body().length;
            if (i == 0) {
                firstMillis = took;
            } else {
                millis.add(took);
            }
        }
        System.out.printf(
                Locale.ROOT,
                "scrape of %d partitions and %d groups, %s: %.1f MiB, %s; the first %.0f ms%n",
                TOPICS * partitionsOfATopic,
                GROUPS,
                encoding.equals("gzip") ? "gzip" : "plain",
                bytes / (double) (1 << 20),
                millis.summary("ms"),
                firstMillis);
    }
}
