package io.kontiki.metadata.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.kontiki.metadata.ConfigsImage;
import io.kontiki.metadata.ImageCodec;
import io.kontiki.metadata.MetadataDelta;
import io.kontiki.metadata.MetadataImage;
import io.kontiki.metadata.PartitionRegistration;
import io.kontiki.metadata.TopicPartition;
import io.kontiki.proto.internal.v1.Command;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Thousands of drawn commands; after each one the invariants of the image hold. {@code -Dsim.seed} repeats one run,
 * {@code -Dsim.runs} draws more.
 */
class MetadataStateSimTest {
    private static final int COMMANDS = 6000;

    private static final EnumSet<RecordChanges.Event> seen = EnumSet.noneOf(RecordChanges.Event.class);
    private static final EnumSet<GroupInvariants.Event> seenOfGroups = EnumSet.noneOf(GroupInvariants.Event.class);

    @AfterAll
    static void everythingHappened() {
        if (seeds().size() > 1 && !seen.isEmpty()) {
            assertThat(seenOfGroups).containsExactlyInAnyOrder(GroupInvariants.Event.values());
            assertThat(seen).containsExactlyInAnyOrder(RecordChanges.Event.values());
        }
    }

    static List<Long> seeds() {
        var told = Long.getLong("sim.seed");
        return told != null
                ? List.of(told)
                : LongStream.rangeClosed(1, Integer.getInteger("sim.runs", 20))
                        .boxed()
                        .toList();
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void invariantsHoldAfterEachCommand(long seed) {
        var commands = new RandomCommands(seed);
        var leaders = new HashMap<String, Integer>();
        var image = MetadataImage.EMPTY;
        int elections = 0;
        int leaderless = 0;
        int topics = 0;
        int configured = 0;
        for (int index = 1; index <= COMMANDS; index++) {
            var command = commands.next(image);
            var applied = MetadataState.apply(image, command, 1, index);
            var about = "seed " + seed + ", index " + index + ", " + command.getCommandCase();
            checkImage(about, applied.image());
            checkEpochs(about, image, applied.image());
            checkOneLeaderPerEpoch(about, applied.image(), leaders);
            seen.addAll(RecordChanges.check(about, command.getCommandCase(), image, applied));
            seenOfGroups.addAll(GroupInvariants.check(about, command.getCommandCase(), image, applied.image()));
            assertThat(applied.delta()).as(about).isEqualTo(MetadataDelta.between(image, applied.image()));
            image = applied.image();
            leaderless += offline(image) > 0 ? 1 : 0;
            elections = leaders.size();
            topics = Math.max(topics, image.topics().size());
            configured = Math.max(configured, image.configs().byScope().size());
            assertThat(image.brokers().keySet())
                    .as(about)
                    .containsAll(image.configs()
                            .byScope()
                            .minus(ConfigsImage.CLUSTER)
                            .keySet());
        }
        // The draw is worth something only if it comes to the cases that matter.
        assertThat(elections).as("seed " + seed).isGreaterThan(20);
        assertThat(leaderless).as("seed " + seed).isGreaterThan(20);
        assertThat(topics).as("seed " + seed).isGreaterThan(1);
        assertThat(configured).as("seed " + seed).isGreaterThan(1);
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void membersThatApplyRestoreOrFollowTheStreamAreEqual(long seed) { // I10, Q1
        var commands = new RandomCommands(seed);
        var log = new ArrayList<Command>();
        var member = MetadataImage.EMPTY;
        var restored = MetadataImage.EMPTY;
        var follower = MetadataImage.EMPTY;
        for (int index = 1; index <= COMMANDS; index++) {
            var command = commands.next(member);
            log.add(command);
            var applied = MetadataState.apply(member, command, 1, index);
            var update = ImageCodec.apply(follower, ImageCodec.toRecord(applied.delta(), applied.image()));
            assertThat(update.image()).as("seed " + seed + ", index " + index).isEqualTo(applied.image());
            assertThat(update.delta()).isEqualTo(applied.delta());
            restored = MetadataState.apply(restored, command, 1, index).image();
            if (index % 97 == 0) {
                restored = ImageCodec.decode(ImageCodec.encode(restored));
                assertThat(ImageCodec.encode(restored)).isEqualTo(ImageCodec.encode(applied.image()));
            }
            member = applied.image();
            follower = update.image();
        }
        var late = MetadataImage.EMPTY;
        for (int index = 1; index <= COMMANDS; index++) {
            late = MetadataState.apply(late, log.get(index - 1), 1, index).image();
        }
        assertThat(late)
                .as("seed " + seed)
                .isEqualTo(member)
                .isEqualTo(restored)
                .isEqualTo(follower);
        assertThat(ImageCodec.encode(late)).isEqualTo(ImageCodec.encode(member));
    }

    private static void checkImage(String about, MetadataImage image) {
        for (var topic : image.topics().byId().values()) {
            assertThat(image.topics().byName()).as(about).containsEntry(topic.name(), topic);
            topic.partitions().forEach(record -> checkRecord(about, image, record));
        }
        assertThat(image.topics().byName().size())
                .as(about)
                .isEqualTo(image.topics().byId().size());
    }

    private static void checkRecord(String about, MetadataImage image, PartitionRegistration record) {
        Supplier<String> text = () -> record + " after " + about;
        assertThat(record.replicas()).as(text).doesNotHaveDuplicates().containsAll(record.isr());
        assertThat(record.replicas()).as(text).containsAll(record.elr());
        assertThat(record.isr()).as(text).doesNotHaveDuplicates().noneMatch(record.elr()::contains);
        assertThat(record.elr()).as(text).doesNotHaveDuplicates();
        // I8
        assertThat(record.isr()).as(text).allMatch(id -> image.usable(id, record));
        if (record.isr().size() >= record.minIsr()) {
            assertThat(record.elr()).as(text).isEmpty();
            assertThat(record.lastKnown()).as(text).isEmpty();
        }
        // Who is in sync can lead, and so can an eligible replica if nobody is in sync: then somebody does.
        assertThat(record.hasLeader()).as(text).isEqualTo(!record.isr().isEmpty());
        if (!record.hasLeader()) {
            assertThat(record.elr()).as(text).noneMatch(id -> image.usable(id, record));
        }
        assertThat(record.minIsr())
                .as(text)
                .isBetween(1, record.earlierReplicas().size());
        assertThat(record.elr()).as(text).allMatch(id -> image.broker(id).isPresent()); // M12
        assertThat(record.uncleanEpoch()).as(text).isBetween(0, record.leaderEpoch());
        checkReassignment(text, record);
    }

    /** M11. */
    private static void checkReassignment(Supplier<String> text, PartitionRegistration record) {
        var moving = record.reassignment();
        assertThat(record.replicas()).as(text).containsAll(moving.adding()).containsAll(moving.removing());
        assertThat(moving.adding()).as(text).noneMatch(moving.removing()::contains);
        if (moving.isUnderWay()) {
            assertThat(record.isr().containsAll(record.targetReplicas()))
                    .as(text)
                    .isFalse();
            assertThat(moving.minIsr())
                    .as(text)
                    .isBetween(1, record.targetReplicas().size());
        }
    }

    /** Epochs never fall, and a record that differs in more than a directory has another version. */
    private static void checkEpochs(String about, MetadataImage before, MetadataImage after) {
        forEach(
                after,
                (partition, record) -> before.partition(partition).ifPresent(old -> {
                    Supplier<String> text = () -> old + " to " + record + " by " + about;
                    assertThat(record.leaderEpoch()).as(text).isGreaterThanOrEqualTo(old.leaderEpoch());
                    if (!withoutDirectories(record).equals(withoutDirectories(old))) {
                        assertThat(record.partitionEpoch()).as(text).isEqualTo(old.partitionEpoch() + 1);
                    }
                    if (record.leader() != old.leader()) {
                        assertThat(record.leaderEpoch()).as(text).isEqualTo(old.leaderEpoch() + 1);
                    }
                }));
        after.brokers()
                .values()
                .forEach(broker -> before.broker(broker.id())
                        .ifPresent(old -> assertThat(broker.epoch()).as(about).isGreaterThanOrEqualTo(old.epoch())));
    }

    private static PartitionRegistration withoutDirectories(PartitionRegistration record) {
        var plain = record;
        for (int id : record.replicas()) {
            plain = plain.withDirectory(id, PartitionRegistration.UNASSIGNED);
        }
        return plain;
    }

    /** I9. */
    private static void checkOneLeaderPerEpoch(String about, MetadataImage image, Map<String, Integer> leaders) {
        forEach(image, (partition, record) -> {
            if (record.hasLeader()) {
                var earlier = leaders.putIfAbsent(partition + "/" + record.leaderEpoch(), record.leader());
                assertThat(earlier == null || earlier == record.leader())
                        .as(about)
                        .isTrue();
            }
        });
    }

    private static long offline(MetadataImage image) {
        return image.topics().all().stream()
                .flatMap(topic -> topic.partitions().stream())
                .filter(record -> !record.hasLeader())
                .count();
    }

    private interface PartitionCheck {
        void check(TopicPartition partition, PartitionRegistration record);
    }

    private static void forEach(MetadataImage image, PartitionCheck check) {
        for (var topic : image.topics().byId().values()) {
            for (int number = 0; number < topic.partitions().size(); number++) {
                check.check(
                        new TopicPartition(topic.id(), number),
                        topic.partitions().get(number));
            }
        }
    }
}
