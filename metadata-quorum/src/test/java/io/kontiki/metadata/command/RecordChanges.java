package io.kontiki.metadata.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.kontiki.metadata.MetadataImage;
import io.kontiki.metadata.PartitionRegistration;
import io.kontiki.metadata.TopicPartition;
import io.kontiki.proto.internal.v1.Command.CommandCase;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.Set;
import java.util.function.Supplier;

/** What one command may change in the record of a partition, and what a run must come to. */
final class RecordChanges {
    enum Event {
        MOVE_BEGAN,
        MOVE_COMPLETED,
        MOVE_CANCELLED,
        MOVE_GIVEN_ANOTHER_TARGET,
        LED_UNCLEANLY,
        PREFERRED_LEADS,
        BROKER_UNREGISTERED
    }

    /** After these a replica may lack what it had. */
    private static final Set<CommandCase> LOSING = EnumSet.of(
            CommandCase.REGISTER_BROKER,
            CommandCase.FAIL_DIRECTORIES,
            CommandCase.FAIL_REPLICAS,
            CommandCase.ASSIGN_DIRECTORIES,
            CommandCase.UNREGISTER_BROKER);

    private RecordChanges() {}

    static Set<Event> check(String about, CommandCase by, MetadataImage before, Applied applied) {
        var after = applied.image();
        var events = EnumSet.noneOf(Event.class);
        if (after.brokers().size() < before.brokers().size()) {
            events.add(Event.BROKER_UNREGISTERED);
        }
        for (var id : applied.delta().changedTopics()) {
            var topic = after.topic(id).orElseThrow();
            for (int number = 0; number < topic.partitions().size(); number++) {
                var record = topic.partitions().get(number);
                var old = before.partition(new TopicPartition(topic.id(), number));
                if (old.isPresent() && !old.get().equals(record)) {
                    check(() -> old.get() + " to " + record + " by " + about, by, old.get(), record);
                    events.addAll(events(by, old.get(), record));
                }
            }
        }
        return events;
    }

    private static void check(
            Supplier<String> text, CommandCase by, PartitionRegistration old, PartitionRegistration record) {
        var lost = new HashSet<>(candidates(old));
        lost.removeAll(candidates(record));
        if (!lost.isEmpty() && record.isr().size() < record.minIsr()) {
            // SETISR: whoever holds every committed record stays a candidate while too few are in sync.
            assertThat(LOSING).as(text).contains(by);
        }
        if (!old.replicas().equals(record.replicas())) {
            // M11: never below the copies that are asked for, unless there were too few before.
            int enough = Math.min(old.isr().size(), record.minIsr());
            assertThat(record.isr().size()).as(text).isGreaterThanOrEqualTo(enough);
        }
        if (!record.replicas().containsAll(old.replicas())) {
            assertThat(record.leaderEpoch()).as(text).isGreaterThan(old.leaderEpoch()); // L7
        }
        if (record.uncleanEpoch() != old.uncleanEpoch()) {
            assertThat(by).as(text).isEqualTo(CommandCase.ELECT_UNCLEAN);
            assertThat(candidates(old)).as(text).isEmpty();
            assertThat(record.isr()).as(text).containsExactly(record.leader());
            assertThat(record.uncleanEpoch()).as(text).isEqualTo(record.leaderEpoch());
        }
        if (by == CommandCase.ELECT_PREFERRED) {
            assertThat(record.leader()).as(text).isEqualTo(record.replicas().get(0));
            assertThat(record.isr()).as(text).isEqualTo(old.isr());
        }
    }

    private static Set<Integer> candidates(PartitionRegistration record) {
        var candidates = new HashSet<>(record.isr());
        candidates.addAll(record.elr());
        return candidates;
    }

    private static Set<Event> events(CommandCase by, PartitionRegistration old, PartitionRegistration record) {
        var events = EnumSet.noneOf(Event.class);
        boolean was = old.reassignment().isUnderWay();
        boolean is = record.reassignment().isUnderWay();
        if (!was && is) {
            events.add(Event.MOVE_BEGAN);
        } else if (was && !is) {
            events.add(by == CommandCase.CANCEL_REASSIGN ? Event.MOVE_CANCELLED : Event.MOVE_COMPLETED);
        } else if (was && !old.targetReplicas().equals(record.targetReplicas())) {
            events.add(Event.MOVE_GIVEN_ANOTHER_TARGET);
        }
        if (by == CommandCase.ELECT_UNCLEAN) {
            events.add(Event.LED_UNCLEANLY);
        } else if (by == CommandCase.ELECT_PREFERRED) {
            events.add(Event.PREFERRED_LEADS);
        }
        return events;
    }
}
