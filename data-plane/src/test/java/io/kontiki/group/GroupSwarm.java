package io.kontiki.group;

import io.kontiki.metadata.MemberImage;
import io.kontiki.metadata.TopicPartition;
import io.kontiki.proto.v1.GroupState;
import io.kontiki.proto.v1.Subscription;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.BiFunction;
import java.util.function.Consumer;

/**
 * Groups whose members join, leave, crash, hang and lose their connections, on brokers that crash, hang and lose the quorum:
 * the coordinators and the rules of the metadata log as they are, everything else drawn from one seed.
 */
final class GroupSwarm {
    /** How much is to happen. */
    record Size(int members, int groups, long operations) {}

    private static final int BROKERS = 4;
    private static final int STATIC_SHARE = 5;

    final SwarmTime time = new SwarmTime();
    final Random random;
    final SwarmQuorum quorum;
    final SwarmChecks checks = new SwarmChecks(this);
    private final long seed;
    private final Size size;
    private final List<SwarmBroker> brokers = new ArrayList<>();
    private final List<SwarmMember> members = new ArrayList<>();
    private final Map<String, List<SwarmMember>> byGroup = new TreeMap<>();
    private final Map<Integer, Long> silentSince = new HashMap<>();
    private long numbers;
    private long operations;
    private boolean calm;

    GroupSwarm(long seed, Size size) {
        this.seed = seed;
        this.size = size;
        this.random = new Random(seed);
        this.quorum = new SwarmQuorum(time, random, 1, 2, 3, 4);
        quorum.listen(checks::onApplied);
        quorum.createTopic(12);
        quorum.createTopic(7);
        quorum.createTopic(1);
        var settings = new GroupSettings(3_600_000, SwarmMember.SESSION_MS, 3000, 5000, 10_000);
        for (int id = 1; id <= BROKERS; id++) {
            brokers.add(new SwarmBroker(id, time, random, quorum, settings));
        }
        quorum.listen((before, command, applied) -> brokers.forEach(broker -> broker.onEntry(applied)));
        for (int number = 0; number < size.members(); number++) {
            var instance = number % STATIC_SHARE == 0 ? Optional.of("static" + number) : Optional.<String>empty();
            var member = new SwarmMember(this, "group" + number % size.groups(), instance);
            members.add(member);
            byGroup.computeIfAbsent(member.groupId, id -> new ArrayList<>()).add(member);
        }
    }

    String label() {
        return "-Dgroup.seed=" + seed + " of " + size + " at " + time.now() + " ms, operation " + operations;
    }

    /** Runs all operations under faults, then lets everything heal, and checks that each group has settled. */
    void run() {
        members.forEach(member -> time.after(random.nextInt(3000), member::start));
        members.forEach(this::live);
        control();
        disturb();
        while (operations < size.operations()) {
            time.step();
        }
        heal();
        long end = time.now() + 60_000;
        while (time.now() < end) {
            time.step();
        }
        byGroup.keySet().forEach(this::checkSettled);
    }

    private void live(SwarmMember member) {
        time.after(1 + random.nextInt(120), () -> {
            operations++;
            if (!member.alive()) {
                if (calm || random.nextInt(20) == 0) {
                    member.start();
                }
            } else if (calm) {
                member.step();
            } else {
                act(member);
            }
            checks.onBelief(member);
            live(member);
        });
    }

    private void act(SwarmMember member) {
        int drawn = random.nextInt(1000);
        if (drawn < 3) {
            member.crash();
        } else if (drawn < 6) {
            member.leave(random.nextBoolean());
        } else if (drawn < 12) {
            member.cut();
        } else if (drawn < 14) {
            member.resubscribe();
        } else {
            member.step();
        }
    }

    /** What the controller does: leases for who is heard of, fences for who is not. */
    private void control() {
        for (var broker : brokers) {
            if (broker.healthy()) {
                silentSince.remove(broker.id);
                quorum.unfence(broker.id);
                broker.grantLease(quorum.image().position().index());
            } else if (time.now() - silentSince.computeIfAbsent(broker.id, id -> time.now()) > 3000) {
                quorum.fence(broker.id);
            }
        }
        time.after(500, this::control);
    }

    private void disturb() {
        time.after(200 + random.nextInt(2000), () -> {
            if (calm) {
                return;
            }
            var broker = brokers.get(random.nextInt(BROKERS));
            switch (random.nextInt(8)) {
                case 0 -> broker.crash();
                case 1 -> broker.pause();
                case 2 -> broker.deafen();
                case 3 -> quorum.growTopic();
                case 4 -> quorum.createTopic(1 + random.nextInt(20));
                case 5 -> {
                    if (quorum.image().topics().size() > 4) {
                        quorum.deleteTopic();
                    }
                }
                default -> brokers.get(random.nextInt(BROKERS)).resume();
            }
            disturb();
        });
    }

    private void heal() {
        calm = true;
        quorum.faulty = false;
        brokers.forEach(SwarmBroker::resume);
    }

    private void checkSettled(String groupId) {
        var image = quorum.image();
        var group = image.group(groupId).orElseThrow(() -> checks.failure(groupId + " is gone"));
        if (GroupStates.of(group) != GroupState.GROUP_STATE_STABLE) {
            throw checks.failure(groupId + " has not settled: " + group);
        }
        var living = byGroup.get(groupId);
        var ids = new TreeSet<String>();
        var assigned = new HashSet<TopicPartition>();
        for (var member : living) {
            ids.add(member.id());
            var record = group.member(member.id()).orElseThrow(() -> checks.failure(member + " is no member"));
            var owned = new TreeSet<SwarmMember.Part>();
            record.owned()
                    .keySet()
                    .forEach(partition -> owned.add(new SwarmMember.Part(
                            image.topic(partition.topicId()).orElseThrow().name(), partition.partition())));
            if (!owned.equals(member.owned())) {
                throw checks.failure(member + " is in the record as " + record);
            }
            assigned.addAll(record.owned().keySet());
        }
        if (!ids.equals(group.members().keySet())) {
            throw checks.failure(groupId + " has members " + group.members().keySet() + ", not " + ids);
        }
        var wanted = wanted(group.members().values());
        if (!assigned.equals(wanted)) {
            throw checks.failure(groupId + " owns " + assigned + ", not " + wanted);
        }
    }

    private Set<TopicPartition> wanted(Iterable<MemberImage> subscribers) {
        var wanted = new HashSet<TopicPartition>();
        for (var member : subscribers) {
            for (var topic : quorum.image().topics().all()) {
                if (member.topics().contains(topic.name())
                        || member.topicPattern().filter(topic.name()::matches).isPresent()) {
                    for (int number = 0; number < topic.partitions().size(); number++) {
                        wanted.add(new TopicPartition(topic.id(), number));
                    }
                }
            }
        }
        return wanted;
    }

    Subscription drawSubscription() {
        return switch (random.nextInt(4)) {
            case 0 -> Subscription.newBuilder().addTopics("t0").addTopics("t1").build();
            case 1 ->
                Subscription.newBuilder().setTopicPattern("t[0-9]*[02468]").build();
            default -> Subscription.newBuilder().setTopicPattern("t.*").build();
        };
    }

    long drawLatency() {
        return random.nextInt(50) == 0 ? random.nextInt(500) : 1 + random.nextInt(5);
    }

    /** How long a member takes to let go; at times longer than it may. */
    long drawDrop() {
        return !calm && random.nextInt(200) == 0 ? 8000 : random.nextInt(100);
    }

    long nextNumber() {
        return ++numbers;
    }

    List<SwarmMember> membersOf(String groupId) {
        return byGroup.getOrDefault(groupId, List.of());
    }

    /** As some broker has heard, which may be long ago. */
    Optional<SwarmBroker> coordinatorOf(String groupId) {
        var asked = brokers.get(random.nextInt(BROKERS));
        int owner = asked.image().slots().of(groupId).owner();
        return owner < 1 ? Optional.empty() : Optional.of(brokers.get(owner - 1));
    }

    /** A commit; now and then it is there twice, and one of them is held up on its way by a broker that stands still. */
    void commit(String groupId, BiFunction<GroupCoordinator, Long, List<Effect>> message, Consumer<Effect> answer) {
        if (!calm && random.nextInt(20) == 0) {
            time.after(random.nextInt(10_000), () -> call(groupId, message, late -> {}));
        }
        call(groupId, message, answer);
    }

    void call(String groupId, BiFunction<GroupCoordinator, Long, List<Effect>> message, Consumer<Effect> answer) {
        coordinatorOf(groupId).ifPresent(broker -> {
            long call = nextNumber();
            time.after(drawLatency(), () -> broker.onCall(call, answer, it -> message.apply(it, call)));
        });
    }
}
