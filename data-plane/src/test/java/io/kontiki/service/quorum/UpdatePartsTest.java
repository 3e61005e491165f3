package io.kontiki.service.quorum;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.kontiki.metadata.CommittedOffset;
import io.kontiki.metadata.FlushMode;
import io.kontiki.metadata.GroupImage;
import io.kontiki.metadata.GroupOffsets;
import io.kontiki.metadata.ImageCodec;
import io.kontiki.metadata.LogPosition;
import io.kontiki.metadata.MetadataDelta;
import io.kontiki.metadata.MetadataImage;
import io.kontiki.metadata.PartitionRegistration;
import io.kontiki.metadata.Slot;
import io.kontiki.metadata.TopicImage;
import io.kontiki.metadata.TopicPartition;
import io.kontiki.proto.internal.v1.DeltaRecord;
import io.kontiki.proto.internal.v1.ImageRecord;
import io.kontiki.proto.internal.v1.WatchImageResponse.Part;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import org.junit.jupiter.api.Test;
import org.pcollections.TreePMap;
import org.pcollections.TreePVector;

/** An update is cut into parts, and put together again. */
class UpdatePartsTest {
    private static final int LARGE = 1 << 20;

    private final RandomGenerator random =
            RandomGeneratorFactory.of("L64X128MixRandom").create(20_261_121);

    static TopicImage topic(long number, int partitions) {
        var partition = PartitionRegistration.created(List.of(1, 2, 3), List.of(1, 2, 3), 2, FlushMode.ACK)
                .withDirectory(1, new UUID(7, 1))
                .withDirectory(2, new UUID(7, 2))
                .withDirectory(3, new UUID(7, 3));
        TreePVector<PartitionRegistration> all = TreePVector.empty();
        for (int i = 0; i < partitions; i++) {
            all = all.plus(partition);
        }
        return new TopicImage(new UUID(number, 1), "topic-" + number, TreePMap.empty(), all, number, 0);
    }

    private MetadataImage imageAt(long index, int topics) {
        var all = MetadataImage.EMPTY.topics();
        for (int i = 0; i < topics; i++) {
            all = all.with(topic(random.nextInt(1_000), 1 + random.nextInt(20)));
        }
        var groups = MetadataImage.EMPTY.groups();
        for (int i = 0; i < topics; i++) {
            groups = groups.with(group("group-" + random.nextInt(100)));
        }
        return MetadataImage.EMPTY
                .withTopics(all)
                .withGroups(groups)
                .withSlots(MetadataImage.EMPTY.slots().with(random.nextInt(64), new Slot(1, 1 + random.nextInt(9))))
                .withPosition(new LogPosition(1, index));
    }

    private GroupImage group(String id) {
        var group = GroupImage.empty(id).withVersion(1 + random.nextInt(3));
        var offsets = GroupOffsets.NONE;
        for (int i = 0; i < 10; i++) {
            offsets = offsets.with(
                    new TopicPartition(new UUID(random.nextInt(2), 1), random.nextInt(20)),
                    new CommittedOffset(random.nextInt(3), 1, "", 5));
        }
        return group.withOffsets(offsets);
    }

    private static List<Part> parts(OutgoingUpdate update) {
        var parts = new ArrayList<Part>();
        update.forEachRemaining(parts::add);
        return parts;
    }

    private static ByteString joined(List<Part> parts) {
        var incoming = new IncomingUpdate(LARGE);
        for (var part : parts.subList(0, parts.size() - 1)) {
            assertThat(incoming.add(part)).isEmpty();
        }
        return incoming.add(parts.get(parts.size() - 1)).orElseThrow();
    }

    @Test
    void anyCutGivesTheSameImage() throws InvalidProtocolBufferException {
        for (int i = 0; i < 200; i++) {
            var image = imageAt(i, random.nextInt(20));
            var before = imageAt(i, 3);
            var delta = MetadataDelta.between(before, image);
            int size = 1 + random.nextInt(1 << random.nextInt(14));

            var wholes = parts(OutgoingUpdate.of(image, size));
            var changes = parts(OutgoingUpdate.of(delta, image, size));

            assertThat(wholes)
                    .allSatisfy(part -> assertThat(part.getData().size()).isLessThanOrEqualTo(size));
            assertThat(ImageCodec.fromRecord(ImageRecord.parseFrom(joined(wholes))))
                    .isEqualTo(image);
            assertThat(ImageCodec.apply(before, DeltaRecord.parseFrom(joined(changes)))
                            .image())
                    .isEqualTo(image);
        }
    }

    @Test
    void oneStreamCarriesOneUpdateAfterTheOther() {
        var incoming = new IncomingUpdate(LARGE);
        for (int i = 0; i < 3; i++) {
            var parts = parts(OutgoingUpdate.of(imageAt(i, 5), 100));
            parts.subList(0, parts.size() - 1)
                    .forEach(part -> assertThat(incoming.add(part)).isEmpty());
            assertThat(incoming.add(parts.get(parts.size() - 1))).isPresent();
        }
    }

    @Test
    void partsThatAreMissingOrComeTwiceAreRefused() {
        var parts = parts(OutgoingUpdate.of(imageAt(1, 5), 100));
        assertThat(parts).hasSizeGreaterThan(3);

        assertThatIllegalArgumentException()
                .isThrownBy(() -> joined(List.of(parts.get(0), parts.get(2))))
                .withMessage("a part of a metadata image at offset 200 came after 100 bytes of a metadata image");
        assertThatIllegalArgumentException().isThrownBy(() -> joined(List.of(parts.get(1), parts.get(0))));
        assertThatIllegalArgumentException().isThrownBy(() -> joined(List.of(parts.get(0), parts.get(0))));
    }

    @Test
    void partsOfTwoUpdatesAreNotMixed() {
        var image = imageAt(1, 5);
        var whole = parts(OutgoingUpdate.of(image, 100));
        var change = parts(OutgoingUpdate.of(MetadataDelta.full(image), image, 100));

        assertThatIllegalArgumentException()
                .isThrownBy(() -> joined(List.of(whole.get(0), change.get(1))))
                .withMessageContaining("a part of a metadata change at offset 100");
    }

    @Test
    void updateBeyondTheLimitIsRefused() {
        var incoming = new IncomingUpdate(250);
        var parts = parts(OutgoingUpdate.of(imageAt(1, 5), 100));
        incoming.add(parts.get(0));
        incoming.add(parts.get(1));

        assertThatIllegalArgumentException()
                .isThrownBy(() -> incoming.add(parts.get(2)))
                .withMessage("a metadata image has more than 250 bytes, the most that a broker without a vote takes");
    }
}
