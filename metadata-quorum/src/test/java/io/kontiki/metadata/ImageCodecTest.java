package io.kontiki.metadata;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.google.protobuf.ByteString;
import io.kontiki.proto.internal.v1.BrokerRecord;
import io.kontiki.proto.internal.v1.DeltaRecord;
import io.kontiki.proto.internal.v1.GroupOffsetsRecord;
import io.kontiki.proto.internal.v1.ImageRecord;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.pcollections.PSortedMap;
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
                GroupsImage.EMPTY.with(group("a", 3)).with(group("b", 0)),
                SlotsImage.EMPTY.with(5, new Slot(4, 2)),
                ConfigsImage.EMPTY
                        .with(ConfigsImage.CLUSTER, configs("num.partitions", "6"), 70)
                        .with(4, configs("group.max.size", "9"), 80));
    }

    private static PSortedMap<String, String> configs(String key, String value) {
        return TreePMap.<String, String>empty().plus(key, value);
    }

    /** With members and offsets of that many partitions; what a member has came to it in different epochs. */
    static GroupImage group(String id, int partitions) {
        var group = GroupImage.empty(id).withEpochs(9, 8, Assignor.RANGE).withVersion(55);
        var offsets = GroupOffsets.NONE;
        for (int i = 0; i < partitions; i++) {
            offsets = offsets.with(
                            new TopicPartition(new UUID(-2, 2), i),
                            new CommittedOffset(i * 10, i - 1, "m" + i, 7, 50 + i))
                    .with(new TopicPartition(new UUID(-1, 1), i), new CommittedOffset(0, 3, "", 8));
        }
        group = group.withOffsets(offsets);
        if (partitions == 0) {
            return group.withEmptySince(1234);
        }
        var member = MemberImage.joined(
                        "m1",
                        Optional.of("static"),
                        "client",
                        "::1",
                        TreePSet.of("topic-1", "topic-2"),
                        Optional.of("other.*"),
                        10_000,
                        60_000)
                .withTarget(TreePSet.of(partition(0), partition(1)))
                .with(
                        7,
                        TreePMap.<TopicPartition, Integer>empty()
                                .plus(partition(0), 5)
                                .plus(partition(1), 7),
                        TreePMap.<TopicPartition, Integer>empty().plus(partition(2), 5));
        var other = MemberImage.joined("m2", Optional.empty(), "", "", TreePSet.empty(), Optional.empty(), 1, 2);
        return group.withMembers(
                TreePMap.<String, MemberImage>empty().plus("m1", member).plus("m2", other));
    }

    private static TopicPartition partition(int number) {
        return new TopicPartition(new UUID(-2, 2), number);
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
                        TreePSet.from(List.of(ConfigsImage.CLUSTER, 4)),
                        new GroupsDelta(
                                TreePSet.of("a", "b"),
                                TreePSet.empty(),
                                TreePMap.singleton(
                                        "a",
                                        TreePSet.of(
                                                partition(0),
                                                partition(1),
                                                partition(2),
                                                new TopicPartition(new UUID(-1, 1), 0),
                                                new TopicPartition(new UUID(-1, 1), 1),
                                                new TopicPartition(new UUID(-1, 1), 2))),
                                TreePMap.empty(),
                                true)));
        assertThat(MetadataDelta.between(image(), ImageCodec.decode(ImageCodec.encode(image())))
                        .isEmpty())
                .isTrue();
    }

    @Test
    void deltaOfGroupsTellsOnlyWhatChangedInThem() throws Exception {
        var before = image();
        var group = before.group("a").orElseThrow();
        var moved = group.withOffsets(group.offsets()
                .with(partition(1), new CommittedOffset(11, 1, "", 9))
                .without(new UUID(-1, 1), List.of(0, 2)));
        var after = before.withPosition(new LogPosition(8, 1300))
                .withGroups(before.groups().without("b").with(moved).with(group("c", 1)))
                .withSlots(before.slots().with(6, new Slot(3, 1)));

        var delta = MetadataDelta.between(before, after);

        assertThat(delta.isEmpty()).isFalse();
        assertThat(delta.isOfGroupsOnly()).isTrue();
        assertThat(delta.groups().changed()).containsExactly("c");
        assertThat(delta.groups().removed()).containsExactly("b");
        assertThat(delta.groups().changedOffsets().get("a")).containsExactly(partition(1));
        assertThat(delta.groups().changedOffsets().get("c")).hasSize(2);
        assertThat(delta.groups().removedOffsets().get("a"))
                .containsExactly(new TopicPartition(new UUID(-1, 1), 0), new TopicPartition(new UUID(-1, 1), 2));
        assertThat(delta.groups().slotsChanged()).isTrue();
        var record = ImageCodec.toRecord(delta, after);
        assertThat(record.getGroupsCount()).isEqualTo(1);
        var update = ImageCodec.apply(before, DeltaRecord.parseFrom(record.toByteArray()));
        assertThat(update.image()).isEqualTo(after);
        assertThat(update.delta()).isEqualTo(delta);
    }

    @Test
    void deltaOfConfigsTellsOnlyThoseOfWhomTheyChanged() throws Exception {
        var before = image();
        var after = before.withPosition(new LogPosition(8, 1300))
                .withConfigs(before.configs()
                        .with(ConfigsImage.CLUSTER, configs("num.partitions", "7"), 1299)
                        .with(4, TreePMap.empty(), 1299)
                        .with(3, configs("group.max.size", "8"), 1300));

        var delta = MetadataDelta.between(before, after);

        assertThat(delta.isEmpty()).isFalse();
        assertThat(delta.isOfGroupsOnly()).isFalse();
        assertThat(delta.changedConfigs()).containsExactly(ConfigsImage.CLUSTER, 3, 4);
        var update = ImageCodec.apply(
                before, DeltaRecord.parseFrom(ImageCodec.toRecord(delta, after).toByteArray()));
        assertThat(update.image()).isEqualTo(after);
        assertThat(update.delta()).isEqualTo(delta);
        assertThat(after.configs().byScope()).doesNotContainKey(4);
        assertThat(after.configs().of(4)).isEmpty();
    }

    @Test
    void deltaOfABrokerOrATopicIsNotOfGroupsOnly() {
        var broker = image().withBrokers(image().brokers().minus(3));
        var topic = image().withTopics(image().topics().without(new UUID(-1, 1)));
        assertThat(MetadataDelta.between(image(), broker).isOfGroupsOnly()).isFalse();
        assertThat(MetadataDelta.between(image(), topic).isOfGroupsOnly()).isFalse();
        assertThat(MetadataDelta.EMPTY.isOfGroupsOnly()).isTrue();
    }

    @Test
    void offsetsWithoutTheirGroupAreRefused() {
        var record = ImageRecord.newBuilder()
                .addGroupOffsets(GroupOffsetsRecord.newBuilder()
                        .setGroupId("gone")
                        .setTopicId(UuidBytes.toBytes(new UUID(1, 1))))
                .build();
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ImageCodec.fromRecord(record))
                .withMessage("offsets of group \"gone\" without the group");
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
