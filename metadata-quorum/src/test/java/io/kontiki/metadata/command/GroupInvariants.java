package io.kontiki.metadata.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.kontiki.metadata.BrokerRegistration;
import io.kontiki.metadata.GroupImage;
import io.kontiki.metadata.MemberImage;
import io.kontiki.metadata.MetadataImage;
import io.kontiki.metadata.OffsetsSize;
import io.kontiki.metadata.Slot;
import io.kontiki.metadata.SlotsImage;
import io.kontiki.metadata.TopicPartition;
import io.kontiki.proto.internal.v1.Command.CommandCase;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Supplier;

/** What holds of groups and slots in every image, what one command may change there, and what a run must come to. */
final class GroupInvariants {
    enum Event {
        JOINED,
        LEFT,
        INSTANCE_TAKEN_OVER,
        PARTITION_CHANGED_HANDS,
        COMMITTED,
        TOPIC_LOST,
        DELETED,
        SLOT_MOVED
    }

    private GroupInvariants() {}

    static Set<Event> check(String about, CommandCase by, MetadataImage before, MetadataImage after) {
        var events = EnumSet.noneOf(Event.class);
        if (before.slots() != after.slots() || before.brokers() != after.brokers()) {
            checkSlots(about, before, after);
            events.add(Event.SLOT_MOVED);
        }
        if (before.groups() == after.groups() && before.topics() == after.topics()) {
            return events;
        }
        for (var group : after.groups().byId().values()) {
            var old = before.groups().byId().getOrDefault(group.id(), GroupImage.empty(group.id()));
            if (old != group || before.topics() != after.topics()) {
                checkGroup(about, after, group);
                checkChange(() -> about + ": " + old + " to " + group, by, old, group);
                events.addAll(events(by, old, group));
            }
        }
        assertThat(after.groups().offsetsSize())
                .as(about)
                .isEqualTo(after.groups().byId().values().stream()
                        .map(group -> group.offsets().size())
                        .reduce(OffsetsSize.NONE, OffsetsSize::plus));
        if (after.groups().size() < before.groups().size()) {
            assertThat(by).as(about).isEqualTo(CommandCase.DELETE_GROUP);
            events.add(Event.DELETED);
        }
        return events;
    }

    private static void checkGroup(String about, MetadataImage image, GroupImage group) {
        Supplier<String> text = () -> group + " after " + about;
        assertThat(group.assignmentEpoch()).as(text).isBetween(0, group.epoch()); // G1
        assertThat(group.emptySinceMs() > 0).as(text).isEqualTo(group.isEmpty());
        var held = new HashSet<TopicPartition>();
        var wanted = new HashSet<TopicPartition>();
        var instances = new HashSet<String>();
        for (var member : group.members().values()) {
            assertThat(member.epoch()).as(text).isBetween(0, group.assignmentEpoch()); // G1
            if (member.epoch() == group.assignmentEpoch()) {
                assertThat(member.revoking()).as(text).isEmpty();
                assertThat(member.target()).as(text).containsAll(member.owned().keySet());
            }
            checkHeld(text, member, member.owned(), held);
            checkHeld(text, member, member.revoking(), held);
            member.target()
                    .forEach(partition ->
                            assertThat(wanted.add(partition)).as(text).isTrue());
            member.instanceId()
                    .ifPresent(instance -> assertThat(instances.add(instance)) // G4
                            .as(text)
                            .isTrue());
        }
        held.addAll(wanted);
        assertThat(group.offsets().size())
                .as(text)
                .isEqualTo(group.offsets().byTopic().values().stream()
                        .flatMap(topic -> topic.values().stream())
                        .map(OffsetsSize::of)
                        .reduce(OffsetsSize.NONE, OffsetsSize::plus));
        group.offsets().byTopic().forEach((topic, offsets) -> {
            assertThat(offsets).as(text).isNotEmpty();
            offsets.keySet().forEach(number -> held.add(new TopicPartition(topic, number)));
        });
        assertThat(held)
                .as(text)
                .allMatch(partition -> image.partition(partition).isPresent());
    }

    /** Rule G2: each partition once in the group. */
    private static void checkHeld(
            Supplier<String> text,
            MemberImage member,
            Map<TopicPartition, Integer> partitions,
            Set<TopicPartition> held) {
        partitions.forEach((partition, epoch) -> {
            assertThat(held.add(partition)).as(text).isTrue();
            assertThat(epoch).as(text).isBetween(1, member.epoch());
        });
    }

    private static void checkChange(Supplier<String> text, CommandCase by, GroupImage old, GroupImage group) {
        assertThat(group.epoch()).as(text).isGreaterThanOrEqualTo(old.epoch());
        assertThat(group.assignmentEpoch()).as(text).isGreaterThanOrEqualTo(old.assignmentEpoch());
        if (!old.equalsButOffsets(group)) {
            assertThat(group.version()).as(text).isGreaterThan(old.version());
        }
        if (!old.offsets().equals(group.offsets())) {
            assertThat(by)
                    .as(text)
                    .isIn(CommandCase.COMMIT_GROUP_OFFSETS, CommandCase.DELETE_GROUP_OFFSETS, CommandCase.DELETE_TOPIC);
        }
        if (!old.members().keySet().equals(group.members().keySet())) {
            assertThat(group.epoch()).as(text).isGreaterThan(old.epoch()); // G1
        }
        for (var member : group.members().values()) {
            old.member(member.id()).ifPresent(known -> {
                assertThat(member.epoch()).as(text).isGreaterThanOrEqualTo(known.epoch());
                if (!member.subscribesLike(known)) {
                    assertThat(group.epoch()).as(text).isGreaterThan(old.epoch()); // G1
                }
                // G2: from one member to another only by way of its revoking.
                for (var partition : known.owned().keySet()) {
                    assertThat(group.members().values())
                            .as(text)
                            .noneMatch(other -> other != member && other.holds(partition));
                }
            });
        }
    }

    private static Set<Event> events(CommandCase by, GroupImage old, GroupImage group) {
        var events = EnumSet.noneOf(Event.class);
        for (var member : group.members().values()) {
            if (old.member(member.id()).isEmpty()) {
                events.add(
                        member.instanceId().flatMap(old::instance).isPresent()
                                ? Event.INSTANCE_TAKEN_OVER
                                : Event.JOINED);
            }
            for (var partition : member.owned().keySet()) {
                if (old.members().values().stream()
                        .anyMatch(other -> !other.id().equals(member.id())
                                && other.revoking().containsKey(partition)
                                && group.member(other.id()).isPresent())) {
                    events.add(Event.PARTITION_CHANGED_HANDS);
                }
            }
        }
        if (group.members().size() < old.members().size()) {
            events.add(Event.LEFT);
        }
        if (by == CommandCase.COMMIT_GROUP_OFFSETS && !group.isEmpty() && group.offsets() != old.offsets()) {
            events.add(Event.COMMITTED);
        }
        if (by == CommandCase.DELETE_TOPIC && group.version() != old.version()) {
            events.add(Event.TOPIC_LOST);
        }
        return events;
    }

    /** Rule C1: every slot is with a usable broker if there is one, evenly, and no owner keeps an epoch of another. */
    private static void checkSlots(String about, MetadataImage before, MetadataImage after) {
        var counts = new TreeMap<Integer, Integer>();
        after.brokers().values().stream()
                .filter(BrokerRegistration::usable)
                .forEach(broker -> counts.put(broker.id(), 0));
        for (int number = 0; number < SlotsImage.COUNT; number++) {
            var old = before.slots().slot(number);
            var slot = after.slots().slot(number);
            assertThat(slot.epoch()).as(about).isEqualTo(old.epoch() + (slot.owner() == old.owner() ? 0 : 1));
            if (counts.isEmpty()) {
                assertThat(slot.owner()).as(about).isEqualTo(Slot.NO_OWNER);
            } else {
                assertThat(counts).as(about).containsKey(slot.owner());
                counts.merge(slot.owner(), 1, Integer::sum);
            }
        }
        if (!counts.isEmpty()) {
            int most = counts.values().stream().max(Integer::compare).orElseThrow();
            int least = counts.values().stream().min(Integer::compare).orElseThrow();
            assertThat(most - least).as(about + ": " + counts).isLessThanOrEqualTo(1);
        }
    }
}
