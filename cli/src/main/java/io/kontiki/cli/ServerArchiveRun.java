package io.kontiki.cli;

import io.kontiki.broker.Broker;
import io.kontiki.broker.BrokerConfig;
import io.kontiki.client.Admin;
import io.kontiki.client.Consumer;
import io.kontiki.client.NewTopic;
import io.kontiki.client.Position;
import io.kontiki.client.Producer;
import io.kontiki.client.ProducerRecord;
import io.kontiki.client.TopicPartition;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Three brokers in this process that do once what brokers do: vote, replicate, take records and give them back. */
final class ServerArchiveRun implements AutoCloseable {
    private static final int BROKERS = 3;
    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final String TOPIC = "archived";
    static final int RECORDS = 100;

    private static final Executor START_THREAD = task -> new Thread(task, "kontiki-archive-end").start();

    private final Path directory;
    private final List<Broker> brokers = new ArrayList<>();

    /** @param parent where its data is until {@link #close} */
    ServerArchiveRun(Path parent) throws IOException {
        directory = Files.createTempDirectory(parent, "kontiki-archive-");
    }

    void start() throws IOException, InterruptedException {
        Map<String, String> settings = settings();
        for (int id = 1; id <= BROKERS; id++) {
            Map<String, String> own = new HashMap<>(settings);
            own.put("broker.id", Integer.toString(id));
            own.put("log.dirs", directory.resolve("broker-" + id).toString());
            brokers.add(Broker.start(BrokerConfig.of(own)));
        }
        for (Broker broker : brokers) {
            if (!broker.awaitServing(PATIENCE)) {
                throw new Failure(
                        ExitCode.UNREACHABLE,
                        "the brokers for the archive do not serve after " + PATIENCE.toSeconds() + " s",
                        "Is this machine overloaded? Brokers run without the archive, too.");
            }
        }
    }

    private static Map<String, String> settings() throws IOException {
        List<Integer> ports = freePorts();
        String voters = IntStream.range(0, BROKERS)
                .mapToObj(index -> (index + 1) + "@127.0.0.1:" + ports.get(index))
                .collect(Collectors.joining(","));
        return Map.of(
                "cluster.id",
                UUID.randomUUID().toString(),
                "listeners",
                "GRPC://127.0.0.1:0",
                "http.listener",
                "127.0.0.1:0",
                "quorum.voters",
                voters);
    }

    /** Voters have to know each other's ports before they start. */
    private static List<Integer> freePorts() throws IOException {
        List<ServerSocket> held = new ArrayList<>();
        try {
            for (int i = 0; i < BROKERS; i++) {
                held.add(new ServerSocket(0, 1, InetAddress.getLoopbackAddress()));
            }
            return held.stream().map(ServerSocket::getLocalPort).toList();
        } finally {
            for (ServerSocket socket : held) {
                socket.close();
            }
        }
    }

    /** Returns how many records were sent and came back. */
    int useAll() {
        String bootstrap = String.valueOf(brokers.get(0).endpoint());
        try (Admin admin = Admin.builder().bootstrapServers(bootstrap).build()) {
            admin.createTopic(NewTopic.named(TOPIC).withPartitions(BROKERS).withReplicationFactor(BROKERS));
        }
        try (Producer producer = Producer.builder().bootstrapServers(bootstrap).build()) {
            for (int i = 0; i < RECORDS; i++) {
                producer.send(ProducerRecord.of(TOPIC, new byte[] {(byte) i}));
            }
            producer.flush();
        }
        try (Consumer consumer = Consumer.builder()
                .bootstrapServers(bootstrap)
                .startAt(Position.earliest())
                .build()) {
            consumer.assign(IntStream.range(0, BROKERS)
                    .mapToObj(partition -> new TopicPartition(TOPIC, partition))
                    .toList());
            long deadline = System.nanoTime() + PATIENCE.toNanos();
            int read = 0;
            while (read < RECORDS && System.nanoTime() - deadline < 0) {
                read += consumer.poll(Duration.ofSeconds(1)).size();
            }
            return read;
        }
    }

    /** All at once: the last voters of a quorum would wait for those that are gone. */
    @Override
    public void close() throws IOException {
        List<CompletableFuture<Void>> closing = brokers.stream()
                .map(broker -> CompletableFuture.runAsync(broker::close, START_THREAD))
                .toList();
        closing.forEach(CompletableFuture::join);
        Files.walkFileTree(directory, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                Files.delete(file);
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path folder, IOException failure) throws IOException {
                Files.delete(folder);
                return FileVisitResult.CONTINUE;
            }
        });
    }
}
