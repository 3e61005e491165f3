package io.kontiki.client;

import static org.assertj.core.api.Assertions.assertThat;

import io.kontiki.client.Membership.Connect;
import io.kontiki.client.Membership.Effect;
import io.kontiki.client.Membership.Send;
import io.kontiki.client.MembershipView.Assignment;
import io.kontiki.proto.v1.JoinRequest;
import io.kontiki.proto.v1.JoinResponse;
import io.kontiki.proto.v1.Joined;
import io.kontiki.proto.v1.MemberAssignment;
import io.kontiki.proto.v1.MemberHeartbeat;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A member against a group that gives and takes partitions at random, over streams that delay and break, with a consumer that
 * takes its time. After each step: the group holds nothing for let go of that the consumer may still be reading.
 */
class MembershipRandomTest {
    private static final long MILLI = TimeUnit.MILLISECONDS.toNanos(1);
    private static final int STEPS = 20_000;
    private static final int PARTITIONS = 6;

    /** The group's record of the one member, after what its coordinator does. */
    private static final class Group {
        private final TreeSet<TopicPartition> owned = new TreeSet<>();
        private final TreeSet<TopicPartition> revoking = new TreeSet<>();
        private TreeSet<TopicPartition> target = new TreeSet<>();
        private boolean member;
        private int groupEpoch = 1;
        private int memberEpoch;

        void reconcile(Set<TopicPartition> free) {
            var drop = new TreeSet<>(owned);
            drop.removeAll(target);
            owned.removeAll(drop);
            revoking.addAll(drop);
            if (revoking.isEmpty()) {
                memberEpoch = groupEpoch;
                target.stream().filter(free::contains).forEach(owned::add);
            }
        }

        void release(Set<TopicPartition> named) {
            revoking.retainAll(named);
        }

        void fence() {
            member = false;
            owned.clear();
            revoking.clear();
            groupEpoch++;
        }
    }

    private final TreeSet<TopicPartition> reading = new TreeSet<>();
    private final Deque<JoinRequest> toGroup = new ArrayDeque<>();
    private final Deque<JoinResponse> toMember = new ArrayDeque<>();
    private final Group group = new Group();
    private Membership membership;
    private SplittableRandom random;
    private long nowNanos;
    private long link;
    private boolean up;
    private Optional<Assignment> taking = Optional.empty();
    private int life;
    private long applied;
    private int settled;
    private int lost;

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void neverReadsWhatTheGroupHoldsForLetGoOf(long seed) {
        random = new SplittableRandom(seed);
        membership = new Membership(
                MembershipTest.settings(), seed, new Backoff(10 * MILLI, 100 * MILLI, new SplittableRandom(seed)));
        act(membership.onSubscribe(1, Subscription.to(List.of("t")), nowNanos));
        for (int step = 0; step < STEPS; step++) {
            step();
            check(seed, step);
        }
        // Both ways of losing and keeping partitions have been taken, often.
        assertThat(settled).isGreaterThan(100);
        assertThat(lost).isGreaterThan(10);
    }

    private void step() {
        switch (random.nextInt(10)) {
            case 0, 1 -> deliverToGroup();
            case 2, 3 -> deliverToMember();
            case 4, 5 -> consumerBegins();
            case 6 -> consumerEnds();
            case 7 -> {
                nowNanos += random.nextLong(400) * MILLI;
                act(membership.onTick(nowNanos));
            }
            case 8 -> groupChanges();
            default -> rarely();
        }
    }

    private void rarely() {
        int what = random.nextInt(40);
        if (what == 0 && up) {
            end(ErrorReason.DISCONNECTED);
        } else if (what == 1 && group.member) {
            group.fence();
            if (up) {
                end(ErrorReason.UNKNOWN_MEMBER);
            }
        }
    }

    private void groupChanges() {
        if (group.member && random.nextInt(4) == 0) {
            group.groupEpoch++;
            group.target = randomPartitions();
        }
        if (group.member) {
            reconcileAndTell();
        }
    }

    private void reconcileAndTell() {
        var before = List.of(new TreeSet<>(group.owned), group.memberEpoch);
        group.reconcile(randomPartitions());
        if (!before.equals(List.of(group.owned, group.memberEpoch))) {
            tell();
        }
    }

    private TreeSet<TopicPartition> randomPartitions() {
        var partitions = new TreeSet<TopicPartition>();
        for (int i = 0; i < PARTITIONS; i++) {
            if (random.nextBoolean()) {
                partitions.add(new TopicPartition("t", i));
            }
        }
        return partitions;
    }

    private void tell() {
        if (up) {
            toMember.add(JoinResponse.newBuilder()
                    .setAssignment(MemberAssignment.newBuilder()
                            .setMemberEpoch(group.memberEpoch)
                            .addAllPartitions(WireValues.byTopic(group.owned)))
                    .build());
        }
    }

    // ---- The stream

    private void act(List<Effect> effects) {
        for (var effect : effects) {
            if (effect instanceof Connect connect) {
                link = connect.link();
                up = true;
                toGroup.clear();
                toMember.clear();
                toGroup.add(connect.first());
            } else if (effect instanceof Send send) {
                toGroup.add(send.request());
            } else {
                drop();
            }
        }
    }

    private void drop() {
        up = false;
        toGroup.clear();
        toMember.clear();
    }

    private void end(ErrorReason reason) {
        drop();
        act(membership.onLinkEnd(link, Optional.of(new KontikiException(reason, "test")), nowNanos));
    }

    private void deliverToGroup() {
        if (!toGroup.isEmpty()) {
            var request = toGroup.remove();
            switch (request.getRequestCase()) {
                case JOIN -> onJoin(request);
                case HEARTBEAT ->
                    toMember.add(JoinResponse.newBuilder()
                            .setHeartbeat(MemberHeartbeat.getDefaultInstance())
                            .build());
                case OWNED -> {
                    if (request.getOwned().getMemberEpoch() == group.memberEpoch) {
                        group.release(WireValues.partitions(request.getOwned().getPartitionsList()));
                        settled++;
                    }
                }
                default -> throw new AssertionError(request);
            }
        }
    }

    private void onJoin(JoinRequest request) {
        var join = request.getJoin();
        if (!group.member && join.getMemberEpoch() > 0) {
            end(ErrorReason.UNKNOWN_MEMBER);
            return;
        }
        if (group.member) {
            group.release(WireValues.partitions(join.getOwnedList()));
        } else {
            group.member = true;
            group.memberEpoch = group.groupEpoch;
        }
        toMember.add(JoinResponse.newBuilder()
                .setJoined(Joined.newBuilder()
                        .setMemberEpoch(group.memberEpoch)
                        .setHeartbeatIntervalMs(1000)
                        .setSessionTimeoutMs(10_000))
                .build());
        tell();
    }

    private void deliverToMember() {
        if (!toMember.isEmpty()) {
            act(membership.onMessage(link, toMember.remove(), nowNanos));
        }
    }

    // ---- The consumer, in two steps: what it sees it may be busy with while more comes

    private void consumerBegins() {
        var view = membership.view();
        if (taking.isEmpty() && view.life() != life) {
            reading.clear();
            life = view.life();
            applied = 0;
            lost++;
            act(membership.onLossNoticed(life, nowNanos));
        } else if (taking.isEmpty()) {
            taking = view.assignment().filter(a -> a.number() != applied);
            taking.ifPresent(a -> reading.addAll(a.partitions()));
        }
    }

    private void consumerEnds() {
        if (taking.isPresent()) {
            reading.clear();
            reading.addAll(taking.get().partitions());
            applied = taking.get().number();
            taking = Optional.empty();
            act(membership.onApplied(life, applied, nowNanos));
        }
    }

    private void check(long seed, int step) {
        boolean fenced = !group.member || membership.view().life() != life;
        if (!fenced) {
            var held = new ArrayList<>(group.owned);
            held.addAll(group.revoking);
            assertThat(held).as("seed %d, step %d", seed, step).containsAll(reading);
        }
    }
}
