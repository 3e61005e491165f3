package io.kontiki.metadata;

import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.MessageLite;
import io.kontiki.proto.internal.v1.DeltaRecord;
import io.kontiki.proto.internal.v1.GroupRecord;
import io.kontiki.proto.internal.v1.ImageRecord;
import io.kontiki.proto.internal.v1.TopicRecord;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;
import org.pcollections.PSortedMap;
import org.pcollections.PSortedSet;
import org.pcollections.TreePMap;
import org.pcollections.TreePSet;

/**
 * Images and deltas as messages (image.proto) and as bytes. Equal images give equal bytes on every broker, so that a
 * digest of a snapshot can be compared between members of the quorum (invariant I10).
 *
 * <p>Reading throws {@link IllegalArgumentException} on what no image holds, such as an id that is not 16 bytes long:
 * a snapshot is checked by its checksum before, and the stream comes from a voter, so this is damage or a defect.
 */
public final class ImageCodec {
    private ImageCodec() {}

    /** The image as a snapshot holds it. */
    public static byte[] encode(MetadataImage image) {
        return bytes(toRecord(image));
    }

    /** Tells different images apart: 128 bits of SHA-256 over {@link #encode}, as 32 hexadecimal digits. */
    public static String digest(MetadataImage image) {
        try {
            var digest = MessageDigest.getInstance("SHA-256").digest(encode(image));
            return HexFormat.of().formatHex(digest, 0, 16);
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every Java has it", e);
        }
    }

    /** Inverse of {@link #encode}. */
    public static MetadataImage decode(byte[] bytes) {
        try {
            return fromRecord(ImageRecord.parseFrom(bytes));
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalArgumentException("metadata image of " + bytes.length + " bytes: " + e.getMessage(), e);
        }
    }

    public static ImageRecord toRecord(MetadataImage image) {
        var whole = ImageRecord.newBuilder();
        pieces(image).forEach(whole::mergeFrom);
        return whole.build();
    }

    /**
     * The record in pieces of at most one noun, each made when it is asked for. Their bytes one after the other are the
     * bytes of a record that reads the same: that is how Protobuf merges messages.
     */
    public static Stream<ImageRecord> pieces(MetadataImage image) {
        var rest = ImageRecord.newBuilder()
                .setTerm(image.position().term())
                .setIndex(image.position().index())
                .setClusterId(image.clusterId())
                .setFeatureLevel(image.featureLevel())
                .setNextProducerId(image.nextProducerId())
                .setLastTopicDeletionIndex(image.topics().lastDeletionIndex())
                .setConfigsIndex(image.configs().index());
        if (!image.slots().equals(SlotsImage.EMPTY)) {
            image.slots().slots().forEach(slot -> rest.addSlots(GroupCodec.toRecord(slot)));
        }
        var brokers = image.brokers().values().stream()
                .map(broker -> ImageRecord.newBuilder()
                        .addBrokers(BrokerCodec.toRecord(broker))
                        .build());
        var topics = image.topics().byId().values().stream()
                .map(topic -> ImageRecord.newBuilder()
                        .addTopics(TopicCodec.toRecord(topic))
                        .build());
        var groups = image.groups().byId().values().stream()
                .map(group -> ImageRecord.newBuilder()
                        .addGroups(GroupCodec.toRecord(group))
                        .build());
        var offsets = image.groups().byId().values().stream()
                .flatMap(group -> group.offsets().byTopic().entrySet().stream()
                        .map(topic -> ImageRecord.newBuilder()
                                .addGroupOffsets(GroupCodec.toRecord(group.id(), topic.getKey(), topic.getValue()))
                                .build()));
        var configs = image.configs().byScope().keySet().stream()
                .map(scope -> ImageRecord.newBuilder()
                        .addConfigs(ConfigsCodec.toRecord(scope, image.configs()))
                        .build());
        return concat(List.of(Stream.of(rest.build()), brokers, topics, groups, offsets, configs));
    }

    public static MetadataImage fromRecord(ImageRecord record) {
        return new MetadataImage(
                new LogPosition(record.getTerm(), record.getIndex()),
                record.getClusterId(),
                record.getFeatureLevel(),
                withBrokers(TreePMap.empty(), record.getBrokersList()),
                withTopics(TopicsImage.EMPTY, record.getTopicsList())
                        .withLastDeletionIndex(record.getLastTopicDeletionIndex()),
                record.getNextProducerId(),
                GroupCodec.withOffsets(
                        withGroups(GroupsImage.EMPTY, record.getGroupsList()), record.getGroupOffsetsList()),
                GroupCodec.fromRecords(record.getSlotsList(), SlotsImage.EMPTY),
                ConfigsCodec.apply(ConfigsImage.EMPTY, record.getConfigsList(), record.getConfigsIndex()));
    }

    /** @param image the image after the change, which holds the new values */
    public static DeltaRecord toRecord(MetadataDelta delta, MetadataImage image) {
        var whole = DeltaRecord.newBuilder();
        pieces(delta, image).forEach(whole::mergeFrom);
        return whole.build();
    }

    /** As {@link #pieces(MetadataImage)}. */
    public static Stream<DeltaRecord> pieces(MetadataDelta delta, MetadataImage image) {
        var rest = DeltaRecord.newBuilder()
                .setTerm(image.position().term())
                .setIndex(image.position().index())
                .setClusterId(image.clusterId())
                .setFeatureLevel(image.featureLevel())
                .setNextProducerId(image.nextProducerId())
                .setLastTopicDeletionIndex(image.topics().lastDeletionIndex())
                .setConfigsIndex(image.configs().index())
                .addAllRemovedBrokers(delta.removedBrokers());
        delta.removedTopics().forEach(id -> rest.addRemovedTopics(UuidBytes.toBytes(id)));
        rest.addAllRemovedGroups(delta.groups().removed());
        if (delta.groups().slotsChanged()) {
            image.slots().slots().forEach(slot -> rest.addSlots(GroupCodec.toRecord(slot)));
        }
        var brokers = delta.changedBrokers().stream()
                .map(id -> DeltaRecord.newBuilder()
                        .addBrokers(BrokerCodec.toRecord(image.broker(id).orElseThrow()))
                        .build());
        var topics = delta.changedTopics().stream()
                .map(id -> DeltaRecord.newBuilder()
                        .addTopics(TopicCodec.toRecord(image.topic(id).orElseThrow()))
                        .build());
        var configs = delta.changedConfigs().stream()
                .map(scope -> DeltaRecord.newBuilder()
                        .addConfigs(ConfigsCodec.toRecord(scope, image.configs()))
                        .build());
        return concat(List.of(
                Stream.of(rest.build()), brokers, topics, configs, GroupDeltaCodec.pieces(delta.groups(), image)));
    }

    /**
     * Applies a change to the image before it.
     *
     * @param image the image that the change was made on
     */
    public static ImageUpdate apply(MetadataImage image, DeltaRecord record) {
        var topics = image.topics();
        PSortedSet<UUID> removedTopics = TreePSet.empty();
        for (var bytes : record.getRemovedTopicsList()) {
            var id = UuidBytes.fromBytes(bytes);
            removedTopics = removedTopics.plus(id);
            topics = topics.without(id);
        }
        var brokers = image.brokers().minusAll(record.getRemovedBrokersList());
        var after = new MetadataImage(
                new LogPosition(record.getTerm(), record.getIndex()),
                record.getClusterId(),
                record.getFeatureLevel(),
                withBrokers(brokers, record.getBrokersList()),
                withTopics(topics, record.getTopicsList()).withLastDeletionIndex(record.getLastTopicDeletionIndex()),
                record.getNextProducerId(),
                GroupDeltaCodec.apply(image.groups(), record),
                GroupCodec.fromRecords(record.getSlotsList(), image.slots()),
                ConfigsCodec.apply(image.configs(), record.getConfigsList(), record.getConfigsIndex()));
        PSortedSet<Integer> changedBrokers = TreePSet.empty();
        for (var broker : record.getBrokersList()) {
            changedBrokers = changedBrokers.plus(broker.getId());
        }
        PSortedSet<UUID> changedTopics = TreePSet.empty();
        for (var topic : record.getTopicsList()) {
            changedTopics = changedTopics.plus(UuidBytes.fromBytes(topic.getId()));
        }
        var delta = new MetadataDelta(
                changedBrokers,
                TreePSet.from(record.getRemovedBrokersList()),
                changedTopics,
                removedTopics,
                ConfigsCodec.scopes(record.getConfigsList()),
                GroupDeltaCodec.delta(record));
        return new ImageUpdate(delta, after);
    }

    private static PSortedMap<Integer, BrokerRegistration> withBrokers(
            PSortedMap<Integer, BrokerRegistration> brokers, List<io.kontiki.proto.internal.v1.BrokerRecord> records) {
        var result = brokers;
        for (var record : records) {
            result = result.plus(record.getId(), BrokerCodec.fromRecord(record));
        }
        return result;
    }

    /** Not by {@code flatMap}, whose iterator makes all pieces of a stream before it gives the first. */
    private static <T> Stream<T> concat(List<Stream<T>> streams) {
        return streams.stream().reduce(Stream.empty(), Stream::concat);
    }

    private static GroupsImage withGroups(GroupsImage groups, List<GroupRecord> records) {
        var result = groups;
        for (var record : records) {
            result = result.with(GroupCodec.fromRecord(record));
        }
        return result;
    }

    private static TopicsImage withTopics(TopicsImage topics, List<TopicRecord> records) {
        var result = topics;
        for (var record : records) {
            result = result.with(TopicCodec.fromRecord(record));
        }
        return result;
    }

    private static byte[] bytes(MessageLite message) {
        var bytes = new byte[message.getSerializedSize()];
        var out = CodedOutputStream.newInstance(bytes);
        // Maps in the order of their keys.
        out.useDeterministicSerialization();
        try {
            message.writeTo(out);
        } catch (java.io.IOException e) {
            throw new AssertionError("writing to an array of the right size", e);
        }
        out.checkNoSpaceLeft();
        return bytes;
    }
}
