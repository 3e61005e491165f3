package io.kontiki.group;

import static org.assertj.core.api.Assertions.assertThat;

import io.kontiki.metadata.TopicPartition;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** The worked examples that tutorials on consumer groups print. */
class AssignorExamplesTest {
    private static final UUID T0 = new UUID(0, 0);
    private static final UUID T1 = new UUID(0, 1);
    private static final UUID T2 = new UUID(0, 2);

    @Test
    void rangeDealsTenPartitionsAmongThree() {
        var targets = new RangeAssignor()
                .assign(List.of(member("C1", T0), member("C2", T0), member("C3", T0)), List.of(new TopicSize(T0, 10)));

        assertThat(names(targets.get("C1"))).containsExactly("t0-0", "t0-1", "t0-2", "t0-3");
        assertThat(names(targets.get("C2"))).containsExactly("t0-4", "t0-5", "t0-6");
        assertThat(names(targets.get("C3"))).containsExactly("t0-7", "t0-8", "t0-9");
    }

    @Test
    void rangeDealsTwoTopicsOfThreeAmongTwoThenThree() {
        var topics = List.of(new TopicSize(T0, 3), new TopicSize(T1, 3));
        var two = List.of(member("C0", T0, T1), member("C1", T0, T1));
        var three = List.of(member("C0", T0, T1), member("C1", T0, T1), member("C2", T0, T1));

        var ofTwo = new RangeAssignor().assign(two, topics);
        assertThat(names(ofTwo.get("C0"))).containsExactly("t0-0", "t0-1", "t1-0", "t1-1");
        assertThat(names(ofTwo.get("C1"))).containsExactly("t0-2", "t1-2");
        var ofThree = new RangeAssignor().assign(three, topics);
        assertThat(names(ofThree.get("C0"))).containsExactly("t0-0", "t1-0");
        assertThat(names(ofThree.get("C1"))).containsExactly("t0-1", "t1-1");
        assertThat(names(ofThree.get("C2"))).containsExactly("t0-2", "t1-2");
    }

    @Test
    void roundRobinDealsAllInTurn() {
        var topics = List.of(new TopicSize(T0, 3), new TopicSize(T1, 3));
        var targets = new RoundRobinAssignor().assign(List.of(member("C0", T0, T1), member("C1", T0, T1)), topics);

        assertThat(names(targets.get("C0"))).containsExactly("t0-0", "t0-2", "t1-1");
        assertThat(names(targets.get("C1"))).containsExactly("t0-1", "t1-0", "t1-2");
    }

    @Test
    void roundRobinPassesOverWhoDoesNotSubscribe() {
        var targets = new RoundRobinAssignor().assign(unequal(), unequalTopics());

        assertThat(names(targets.get("C0"))).containsExactly("t0-0");
        assertThat(names(targets.get("C1"))).containsExactly("t1-0");
        assertThat(names(targets.get("C2"))).containsExactly("t1-1", "t2-0", "t2-1", "t2-2");
    }

    @Test
    void stickyGivesMoreEvenlyWhereSubscriptionsDiffer() {
        var targets = new StickyAssignor().assign(unequal(), unequalTopics());

        assertThat(names(targets.get("C0"))).containsExactly("t0-0");
        assertThat(names(targets.get("C1"))).containsExactly("t1-0", "t1-1");
        assertThat(names(targets.get("C2"))).containsExactly("t2-0", "t2-1", "t2-2");
    }

    /** Three members, four topics of two partitions, all subscribed to all; then C1 leaves. */
    @Test
    void stickyMovesOnlyWhatTheLeavingMemberHad() {
        var t3 = new UUID(0, 3);
        var topics = List.of(new TopicSize(T0, 2), new TopicSize(T1, 2), new TopicSize(T2, 2), new TopicSize(t3, 2));
        var before = new StickyAssignor()
                .assign(
                        List.of(
                                member("C0", T0, T1, T2, t3),
                                member("C1", T0, T1, T2, t3),
                                member("C2", T0, T1, T2, t3)),
                        topics);
        assertThat(names(before.get("C0"))).containsExactly("t0-0", "t1-1", "t3-0");
        assertThat(names(before.get("C1"))).containsExactly("t0-1", "t2-0", "t3-1");
        assertThat(names(before.get("C2"))).containsExactly("t1-0", "t2-1");

        var after = new StickyAssignor()
                .assign(
                        List.of(
                                had(before.get("C0"), "C0", T0, T1, T2, t3),
                                had(before.get("C2"), "C2", T0, T1, T2, t3)),
                        topics);

        assertThat(names(after.get("C0"))).containsExactly("t0-0", "t1-1", "t2-0", "t3-0");
        assertThat(names(after.get("C2"))).containsExactly("t0-1", "t1-0", "t2-1", "t3-1");
    }

    @Test
    void stickyTakesFromEachAlikeForWhoJoins() {
        var topics = List.of(new TopicSize(T0, 12));
        var before = new StickyAssignor().assign(List.of(member("C0", T0), member("C1", T0), member("C2", T0)), topics);

        var after = new StickyAssignor()
                .assign(
                        List.of(
                                had(before.get("C0"), "C0", T0),
                                had(before.get("C1"), "C1", T0),
                                had(before.get("C2"), "C2", T0),
                                member("C3", T0)),
                        topics);

        for (var id : List.of("C0", "C1", "C2")) {
            assertThat(before.get(id)).containsAll(after.get(id));
            assertThat(after.get(id)).hasSize(3);
        }
    }

    @Test
    void moreMembersThanPartitionsLeavesTheRestIdle() {
        var topics = List.of(new TopicSize(T0, 2));
        var members = List.of(member("C0", T0), member("C1", T0), member("C2", T0));

        for (var assignor : List.of(new RangeAssignor(), new RoundRobinAssignor(), new StickyAssignor())) {
            var targets = assignor.assign(members, topics);
            assertThat(names(targets.get("C0"))).containsExactly("t0-0");
            assertThat(names(targets.get("C1"))).containsExactly("t0-1");
            assertThat(targets.get("C2")).isEmpty();
        }
    }

    @Test
    void staticMembersKeepTheirPlaceUnderAnotherMemberId() {
        var topics = List.of(new TopicSize(T0, 4));
        var before = new RangeAssignor().assign(List.of(named("a", "one"), named("b", "two")), topics);
        var after = new RangeAssignor().assign(List.of(named("z", "one"), named("b", "two")), topics);

        assertThat(after.get("z")).isEqualTo(before.get("a"));
        assertThat(after.get("b")).isEqualTo(before.get("b"));
    }

    private static List<Subscriber> unequal() {
        return List.of(member("C0", T0), member("C1", T0, T1), member("C2", T0, T1, T2));
    }

    private static List<TopicSize> unequalTopics() {
        return List.of(new TopicSize(T0, 1), new TopicSize(T1, 2), new TopicSize(T2, 3));
    }

    private static Subscriber named(String memberId, String instanceId) {
        return new Subscriber(memberId, instanceId, Set.of(T0), List.of());
    }

    private static Subscriber member(String id, UUID... topics) {
        return had(List.of(), id, topics);
    }

    private static Subscriber had(Collection<TopicPartition> previous, String id, UUID... topics) {
        return new Subscriber(id, "", new LinkedHashSet<>(List.of(topics)), new ArrayList<>(previous));
    }

    private static List<String> names(List<TopicPartition> partitions) {
        return partitions.stream()
                .map(it -> "t" + it.topicId().getLeastSignificantBits() + "-" + it.partition())
                .collect(Collectors.toList());
    }
}
