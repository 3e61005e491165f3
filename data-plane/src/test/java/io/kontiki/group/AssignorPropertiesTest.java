package io.kontiki.group;

import static org.assertj.core.api.Assertions.assertThat;

import io.kontiki.metadata.TopicPartition;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What holds for every group, on groups drawn at random. */
class AssignorPropertiesTest {
    private static final long SEED = Long.getLong("assignor.seed", 5);
    private static final int GROUPS = 600;
    private static final List<PartitionAssignor> ASSIGNORS =
            List.of(new RangeAssignor(), new RoundRobinAssignor(), new StickyAssignor());

    @Test
    void eachPartitionHasOneOwnerAmongItsSubscribers() {
        for (var group : groups(false)) {
            for (var assignor : ASSIGNORS) {
                var targets = assignor.assign(group.members, group.topics);
                assertThat(targets.keySet()).as(group.label).isEqualTo(group.ids());
                var owners = ownersOf(targets);
                for (var topic : group.topics) {
                    var subscribers = group.subscribers(topic.id());
                    for (int number = 0; number < topic.partitions(); number++) {
                        var found = owners.getOrDefault(new TopicPartition(topic.id(), number), List.of());
                        assertThat(found).as(group.label).hasSize(subscribers.isEmpty() ? 0 : 1);
                        assertThat(subscribers).as(group.label).containsAll(found);
                    }
                }
                assertThat(owners.size()).as(group.label).isLessThanOrEqualTo(group.partitions());
            }
        }
    }

    @Test
    void equalSubscriptionsAreBalancedWithinOne() {
        for (var group : groups(true)) {
            for (var assignor : ASSIGNORS) {
                var targets = assignor.assign(group.members, group.topics);
                if (assignor instanceof RangeAssignor) {
                    group.topics.forEach(topic -> assertThat(spread(targets, topic.id()))
                            .as(group.label)
                            .isLessThanOrEqualTo(1));
                } else {
                    assertThat(spread(targets, null)).as(group.label).isLessThanOrEqualTo(1);
                }
            }
        }
    }

    @Test
    void whoAsksInAnotherOrderIsToldTheSame() {
        for (var group : groups(false)) {
            var shuffled = new ArrayList<>(group.members);
            Collections.reverse(shuffled);
            for (var assignor : ASSIGNORS) {
                assertThat(assignor.assign(shuffled, group.topics))
                        .as(group.label)
                        .isEqualTo(assignor.assign(group.members, group.topics));
            }
        }
    }

    @Test
    void stickyMovesTheFewest() {
        for (var group : groups(true)) {
            var targets = new StickyAssignor().assign(group.members, group.topics);
            assertThat(kept(group, targets)).as(group.label).isEqualTo(mostKeptByHand(group));
        }
    }

    /** Where subscriptions differ: no single move would even out, and each member that lost something was above another. */
    @Test
    void stickyLeavesNoMoveThatWouldEvenOut() {
        for (var group : groups(false)) {
            var targets = new StickyAssignor().assign(group.members, group.topics);
            targets.forEach((id, partitions) -> {
                for (var partition : partitions) {
                    for (var other : group.subscribers(partition.topicId())) {
                        assertThat(targets.get(other).size() + 2)
                                .as(group.label)
                                .isGreaterThan(partitions.size());
                    }
                }
            });
            var again = new StickyAssignor().assign(group.having(targets), group.topics);
            assertThat(again).as(group.label).isEqualTo(targets);
        }
    }

    /** On groups so small that all assignments can be tried: none keeps more and is as even. */
    @Test
    void stickyKeepsAsMuchAsAnyAsEvenAssignment() {
        var random = new Random(SEED);
        for (int run = 0; run < 300; run++) {
            var group = new Group(random, 3, 1, 7, true, "seed " + SEED + " small group " + run);
            var targets = new StickyAssignor().assign(group.members, group.topics);
            assertThat(kept(group, targets)).as(group.label).isEqualTo(BestByTrial.mostKept(group));
        }
    }

    @Test
    @Timeout(20)
    void aThousandMembersShareTenThousandPartitions() {
        var topics = new ArrayList<TopicSize>();
        for (int topic = 0; topic < 100; topic++) {
            topics.add(new TopicSize(new UUID(0, topic), 100));
        }
        var ids = new TreeSet<UUID>();
        topics.forEach(topic -> ids.add(topic.id()));
        var everything = new ArrayList<TopicPartition>();
        topics.forEach(topic -> {
            for (int number = 0; number < topic.partitions(); number++) {
                everything.add(new TopicPartition(topic.id(), number));
            }
        });
        var members = new ArrayList<Subscriber>();
        var differing = new ArrayList<Subscriber>();
        for (int member = 0; member < 1000; member++) {
            var name = String.format("m%04d", member);
            // The worst case for STICKY: one had all, and the others just joined.
            members.add(new Subscriber(name, "", ids, member == 0 ? everything : List.of()));
            var some = new TreeSet<UUID>();
            for (int topic = 0; topic < 10; topic++) {
                some.add(new UUID(0, (member * 7 + topic * topic) % 100));
            }
            differing.add(new Subscriber(name, "", some, List.of()));
        }
        for (var assignor : ASSIGNORS) {
            long start = System.nanoTime();
            assertThat(spread(assignor.assign(members, topics), null)).isLessThanOrEqualTo(100);
            assertThat(assignor.assign(differing, topics)).hasSize(1000);
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(5));
        }
    }

    private static List<Group> groups(boolean equal) {
        var random = new Random(SEED);
        var groups = new ArrayList<Group>();
        for (int run = 0; run < GROUPS; run++) {
            groups.add(new Group(random, 8, 5, 9, equal, "seed " + SEED + " group " + run));
        }
        return groups;
    }

    /** Difference between the most and the least that members have, of one topic or of all. */
    private static int spread(Map<String, List<TopicPartition>> targets, UUID topic) {
        var counts = targets.values().stream()
                .mapToInt(list -> (int) list.stream()
                        .filter(it -> topic == null || it.topicId().equals(topic))
                        .count())
                .summaryStatistics();
        return counts.getMax() - counts.getMin();
    }

    private static Map<TopicPartition, List<String>> ownersOf(Map<String, List<TopicPartition>> targets) {
        var owners = new HashMap<TopicPartition, List<String>>();
        targets.forEach((id, partitions) -> partitions.forEach(
                it -> owners.computeIfAbsent(it, key -> new ArrayList<>()).add(id)));
        return owners;
    }

    private static int kept(Group group, Map<String, List<TopicPartition>> targets) {
        return group.members.stream()
                .mapToInt(member -> (int) targets.get(member.memberId()).stream()
                        .filter(member.previous()::contains)
                        .count())
                .sum();
    }

    /** What can be kept at most if each is to have the average, rounded down or up. */
    private static int mostKeptByHand(Group group) {
        int members = group.members.size();
        int each = group.partitions() / members;
        int more = group.partitions() % members;
        int kept = 0;
        for (var member : group.members) {
            int had = (int) member.previous().stream().filter(group::exists).count();
            kept += Math.min(had, each);
            if (had > each && more > 0) {
                kept++;
                more--;
            }
        }
        return kept;
    }

    /** Members, topics, and what each had; some of that is gone by now. */
    static final class Group {
        final List<TopicSize> topics = new ArrayList<>();
        final List<Subscriber> members = new ArrayList<>();
        final String label;

        Group(Random random, int membersMax, int topicsMax, int partitionsMax, boolean equal, String label) {
            this.label = label;
            int topicCount = 1 + random.nextInt(topicsMax);
            for (int topic = 0; topic < topicCount; topic++) {
                topics.add(new TopicSize(new UUID(0, topic), 1 + random.nextInt(partitionsMax)));
            }
            int memberCount = 1 + random.nextInt(membersMax);
            var previous = new ArrayList<Set<TopicPartition>>();
            for (int member = 0; member < memberCount; member++) {
                previous.add(new LinkedHashSet<>());
            }
            int skew = 1 + random.nextInt(memberCount);
            // Some of the topics that members had may be gone, or have had other sizes.
            for (int topic = 0; topic <= topicCount; topic++) {
                for (int number = 0; number < partitionsMax; number++) {
                    if (random.nextInt(4) > 0) {
                        previous.get(random.nextInt(skew)).add(new TopicPartition(new UUID(0, topic), number));
                    }
                }
            }
            for (int member = 0; member < memberCount; member++) {
                var wanted = new TreeSet<UUID>();
                for (int topic = 0; topic < topicCount; topic++) {
                    if (equal || random.nextBoolean()) {
                        wanted.add(new UUID(0, topic));
                    }
                }
                members.add(new Subscriber("m" + member, "", wanted, previous.get(member)));
            }
        }

        Set<String> ids() {
            var ids = new TreeSet<String>();
            members.forEach(member -> ids.add(member.memberId()));
            return ids;
        }

        Collection<String> subscribers(UUID topic) {
            return members.stream()
                    .filter(member -> member.topics().contains(topic))
                    .map(Subscriber::memberId)
                    .toList();
        }

        List<Subscriber> having(Map<String, List<TopicPartition>> targets) {
            return members.stream()
                    .map(it -> new Subscriber(it.memberId(), "", it.topics(), targets.get(it.memberId())))
                    .toList();
        }

        int partitions() {
            return topics.stream().mapToInt(TopicSize::partitions).sum();
        }

        boolean exists(TopicPartition partition) {
            return topics.stream()
                    .anyMatch(it -> it.id().equals(partition.topicId()) && partition.partition() < it.partitions());
        }
    }

    /** The obvious slow way: all assignments that are balanced within one. */
    private static final class BestByTrial {
        private final Group group;
        private final List<TopicPartition> partitions = new ArrayList<>();
        private final int[] loads;
        private int best = -1;

        private BestByTrial(Group group) {
            this.group = group;
            this.loads = new int[group.members.size()];
            for (var topic : group.topics) {
                for (int number = 0; number < topic.partitions(); number++) {
                    partitions.add(new TopicPartition(topic.id(), number));
                }
            }
        }

        static int mostKept(Group group) {
            var trial = new BestByTrial(group);
            trial.from(0, 0);
            return trial.best;
        }

        private void from(int place, int kept) {
            if (place == partitions.size()) {
                int least = Arrays.stream(loads).min().orElseThrow();
                int most = Arrays.stream(loads).max().orElseThrow();
                best = most - least <= 1 ? Math.max(best, kept) : best;
                return;
            }
            for (int member = 0; member < loads.length; member++) {
                loads[member]++;
                boolean had = group.members.get(member).previous().contains(partitions.get(place));
                from(place + 1, kept + (had ? 1 : 0));
                loads[member]--;
            }
        }
    }
}
