package io.kontiki.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A topic that is deleted and made again under its name is another one. */
class TopicMadeAgainTest extends GroupFixture {
    @Test
    void aTopicMadeAgainIsReadFromItsStart() {
        cluster.appendRaw(0, batch("a", "b", "c"));
        var consumer = subscribed(settings().resetPolicy(ResetPolicy.LATEST));
        pollUntil(consumer, () -> consumer.assignment().contains(P0));
        assertThat(consumer.position(P0)).isEqualTo(3);

        cluster.makeTopicAgain();
        cluster.appendRaw(0, batch("new"));

        assertThat(read(consumer, 1)).containsExactly("new");
    }

    @Test
    void anAssignedTopicMadeAgainIsNotReadAtTheOldPosition() {
        var consumer = behindTheSecondRecord();

        cluster.makeTopicAgain();
        cluster.appendRaw(0, batch("c", "d", "e"));

        assertThatThrownBy(() -> pollUntil(consumer, () -> false)).hasMessageContaining("made again");
        consumer.seek(P0, Position.earliest());
        assertThat(read(consumer, 3)).containsExactly("c", "d", "e");
    }

    @Test
    void aTopicMadeAgainThatTheMetadataLackYetIsNotReadAtTheOldPosition() {
        var consumer = behindTheSecondRecord();

        cluster.makeTopicAgainQuietly();
        cluster.appendRaw(0, batch("c", "d", "e"));
        int refused = cluster.refusedIds();
        pollUntil(consumer, () -> cluster.refusedIds() > refused + 2);
        cluster.tellWatchers();

        assertThatThrownBy(() -> pollUntil(consumer, () -> false)).hasMessageContaining("made again");
    }

    @Test
    void offsetsOfATopicThatTheMetadataLackYetAreNotTold() {
        cluster.appendRaw(0, batch("a", "b"));
        var consumer = start(Consumer.builder()
                .bootstrapServers(cluster.bootstrap())
                .transport(cluster)
                .requestTimeout(Duration.ofMillis(300)));
        assertThat(consumer.endOffsets(List.of(P0))).containsEntry(P0, 2L);

        cluster.makeTopicAgainQuietly();
        cluster.appendRaw(0, batch("c"));

        assertThatThrownBy(() -> consumer.endOffsets(List.of(P0)))
                .isInstanceOfSatisfying(
                        KontikiException.class, e -> assertThat(e.reason()).isEqualTo(ErrorReason.TIMED_OUT));
        cluster.tellWatchers();
        org.awaitility.Awaitility.await()
                .until(() -> consumer.topic(FakeCluster.TOPIC).id().equals(WireValues.topicId(cluster.topicId())));
        assertThat(consumer.endOffsets(List.of(P0))).containsEntry(P0, 1L);
    }

    private Consumer behindTheSecondRecord() {
        cluster.appendRaw(0, batch("a", "b"));
        var consumer =
                start(Consumer.builder().bootstrapServers(cluster.bootstrap()).transport(cluster));
        consumer.assign(List.of(P0));
        consumer.seek(P0, Position.offset(1));
        assertThat(read(consumer, 1)).containsExactly("b");
        return consumer;
    }
}
