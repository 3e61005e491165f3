package io.kontiki.placement;

import io.kontiki.client.Acks;
import io.kontiki.client.NewTopic;
import io.kontiki.client.PartitionInfo;
import io.kontiki.client.Producer;
import io.kontiki.client.ProducerRecord;
import io.kontiki.client.TopicPartition;
import io.kontiki.localcluster.LocalCluster;
import io.kontiki.quickstart.FaultScenario;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;

/** A topic of one partition on brokers of our choice. */
final class PlacedTopic {
    static final Duration PATIENCE = Duration.ofSeconds(180);

    private static final int VALUE_BYTES = 32 << 10;

    private final FaultScenario scenario;
    private final String name;

    PlacedTopic(FaultScenario scenario, String name, int minIsr, Integer... replicas) throws IOException {
        this.scenario = scenario;
        this.name = name;
        scenario.view()
                .admin()
                .createTopic(NewTopic.named(name)
                        .withPartitions(1)
                        .withReplicationFactor(replicas.length)
                        .withConfig("flush.mode", "os")
                        .withConfig("min.insync.replicas", Integer.toString(minIsr)));
        scenario.view()
                .admin()
                .reassignPartitions(Map.of(id(), List.of(replicas)), OptionalLong.empty(), false)
                .values()
                .forEach(failure -> failure.ifPresent(error -> {
                    throw error;
                }));
        awaitReplicas(replicas);
    }

    TopicPartition id() {
        return new TopicPartition(name, 0);
    }

    /** As the command line names its partition. */
    String partition() {
        return name + ":0";
    }

    LocalCluster cluster() {
        return scenario.cluster();
    }

    PartitionInfo info() {
        return scenario.view().partitions(name).get(0);
    }

    int leader() {
        return info().leader().orElseThrow();
    }

    void await(String what, BooleanSupplier condition) throws IOException {
        cluster().await(what, PATIENCE, condition);
    }

    /** Until these are the replicas, all of them in sync, and nothing is moved any more. */
    void awaitReplicas(Integer... replicas) throws IOException {
        await(
                name + " to be on " + List.of(replicas),
                () -> info().replicas().equals(List.of(replicas))
                        && info().isr().size() == replicas.length
                        && !scenario.view().admin().listReassignments().containsKey(id()));
    }

    /** Sends so many bytes and waits for their acknowledgement. */
    void fill(long bytes) {
        try (Producer producer = Producer.builder()
                .bootstrapServers(cluster().bootstrap())
                .acks(Acks.ALL)
                .build()) {
            var last = producer.send(ProducerRecord.to(name).value(new byte[1]).build());
            for (long sent = 0; sent < bytes; sent += VALUE_BYTES) {
                last = producer.send(
                        ProducerRecord.to(name).value(new byte[VALUE_BYTES]).build());
            }
            producer.flush();
            last.join();
        }
    }

    Path directory(int broker) {
        return cluster().broker(broker).dataDirectory().resolve(name + "-0");
    }

    /** What its log takes on a broker's disk; 0 if it has none. */
    long bytesOn(int broker) {
        return logs(broker).stream().mapToLong(file -> file.toFile().length()).sum();
    }

    /** All batches, as they are on a broker's disk. */
    byte[] contentOn(int broker) {
        var all = new ByteArrayOutputStream();
        try {
            for (Path segment : logs(broker)) {
                all.write(Files.readAllBytes(segment));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return all.toByteArray();
    }

    private List<Path> logs(int broker) {
        if (!Files.isDirectory(directory(broker))) {
            return List.of();
        }
        try (Stream<Path> entries = Files.list(directory(broker))) {
            return entries.filter(entry -> entry.toString().endsWith(".log"))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Also under no other name, such as that of a stray. */
    void awaitGoneFrom(int broker) throws IOException {
        Path data = cluster().broker(broker).dataDirectory();
        await("nothing of " + name + " to be left on broker " + broker, () -> {
            try (Stream<Path> entries = Files.list(data)) {
                return entries.noneMatch(entry -> entry.getFileName().toString().startsWith(name));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
    }
}
