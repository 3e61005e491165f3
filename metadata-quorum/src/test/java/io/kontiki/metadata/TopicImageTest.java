package io.kontiki.metadata;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.pcollections.HashTreePMap;
import org.pcollections.TreePMap;
import org.pcollections.TreePVector;

class TopicImageTest {
    private final TopicImage topic = topic(created(), created(), created());

    private static PartitionRegistration created() {
        return PartitionRegistration.created(List.of(1, 2), List.of(1, 2), 1, FlushMode.OS);
    }

    private static TopicImage topic(PartitionRegistration... partitions) {
        return new TopicImage(new UUID(1, 2), "t", TreePMap.empty(), TreePVector.from(List.of(partitions)), 0, 0);
    }

    @Test
    void onlyPartitionsWhoseRecordDiffersHaveChanged() {
        var assigned = created().withDirectory(2, new UUID(3, 4));

        assertThat(topic.changedSince(Optional.of(topic))).isEmpty();
        assertThat(topic(created(), assigned, created()).changedSince(Optional.of(topic)))
                .containsExactly(1);
    }

    @Test
    void partitionsThatAreNewHaveChanged() {
        assertThat(topic(created(), created(), created(), created(), created()).changedSince(Optional.of(topic)))
                .containsExactly(3, 4);
        assertThat(topic.changedSince(Optional.empty())).containsExactly(0, 1, 2);
    }

    @Test
    void anotherConfigurationChangesAllPartitions() {
        var configured = topic.withConfigs(TreePMap.from(HashTreePMap.singleton("retention.ms", "1000")), 7);

        assertThat(configured.changedSince(Optional.of(topic))).containsExactly(0, 1, 2);
    }
}
