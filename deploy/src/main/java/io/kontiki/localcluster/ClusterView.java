package io.kontiki.localcluster;

import io.kontiki.client.Admin;
import io.kontiki.client.BrokerInfo;
import io.kontiki.client.ClusterDescription;
import io.kontiki.client.PartitionInfo;
import java.time.Duration;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.function.Function;
import java.util.stream.Collectors;

/** What the cluster says about itself, as questions of the quickstart and of the tests. Thread-safe. */
public final class ClusterView implements AutoCloseable {
    private static final Duration CALL_TIMEOUT = Duration.ofSeconds(5);

    private final Admin admin;

    public ClusterView(String bootstrap) {
        admin = Admin.builder()
                .bootstrapServers(bootstrap)
                .clientId("kontiki-quickstart")
                .requestTimeout(CALL_TIMEOUT)
                .build();
    }

    public Admin admin() {
        return admin;
    }

    /** Whether the metadata quorum has a leader and each of these brokers may lead partitions. */
    public boolean serving(Collection<Integer> brokerIds) {
        ClusterDescription cluster = admin.describeCluster();
        List<Integer> unfenced = cluster.brokers().stream()
                .filter(broker -> !broker.fenced())
                .map(BrokerInfo::id)
                .toList();
        return cluster.controllerId().isPresent() && unfenced.containsAll(brokerIds);
    }

    /** The broker that leads the metadata quorum. */
    public OptionalInt controller() {
        return admin.describeCluster().controllerId();
    }

    public List<PartitionInfo> partitions(String topic) {
        return admin.describeTopic(topic).topic().partitions();
    }

    public OptionalInt leader(String topic, int partition) {
        return partitions(topic).get(partition).leader();
    }

    /** How many partitions of the topic each broker leads. */
    public Map<Integer, Long> leaderships(String topic) {
        return partitions(topic).stream()
                .flatMap(partition -> partition.leader().stream().boxed())
                .collect(Collectors.groupingBy(Function.identity(), Collectors.counting()));
    }

    /** The broker that leads most partitions of the topic; among equals the one with the lowest id. */
    public int mostLeading(String topic) {
        return leaderships(topic).entrySet().stream()
                .max(Map.Entry.<Integer, Long>comparingByValue()
                        .thenComparing(Map.Entry.comparingByKey(Comparator.reverseOrder())))
                .orElseThrow(() -> new IllegalStateException("no partition of " + topic + " has a leader"))
                .getKey();
    }

    /** Whether every partition has a leader and every replica is in sync. */
    public boolean whole(String topic) {
        return partitions(topic).stream()
                .allMatch(partition -> partition.leader().isPresent()
                        && partition.isr().size() == partition.replicas().size());
    }

    @Override
    public void close() {
        admin.close();
    }
}
