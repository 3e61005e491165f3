package io.kontiki.benchmark.versus.load;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** Kafka's Java client. */
final class KafkaClient implements SystemClient {
    private static final String AS_THE_SYSTEM_HAS_IT = "-1";

    private final String bootstrap;
    private final Admin admin;

    KafkaClient(String bootstrap) {
        this.bootstrap = bootstrap;
        this.admin = Admin.create(common());
    }

    private Map<String, Object> common() {
        Map<String, Object> settings = new HashMap<>();
        settings.put("bootstrap.servers", bootstrap);
        // A broker that starts is found as soon as may be: with the default, an attempt in a second.
        settings.put("reconnect.backoff.max.ms", "50");
        // On loopback the system's buffers, which grow, are faster than the fixed ones.
        settings.put("send.buffer.bytes", AS_THE_SYSTEM_HAS_IT);
        settings.put("receive.buffer.bytes", AS_THE_SYSTEM_HAS_IT);
        return settings;
    }

    @Override
    public int servingBrokers() {
        return await(admin.describeCluster().nodes()).size();
    }

    @Override
    public void createTopic(Topic topic) {
        Map<String, String> configs = new HashMap<>();
        configs.put("min.insync.replicas", Integer.toString(topic.minInsync()));
        if (topic.flushEach()) {
            configs.put("flush.messages", "1");
        }
        NewTopic wanted = new NewTopic(topic.name(), topic.partitions(), (short) topic.replicas()).configs(configs);
        await(admin.createTopics(List.of(wanted)).all());
    }

    @Override
    public boolean whole(Topic topic) {
        TopicDescription found = describe(topic.name());
        return found.partitions().size() == topic.partitions()
                && found.partitions().stream()
                        .allMatch(partition -> partition.leader() != null
                                && !partition.leader().isEmpty()
                                && partition.isr().size() == topic.replicas());
    }

    @Override
    public int leader(String topic, int partition) {
        return describe(topic).partitions().get(partition).leader().id();
    }

    private TopicDescription describe(String topic) {
        return await(admin.describeTopics(List.of(topic)).topicNameValues().get(topic));
    }

    @Override
    public RecordSink sink(SinkSettings wanted) {
        Map<String, Object> settings = common();
        settings.put("acks", wanted.acks());
        settings.put("compression.type", wanted.codec());
        settings.put("batch.size", wanted.batchBytes());
        settings.put("linger.ms", wanted.lingerMillis());
        settings.put("buffer.memory", wanted.bufferBytes());
        settings.put("max.block.ms", SinkSettings.PATIENCE.toMillis());
        settings.put("delivery.timeout.ms", (int) SinkSettings.PATIENCE.toMillis());
        // A batch of the largest size and its frame.
        settings.put("max.request.size", 4 << 20);
        return new KafkaSink(new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer()));
    }

    @Override
    public RecordSource source(Topic topic) {
        Map<String, Object> settings = common();
        settings.put("max.poll.records", KontikiClient.POLL_RECORDS_MAX);
        settings.put("enable.auto.commit", "false");
        KafkaConsumer<byte[], byte[]> consumer =
                new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer());
        Set<TopicPartition> partitions = partitions(topic);
        consumer.assign(partitions);
        consumer.seekToBeginning(partitions);
        return new KafkaSource(consumer);
    }

    private static Set<TopicPartition> partitions(Topic topic) {
        return IntStream.range(0, topic.partitions())
                .mapToObj(partition -> new TopicPartition(topic.name(), partition))
                .collect(Collectors.toSet());
    }

    @Override
    public OffsetCommitter committer(String group, Topic topic) {
        Map<String, Object> settings = common();
        settings.put("group.id", group);
        settings.put("enable.auto.commit", "false");
        return new KafkaCommitter(
                new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer()),
                partitions(topic));
    }

    @Override
    public GroupSource member(String group, Topic topic) {
        Map<String, Object> settings = common();
        settings.put("group.id", group);
        // The broker assigns, and only what moves stops: the best that Kafka has, but not its client's default yet.
        settings.put("group.protocol", "consumer");
        settings.put("auto.offset.reset", "earliest");
        KafkaConsumer<byte[], byte[]> consumer =
                new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer());
        consumer.subscribe(List.of(topic.name()));
        return new KafkaGroupSource(consumer);
    }

    private static <T> T await(KafkaFuture<T> future) {
        try {
            return future.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        } catch (ExecutionException e) {
            throw new NotYetException(e.getCause());
        }
    }

    @Override
    public void close() {
        admin.close();
    }
}
