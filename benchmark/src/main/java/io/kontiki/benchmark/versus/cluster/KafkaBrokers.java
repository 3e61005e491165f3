package io.kontiki.benchmark.versus.cluster;

import io.kontiki.localcluster.FreePorts;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/** Kafka's brokers in KRaft mode, each a controller too, from its jars. */
final class KafkaBrokers implements BrokerSet {
    private final KafkaConfig config;
    private final List<KafkaNode> nodes;

    /** @param jars directory of Kafka's jars */
    KafkaBrokers(Path jars, Path directory, int count, JvmMemory memory) throws IOException {
        List<Integer> ports = FreePorts.find(2 * count);
        this.config = new KafkaConfig(ports.subList(0, count), ports.subList(count, 2 * count));
        this.nodes = new ArrayList<>();
        String clusterId = clusterId();
        for (int id = 1; id <= count; id++) {
            Path home = Files.createDirectories(directory.resolve("broker-" + id));
            nodes.add(new KafkaNode(id, jars, home, config, memory));
        }
        // All at once: each takes a second, most of it the start of a JVM.
        List<Process> formatting = new ArrayList<>();
        for (KafkaNode node : nodes) {
            formatting.add(node.format(clusterId));
        }
        formatting.forEach(KafkaNode::exits);
        for (int i = 0; i < count; i++) {
            nodes.get(i).requireFormatted(formatting.get(i));
        }
    }

    /** 16 bytes in Kafka's way of writing them; never one that begins with a dash, which would be an option. */
    private static String clusterId() {
        byte[] bytes = new byte[16];
        new SplittableRandom().nextBytes(bytes);
        return "K"
                + Base64.getUrlEncoder().withoutPadding().encodeToString(bytes).substring(1);
    }

    @Override
    public void start() throws IOException {
        for (KafkaNode node : nodes) {
            if (!node.isAlive()) {
                node.start();
            }
        }
    }

    @Override
    public void stop() throws IOException {
        nodes.forEach(KafkaNode::terminate);
        for (KafkaNode node : nodes) {
            node.awaitEnd();
        }
    }

    @Override
    public void kill(int id) {
        nodes.get(id - 1).kill();
    }

    @Override
    public int count() {
        return nodes.size();
    }

    @Override
    public String bootstrap() {
        return config.bootstrap();
    }

    @Override
    public List<Long> pids() {
        return nodes.stream().filter(KafkaNode::isAlive).map(KafkaNode::pid).toList();
    }

    @Override
    public String logTails() throws IOException {
        StringBuilder tails = new StringBuilder();
        for (int i = 0; i < nodes.size(); i++) {
            tails.append("--- broker ")
                    .append(i + 1)
                    .append('\n')
                    .append(nodes.get(i).logTail())
                    .append('\n');
        }
        return tails.toString();
    }

    @Override
    public void close() {
        IntStream.rangeClosed(1, nodes.size()).forEach(this::kill);
    }
}
