package io.kontiki.broker;

import static org.assertj.core.api.Assertions.assertThat;

import io.kontiki.metadata.FlushMode;
import io.kontiki.metadata.LogPosition;
import io.kontiki.metadata.MetadataImage;
import io.kontiki.metadata.PartitionRegistration;
import io.kontiki.metadata.Reassignment;
import io.kontiki.metadata.TopicImage;
import io.kontiki.metadata.TopicsImage;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.pcollections.TreePMap;
import org.pcollections.TreePVector;

/** What broker 1 tells of partitions that are well and of others. */
class ClusterMetricsTest {
    private static final int NONE = PartitionRegistration.NO_LEADER;

    private static PartitionRegistration partition(
            List<Integer> replicas, List<Integer> isr, int leader, int minIsr, List<Integer> adding) {
        return new PartitionRegistration(
                replicas,
                PartitionRegistration.unassigned(replicas.size()),
                isr,
                List.of(),
                List.of(),
                leader,
                0,
                0,
                minIsr,
                FlushMode.ACK,
                adding.isEmpty() ? Reassignment.NONE : new Reassignment(adding, List.of(), minIsr, 0),
                0);
    }

    private static MetadataImage image(PartitionRegistration... partitions) {
        var topic = new TopicImage(new UUID(1, 1), "t", TreePMap.empty(), TreePVector.from(List.of(partitions)), 0, 0);
        return MetadataImage.EMPTY.withPosition(new LogPosition(1, 7)).withTopics(TopicsImage.EMPTY.with(topic));
    }

    private static final MetadataImage IMAGE = image(
            partition(List.of(1, 2, 3), List.of(1, 2, 3), 1, 2, List.of()), // well
            partition(List.of(1, 2, 3), List.of(1, 3), 1, 2, List.of()), // at min ISR
            partition(List.of(2, 1, 3), List.of(1), 1, 2, List.of()), // below min ISR
            partition(List.of(2, 3), List.of(3), NONE, 1, List.of()), // offline, at min ISR
            partition(List.of(2, 1), List.of(2), 2, 1, List.of(1)), // moved to broker 1
            partition(List.of(1), List.of(1), 1, 1, List.of())); // alone

    private static Map<String, Double> values(String scrape) {
        var values = new TreeMap<String, Double>();
        scrape.lines()
                .filter(line -> line.startsWith("kontiki_") && !line.contains("{"))
                .forEach(line -> values.put(line.split(" ")[0].substring(8), Double.valueOf(line.split(" ")[1])));
        return values;
    }

    @Test
    void partitionsAreCountedByWhatIsWrong() throws Exception {
        assertThat(values(HttpReading.scrape(new ClusterMetrics(() -> IMAGE))))
                .containsEntry("cluster_topics", 1.0)
                .containsEntry("cluster_partitions", 6.0)
                .containsEntry("cluster_offline_partitions", 1.0)
                .containsEntry("cluster_under_replicated_partitions", 3.0)
                .containsEntry("cluster_under_min_isr_partitions", 1.0)
                .containsEntry("cluster_at_min_isr_partitions", 3.0)
                .containsEntry("cluster_reassigning_partitions", 1.0);
    }

    @Test
    void replicasAreCountedByThisBrokersPart() throws Exception {
        var metrics = new ReplicaMetrics(1, () -> IMAGE, id -> Optional.empty(), PartitionSeries.TRUE);

        assertThat(values(HttpReading.scrape(metrics)))
                .containsEntry("replicas", 5.0)
                .containsEntry("replica_leaders", 4.0)
                .containsEntry("replica_preferred_leaders", 3.0)
                .containsEntry("replica_under_replicated", 2.0)
                .containsEntry("replica_under_min_isr", 1.0)
                .containsEntry("replica_offline", 5.0);
    }

    @Test
    void nothingIsToldBeforeThereIsAnImage() throws Exception {
        assertThat(HttpReading.scrape(
                        new ClusterMetrics(() -> MetadataImage.EMPTY),
                        new ReplicaMetrics(1, () -> MetadataImage.EMPTY, id -> Optional.empty(), PartitionSeries.TRUE)))
                .doesNotContain("kontiki_cluster")
                .doesNotContain("kontiki_replica");
    }
}
