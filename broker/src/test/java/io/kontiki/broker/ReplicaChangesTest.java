package io.kontiki.broker;

import static org.assertj.core.api.Assertions.assertThat;

import io.kontiki.metadata.FlushMode;
import io.kontiki.metadata.LogPosition;
import io.kontiki.metadata.MetadataDelta;
import io.kontiki.metadata.MetadataImage;
import io.kontiki.metadata.PartitionRegistration;
import io.kontiki.metadata.TopicImage;
import io.kontiki.metadata.TopicsImage;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.pcollections.TreePMap;
import org.pcollections.TreePVector;

/** What broker 1 counts of a partition that it has with brokers 2 and 3. */
class ReplicaChangesTest {
    private static final UUID TOPIC = new UUID(1, 1);

    private final List<UUID> deleted = new ArrayList<>();
    private final ReplicaChanges changes = new ReplicaChanges(1, deleted::add);
    private MetadataImage image = MetadataImage.EMPTY;
    private PartitionRegistration partition =
            PartitionRegistration.created(List.of(1, 2, 3), List.of(1, 2, 3), 2, FlushMode.ACK);

    ReplicaChangesTest() {
        publish(topics());
    }

    private TopicsImage topics() {
        return TopicsImage.EMPTY.with(
                new TopicImage(TOPIC, "t", TreePMap.empty(), TreePVector.singleton(partition), 0, 0));
    }

    private void publish(TopicsImage topics) {
        var before = image;
        image = image.withTopics(topics)
                .withPosition(new LogPosition(1, image.position().index() + 1));
        changes.onMetadata(MetadataDelta.between(before, image), image);
    }

    private void change(List<Integer> isr, int leader, int leaderEpoch) {
        partition = partition.next(isr, List.of(), List.of(), leader, leaderEpoch);
        publish(topics());
    }

    private List<Integer> counts() throws Exception {
        var scrape = HttpReading.scrape(changes);
        return List.of(
                (int) HttpReading.value(scrape, "kontiki_isr_shrinks_total"),
                (int) HttpReading.value(scrape, "kontiki_isr_expands_total"),
                (int) HttpReading.value(scrape, "kontiki_leader_elections_total"));
    }

    @Test
    void theFirstImageIsNoChange() throws Exception {
        assertThat(counts()).containsExactly(0, 0, 0);
    }

    @Test
    void shrinksAndExpandsOfWhatIsLedHereCount() throws Exception {
        change(List.of(1, 3), 1, 0);
        assertThat(counts()).containsExactly(1, 0, 0);
        change(List.of(1, 2, 3), 1, 0);
        change(List.of(1, 2, 3), 1, 0);
        assertThat(counts()).containsExactly(1, 1, 0);
    }

    @Test
    void electionsOfThisBrokerCountAndThoseOfOthersDoNot() throws Exception {
        change(List.of(2, 3), 2, 1);
        assertThat(counts()).containsExactly(0, 0, 0);
        change(List.of(1, 2, 3), 2, 1);
        change(List.of(1, 2, 3), 1, 2);
        assertThat(counts()).containsExactly(0, 0, 1);
    }

    @Test
    void topicsThatAreGoneAreTold() {
        publish(TopicsImage.EMPTY);
        assertThat(deleted).containsExactly(TOPIC);
    }
}
