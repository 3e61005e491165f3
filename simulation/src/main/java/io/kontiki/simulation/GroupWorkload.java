package io.kontiki.simulation;

import io.kontiki.group.GroupStates;
import io.kontiki.metadata.GroupImage;
import io.kontiki.metadata.GroupsImage;
import io.kontiki.metadata.MemberImage;
import io.kontiki.metadata.TopicImage;
import io.kontiki.metadata.TopicPartition;
import io.kontiki.proto.v1.GroupState;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** Groups of consumers, whose members come and go. */
final class GroupWorkload {
    private static final long POLL_MILLIS = 1_200;
    static final String ALL_TOPICS = ".*";
    private static final String FIRST_TOPIC = "sim.*";

    /** It is asked after each event. */
    private static final long LOOK_NANOS = 20 * Scheduler.MILLI;

    private final Cluster cluster;
    private final Scheduler scheduler;
    private final List<Seat> seats = new ArrayList<>();
    private boolean calm;
    private long processes;
    private long nextLookNanos;

    GroupWorkload(Cluster cluster) {
        this.cluster = cluster;
        this.scheduler = cluster.scheduler();
    }

    /** A member's place: one process after another takes it. */
    final class Seat {
        private final SimMember.Seat who;
        private Optional<SimMember> process = Optional.empty();

        private Seat(SimMember.Seat who) {
            this.who = who;
        }

        void start() {
            if (process.filter(SimMember::running).isEmpty()) {
                takeOver();
            }
        }

        private void takeOver() {
            SimMember next = new SimMember(cluster, who, "m" + ++processes);
            process = Optional.of(next);
            next.start();
            if (calm) {
                next.calmDown();
            }
        }

        void crash() {
            process.ifPresent(SimMember::crash);
        }

        void leave(boolean temporarily) {
            process.ifPresent(member -> member.leave(temporarily));
        }

        /** @param replaced whether somebody starts another process in its name, if it has one */
        void pause(long millis, boolean replaced) {
            process.filter(SimMember::running).ifPresent(member -> {
                member.pause();
                scheduler.after(millis * Scheduler.MILLI, member::resume);
                if (replaced && who.instanceId().isPresent()) {
                    scheduler.after(millis / 2 * Scheduler.MILLI, () -> {
                        if (process.filter(member::equals).isPresent() && member.paused()) {
                            takeOver();
                        }
                    });
                }
            });
        }

        void loseStream() {
            process.ifPresent(SimMember::loseStream);
        }

        Optional<SimMember> process() {
            return process.filter(SimMember::running);
        }
    }

    /** None, one or two groups; some members have a name that outlives their processes. */
    void draw() {
        if (scheduler.chance(0.8)) {
            add(
                    "group-" + scheduler.draw(0, 63),
                    3,
                    (int) scheduler.draw(0, 2),
                    scheduler.chance(0.5) ? ALL_TOPICS : FIRST_TOPIC);
        }
        if (scheduler.chance(0.3)) {
            add("other-" + scheduler.draw(0, 63), 2, (int) scheduler.draw(0, 1), ALL_TOPICS);
        }
    }

    /**
     * @param statics how many of the members have an instance id
     * @param pattern of the topics that they read
     */
    void add(String groupId, int members, int statics, String pattern) {
        add(groupId, members, statics, pattern, POLL_MILLIS);
    }

    /** @param pollMillis from one poll of a member to the next, in the mean */
    void add(String groupId, int members, int statics, String pattern, long pollMillis) {
        for (int number = 0; number < members; number++) {
            Optional<String> instance = number < statics ? Optional.of("static-" + number) : Optional.empty();
            Seat seat = new Seat(new SimMember.Seat(groupId, instance, pattern, pollMillis));
            seats.add(seat);
            scheduler.afterMillis(0, 1_000, seat::start);
        }
    }

    boolean isEmpty() {
        return seats.isEmpty();
    }

    /** Any number names one, if there are any. */
    Optional<Seat> seat(long number) {
        return seats.isEmpty() ? Optional.empty() : Optional.of(seats.get((int) (number % seats.size())));
    }

    /** All members are there, and none stands still. */
    void heal() {
        cluster.groupChecks().processes().forEach(SimMember::resume);
        seats.forEach(Seat::start);
    }

    /** Nobody leaves any more, and who ends comes back. */
    void calmDown() {
        calm = true;
        cluster.groupChecks().processes().forEach(SimMember::calmDown);
        keepSeated();
    }

    private void keepSeated() {
        seats.forEach(Seat::start);
        scheduler.afterMillis(100, 200, this::keepSeated);
    }

    // ---- The end

    /** Whether each group's members are those that live, and own and have read what they are to; as all brokers know. */
    boolean isSettled() {
        if (scheduler.now() < nextLookNanos) {
            return false;
        }
        nextLookNanos = scheduler.now() + LOOK_NANOS;
        GroupsImage known = cluster.quorum().image().groups();
        return seats.stream().allMatch(this::isSettled)
                && groups().stream().allMatch(this::isSettled)
                && allKnow(known);
    }

    private boolean allKnow(GroupsImage known) {
        for (SimNode node : cluster.nodes()) {
            if (node.serving()
                    .filter(broker -> broker.image().groups().equals(known))
                    .isEmpty()) {
                return false;
            }
        }
        return true;
    }

    private Set<String> groups() {
        Set<String> ids = new TreeSet<>();
        seats.forEach(seat -> ids.add(seat.who.groupId()));
        return ids;
    }

    private boolean isSettled(Seat seat) {
        Optional<MemberImage> record =
                seat.process().flatMap(member -> group(member.groupId()).flatMap(group -> group.member(member.id())));
        return record.isPresent()
                && seat.process().filter(SimMember::isDone).isPresent()
                && Set.copyOf(seat.process().orElseThrow().owned())
                        .equals(record.get().owned().keySet());
    }

    private boolean isSettled(String groupId) {
        Optional<GroupImage> group = group(groupId);
        return group.isPresent()
                && GroupStates.of(group.get()) == GroupState.GROUP_STATE_STABLE
                && group.get().members().size() == seatsOf(groupId)
                && owned(group.get()).equals(wanted(group.get()));
    }

    private Optional<GroupImage> group(String id) {
        return cluster.quorum().image().group(id);
    }

    private long seatsOf(String groupId) {
        return seats.stream().filter(seat -> seat.who.groupId().equals(groupId)).count();
    }

    private static Set<TopicPartition> owned(GroupImage group) {
        Set<TopicPartition> owned = new TreeSet<>();
        group.members().values().forEach(member -> owned.addAll(member.owned().keySet()));
        return owned;
    }

    private Set<TopicPartition> wanted(GroupImage group) {
        Set<TopicPartition> wanted = new TreeSet<>();
        for (TopicImage topic : cluster.quorum().image().topics().all()) {
            boolean isWanted = group.members().values().stream()
                    .anyMatch(member ->
                            member.topicPattern().filter(topic.name()::matches).isPresent());
            for (int number = 0; isWanted && number < topic.partitions().size(); number++) {
                wanted.add(new TopicPartition(topic.id(), number));
            }
        }
        return wanted;
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder();
        cluster.groupChecks().processes().forEach(member -> text.append("\n  ").append(member));
        groups().forEach(id -> text.append("\n  ").append(group(id)));
        return text.toString();
    }
}
