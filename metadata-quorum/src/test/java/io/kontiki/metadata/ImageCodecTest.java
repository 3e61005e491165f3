package io.kontiki.metadata;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.google.protobuf.ByteString;
import io.kontiki.proto.internal.v1.BrokerRecord;
import io.kontiki.proto.internal.v1.ImageRecord;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.pcollections.TreePMap;
import org.pcollections.TreePSet;
import org.pcollections.TreePVector;

class ImageCodecTest {
    static BrokerRegistration broker(int id) {
        return new BrokerRegistration(
                id,
                new UUID(id, 1),
                id == 3 ? Optional.of(new UUID(id, 4)) : Optional.empty(),
                id + 10,
                new TreeMap<>(Map.of(new UUID(id, 2), true, new UUID(id, 3), false)),
                new Endpoint("::1", 9392),
                id % 2 == 0 ? Optional.of("rack" + id) : Optional.empty(),
                id == 3,
                id == 4,
                id + 20);
    }

    static TopicImage topic(int number, Map<String, String> configs) {
        var leaderless = new PartitionRegistration(
                List.of(3, 1),
                List.of(new UUID(3, 2), PartitionRegistration.UNASSIGNED),
                List.of(),
                List.of(1),
                List.of(3),
                PartitionRegistration.NO_LEADER,
                5,
                9,
                2,
                FlushMode.OS,
                new Reassignment(List.of(3), List.of(1), 1, 5_000_000_000L),
                4);
        var led = PartitionRegistration.created(List.of(2, 1), List.of(1), 1, FlushMode.ACK);
        return new TopicImage(
                new UUID(-number, number),
                "topic-" + number,
                TreePMap.from(configs),
                TreePVector.from(List.of(leaderless, led)),
                number * 100L,
                number * 10L);
    }

    static MetadataImage image() {
        var configs = new LinkedHashMap<String, String>();
        configs.put("segment.bytes", "100");
        configs.put("flush.mode", "os");
        return new MetadataImage(
                new LogPosition(7, 1234),
                "cluster",
                1,
                TreePMap.<Integer, BrokerRegistration>empty().plus(3, broker(3)).plus(4, broker(4)),
                TopicsImage.EMPTY
                        .with(topic(2, configs))
                        .with(topic(1, Map.of()))
                        .withLastDeletionIndex(77),
                1000,
                GroupsImage.EMPTY,
                SlotsImage.EMPTY);
    }

    @Test
    void imageSurvivesTheTripThroughBytes() {
        assertThat(ImageCodec.decode(ImageCodec.encode(image()))).isEqualTo(image());
        assertThat(ImageCodec.decode(ImageCodec.encode(MetadataImage.EMPTY))).isEqualTo(MetadataImage.EMPTY);
    }

    @Test
    void equalImagesGiveEqualBytesHoweverTheyWereMade() { // I10
        var other = image().withTopics(TopicsImage.EMPTY
                .with(topic(1, Map.of()))
                .with(topic(3, Map.of()))
                .with(topic(2, Map.of("flush.mode", "os", "segment.bytes", "100")))
                .without(new UUID(-3, 3))
                .withLastDeletionIndex(77));
        assertThat(ImageCodec.encode(other)).isEqualTo(ImageCodec.encode(image()));
    }

    @Test
    void deltaLeadsFromOneImageToTheNext() {
        var after = image().withPosition(new LogPosition(8, 1300))
                .withBrokers(image().brokers().minus(3).plus(5, broker(5)))
                .withTopics(image().topics().without(new UUID(-1, 1)).with(topic(9, Map.of())));
        var delta = MetadataDelta.between(image(), after);
        assertThat(delta.changedBrokers()).containsExactly(5);
        assertThat(delta.removedBrokers()).containsExactly(3);
        assertThat(delta.changedTopics()).containsExactly(new UUID(-9, 9));
        assertThat(delta.removedTopics()).containsExactly(new UUID(-1, 1));
        var update = ImageCodec.apply(image(), ImageCodec.toRecord(delta, after));
        assertThat(update.image()).isEqualTo(after);
        assertThat(update.delta()).isEqualTo(delta);
    }

    @Test
    void fullDeltaNamesEverythingAndAnUnchangedImageNothing() {
        assertThat(MetadataDelta.full(image()))
                .isEqualTo(new MetadataDelta(
                        TreePSet.from(List.of(3, 4)),
                        TreePSet.empty(),
                        TreePSet.from(List.of(new UUID(-1, 1), new UUID(-2, 2))),
                        TreePSet.empty(),
                        GroupsDelta.EMPTY));
        assertThat(MetadataDelta.between(image(), ImageCodec.decode(ImageCodec.encode(image())))
                        .isEmpty())
                .isTrue();
    }

    @Test
    void damagedBytesAreRefused() {
        assertThatIllegalArgumentException().isThrownBy(() -> ImageCodec.decode(new byte[] {1, 2, 3}));
        var shortId = ImageRecord.newBuilder()
                .addBrokers(BrokerRecord.newBuilder().setIncarnation(ByteString.copyFromUtf8("x")))
                .build();
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ImageCodec.fromRecord(shortId))
                .withMessage("a UUID has 16 bytes, not 1");
    }
}
