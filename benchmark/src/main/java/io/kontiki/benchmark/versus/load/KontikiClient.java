package io.kontiki.benchmark.versus.load;

import io.kontiki.client.Acks;
import io.kontiki.client.Admin;
import io.kontiki.client.Compression;
import io.kontiki.client.Consumer;
import io.kontiki.client.KontikiException;
import io.kontiki.client.NewTopic;
import io.kontiki.client.PartitionInfo;
import io.kontiki.client.Position;
import io.kontiki.client.Producer;
import io.kontiki.client.ResetPolicy;
import io.kontiki.client.TopicPartition;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Kontiki's Java client. */
final class KontikiClient implements SystemClient {
    /** Records that one poll of either consumer returns at most. */
    static final int POLL_RECORDS_MAX = 1000;

    private final String bootstrap;
    private final Admin admin;

    KontikiClient(String bootstrap) {
        this.bootstrap = bootstrap;
        this.admin = Admin.builder().bootstrapServers(bootstrap).build();
    }

    @Override
    public int servingBrokers() {
        return ask(() -> (int) admin.describeCluster().brokers().stream()
                .filter(broker -> !broker.fenced())
                .count());
    }

    @Override
    public void createTopic(Topic topic) {
        ask(() -> admin.createTopic(NewTopic.named(topic.name())
                .withPartitions(topic.partitions())
                .withReplicationFactor(topic.replicas())
                .withConfig("min.insync.replicas", Integer.toString(topic.minInsync()))
                .withConfig("flush.mode", topic.flushEach() ? "ack" : "os")));
    }

    @Override
    public boolean whole(Topic topic) {
        List<PartitionInfo> found = partitions(topic.name());
        return found.size() == topic.partitions()
                && found.stream()
                        .allMatch(partition -> partition.leader().isPresent()
                                && partition.isr().size() == topic.replicas());
    }

    @Override
    public int leader(String topic, int partition) {
        return partitions(topic).get(partition).leader().orElseThrow();
    }

    private List<PartitionInfo> partitions(String topic) {
        return ask(() -> admin.describeTopic(topic).topic().partitions());
    }

    @Override
    public RecordSink sink(SinkSettings wanted) {
        return new KontikiSink(Producer.builder()
                .bootstrapServers(bootstrap)
                .acks(wanted.acks().equals("1") ? Acks.LEADER : Acks.ALL)
                .compression(Compression.valueOf(wanted.codec().toUpperCase(Locale.ROOT)))
                .batchBytes(wanted.batchBytes())
                .linger(Duration.ofMillis(wanted.lingerMillis()))
                .maxBlock(SinkSettings.PATIENCE)
                .deliveryTimeout(SinkSettings.PATIENCE)
                .bufferBytes(wanted.bufferBytes())
                .build());
    }

    @Override
    public RecordSource source(Topic topic) {
        Consumer consumer = Consumer.builder()
                .bootstrapServers(bootstrap)
                .startAt(Position.earliest())
                .maxPollRecords(POLL_RECORDS_MAX)
                .build();
        consumer.assign(partitions(topic));
        return new KontikiSource(consumer);
    }

    private static Set<TopicPartition> partitions(Topic topic) {
        return IntStream.range(0, topic.partitions())
                .mapToObj(partition -> new TopicPartition(topic.name(), partition))
                .collect(Collectors.toSet());
    }

    @Override
    public OffsetCommitter committer(String group, Topic topic) {
        Consumer consumer = Consumer.builder()
                .bootstrapServers(bootstrap)
                .group(group)
                .autoCommit(false)
                .build();
        return new KontikiCommitter(consumer, partitions(topic));
    }

    @Override
    public GroupSource member(String group, Topic topic) {
        Consumer consumer = Consumer.builder()
                .bootstrapServers(bootstrap)
                .group(group)
                .resetPolicy(ResetPolicy.EARLIEST)
                .build();
        consumer.subscribe(List.of(topic.name()));
        return new KontikiGroupSource(consumer);
    }

    private static <T> T ask(Supplier<T> call) {
        try {
            return call.get();
        } catch (KontikiException e) {
            throw new NotYetException(e);
        }
    }

    @Override
    public void close() {
        admin.close();
    }
}
