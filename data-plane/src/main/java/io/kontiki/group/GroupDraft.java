package io.kontiki.group;

import io.kontiki.metadata.Assignor;
import io.kontiki.metadata.GroupCodec;
import io.kontiki.metadata.GroupImage;
import io.kontiki.metadata.MemberImage;
import io.kontiki.metadata.TopicPartition;
import io.kontiki.proto.internal.v1.ChangeGroup;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.pcollections.PSortedSet;
import org.pcollections.TreePMap;
import org.pcollections.TreePSet;

/**
 * The next state of a group in the making: changes of members, then {@link #finish} assigns and reconciles. When members or
 * subscriptions change the group epoch rises and targets are made anew.
 */
final class GroupDraft {
    /** Of members that something happened to, as they are: beyond, other changes wait for the next command. */
    private static final int ASKED_BYTES_MAX = 192 << 10;

    /**
     * What is to be proposed.
     *
     * @param change the command; empty if the group stays as it is
     * @param whole whether nothing is left to be done after it
     * @param refused members for whom there is no room: if there are any, nothing is to be proposed
     */
    record Step(Optional<ChangeGroup> change, boolean whole, Map<String, Refusal> refused) {}

    private final GroupImage base;
    private final SubscribedTopics topics;
    private final TreeMap<String, MemberImage> members;
    // Took over another one's place: what it is not meant to own it never did, so there is nothing to let go of.
    private final Set<String> successors = new HashSet<>();
    private final Map<String, Integer> askedBytes = new HashMap<>();
    private Assignor assignor;
    private boolean reassign;
    private boolean unfinished;

    GroupDraft(GroupImage base, SubscribedTopics topics) {
        this.base = base;
        this.topics = topics;
        this.members = new TreeMap<>(base.members());
        this.assignor = base.assignor();
    }

    String groupId() {
        return base.id();
    }

    SubscribedTopics topics() {
        return topics;
    }

    /** Whether another change may go into the same command. */
    boolean hasRoom() {
        return askedBytes.values().stream().mapToInt(Integer::intValue).sum() < ASKED_BYTES_MAX;
    }

    int size() {
        return members.size();
    }

    Optional<MemberImage> member(String id) {
        return Optional.ofNullable(members.get(id));
    }

    /** Whoever has that instance id. */
    Optional<MemberImage> instance(String instanceId) {
        return members.values().stream()
                .filter(member -> member.instanceId().filter(instanceId::equals).isPresent())
                .findFirst();
    }

    /** Adds a member. */
    void add(MemberImage member) {
        put(member);
        reassign = true;
    }

    /**
     * A new member takes the place of another one, which is fenced (rule G4): it has its partitions at once, since nobody
     * is left who could let go of them.
     */
    void takeOver(MemberImage holder, MemberImage successor) {
        remove(holder.id());
        successors.add(successor.id());
        add(successor.withTarget(holder.target()).with(holder.epoch(), holder.owned(), TreePMap.empty()));
    }

    /**
     * Whether the member, or the one whose place it takes, was taken out by this very draft: so that one command does not
     * say of a member that it is gone and that it goes on, its join has to wait for the next one.
     */
    boolean mustWait(JoiningMember joining) {
        boolean leaves = base.member(joining.id()).isPresent() && !members.containsKey(joining.id());
        return leaves
                || joining.instanceId()
                        .filter(name -> base.instance(name).isPresent()
                                && instance(name).isEmpty())
                        .isPresent();
    }

    /** Replaces a member that is there; targets are made anew if it subscribes to something else. */
    void replace(MemberImage member) {
        var before = put(member);
        reassign |= before == null || !before.subscribesLike(member);
    }

    /** Takes out a member, if it is there. */
    void remove(String id) {
        if (members.remove(id) != null) {
            askedBytes.put(id, id.length());
            reassign = true;
        }
    }

    private MemberImage put(MemberImage member) {
        var before = members.put(member.id(), member);
        if (!member.equals(before)) {
            askedBytes.put(member.id(), GroupCodec.toRecord(member).getSerializedSize());
        }
        return before;
    }

    void assignor(Assignor value) {
        reassign |= assignor != value;
        assignor = value;
    }

    /** Targets are made anew, as topics are others now. */
    void reassign() {
        reassign = true;
    }

    /** Goes on with what an earlier step has left. Targets are made anew unless they are what they would become. */
    void goOn() {
        unfinished = true;
        if (!reassign && !members.isEmpty()) {
            var targets = targets();
            reassign = members.values().stream()
                    .anyMatch(member -> !targets.get(member.id()).equals(member.target()));
        }
    }

    /** Assigns and reconciles. */
    Step finish(int slotEpoch) {
        if (!reassign && !unfinished && askedBytes.isEmpty()) {
            return new Step(Optional.empty(), true, Map.of());
        }
        boolean raised = reassign && (!members.isEmpty() || !base.isEmpty());
        int epoch = raised ? base.epoch() + 1 : base.epoch();
        int assignmentEpoch = raised ? epoch : base.assignmentEpoch();
        var step = new GroupStep(
                base,
                members,
                askedBytes.keySet(),
                new Reconciliation(assignmentEpoch, successors),
                raised ? Optional.of(targets()) : Optional.empty(),
                GroupStep.BYTES_MAX);
        var refused = GroupRoom.refused(base, members, step.records());
        var change = step.change();
        if (!refused.isEmpty()
                || epoch == base.epoch() && change.getMembersCount() == 0 && change.getRemovedMembersCount() == 0) {
            return new Step(Optional.empty(), true, refused);
        }
        change.setGroupId(base.id())
                .setSlotEpoch(slotEpoch)
                .setExpectedVersion(base.version())
                .setEpoch(epoch)
                .setAssignmentEpoch(assignmentEpoch)
                .setAssignor(assignor.number());
        return new Step(Optional.of(change.build()), step.whole(), refused);
    }

    private Map<String, PSortedSet<TopicPartition>> targets() {
        var subscribers = subscribers();
        var assigned = assignorOf(assignor).assign(subscribers, topics.sizes(subscribers));
        var targets = new HashMap<String, PSortedSet<TopicPartition>>();
        assigned.forEach((id, target) -> targets.put(id, TreePSet.from(target)));
        return targets;
    }

    private List<Subscriber> subscribers() {
        return members.values().stream()
                .map(member ->
                        new Subscriber(member.id(), member.instanceId().orElse(""), topics.of(member), member.target()))
                .toList();
    }

    private static PartitionAssignor assignorOf(Assignor assignor) {
        return switch (assignor) {
            case RANGE -> new RangeAssignor();
            case ROUND_ROBIN -> new RoundRobinAssignor();
            case STICKY -> new StickyAssignor();
        };
    }
}
