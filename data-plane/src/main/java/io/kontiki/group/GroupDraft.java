package io.kontiki.group;

import io.kontiki.metadata.Assignor;
import io.kontiki.metadata.GroupCodec;
import io.kontiki.metadata.GroupImage;
import io.kontiki.metadata.MemberImage;
import io.kontiki.metadata.TopicPartition;
import io.kontiki.proto.internal.v1.ChangeGroup;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.pcollections.TreePMap;
import org.pcollections.TreePSet;

/**
 * The next state of a group in the making: changes of members, then {@link #finish} assigns and reconciles (KIP-848).
 *
 * <p>When members or subscriptions change the group epoch rises and targets are made anew. A member first loses what is
 * not in its target: that moves from owned to revoking, where it stays until the member says that it let go (rule G2). Then
 * its epoch becomes that of the assignment (rule G1), and it gets of its target what nobody owns or revokes; more follows
 * as others let go. So a member with something to let go of is at an earlier epoch and is given nothing meanwhile.
 */
final class GroupDraft {
    private final GroupImage base;
    private final SubscribedTopics topics;
    private final TreeMap<String, MemberImage> members;
    // Took over another one's place: what it is not meant to own it never did, so there is nothing to let go of.
    private final Set<String> successors = new HashSet<>();
    private Assignor assignor;
    private boolean reassign;

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
        members.put(member.id(), member);
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
        var before = members.put(member.id(), member);
        reassign |= before == null || !before.subscribesLike(member);
    }

    /** Takes out a member, if it is there. */
    void remove(String id) {
        reassign |= members.remove(id) != null;
    }

    void assignor(Assignor value) {
        reassign |= assignor != value;
        assignor = value;
    }

    /** Targets are made anew, as topics are others now. */
    void reassign() {
        reassign = true;
    }

    /** Targets are made anew unless they are all that members subscribe to, and nothing else. */
    void reassignIfIncomplete() {
        int assigned = 0;
        for (var member : members.values()) {
            var wanted = topics.of(member);
            assigned += member.target().size();
            reassign |= member.target().stream().anyMatch(partition -> !wanted.contains(partition.topicId()));
        }
        int wanted = topics.sizes(subscribers()).stream()
                .mapToInt(TopicSize::partitions)
                .sum();
        reassign |= assigned != wanted;
    }

    /** Assigns and reconciles; empty if the group stays as it is. */
    Optional<ChangeGroup> finish(int slotEpoch) {
        boolean raised = reassign && (!members.isEmpty() || !base.isEmpty());
        int epoch = raised ? base.epoch() + 1 : base.epoch();
        int assignmentEpoch = raised ? epoch : base.assignmentEpoch();
        if (raised) {
            assign();
        }
        members.replaceAll((id, member) -> withoutLost(member, assignmentEpoch));
        grant(assignmentEpoch);
        return difference(slotEpoch, epoch, assignmentEpoch);
    }

    private void assign() {
        var subscribers = subscribers();
        var targets = assignorOf(assignor).assign(subscribers, topics.sizes(subscribers));
        members.replaceAll((id, member) -> {
            var target = new HashSet<>(targets.get(id));
            return target.equals(member.target()) ? member : member.withTarget(TreePSet.from(target));
        });
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

    private MemberImage withoutLost(MemberImage member, int assignmentEpoch) {
        var owned = member.owned();
        var revoking = member.revoking();
        for (var entry : member.owned().entrySet()) {
            if (!member.target().contains(entry.getKey())) {
                owned = owned.minus(entry.getKey());
                if (!successors.contains(member.id())) {
                    revoking = revoking.plus(entry.getKey(), entry.getValue());
                }
            }
        }
        int epoch = revoking.isEmpty() ? assignmentEpoch : member.epoch();
        return owned == member.owned() && epoch == member.epoch() ? member : member.with(epoch, owned, revoking);
    }

    private void grant(int assignmentEpoch) {
        var held = new HashSet<TopicPartition>();
        for (var member : members.values()) {
            held.addAll(member.owned().keySet());
            held.addAll(member.revoking().keySet());
        }
        members.replaceAll((id, member) -> {
            if (member.epoch() != assignmentEpoch
                    || member.owned().size() == member.target().size()) {
                return member;
            }
            var owned = member.owned();
            for (var partition : member.target()) {
                if (!held.contains(partition)) {
                    owned = owned.plus(partition, member.epoch());
                }
            }
            return owned == member.owned() ? member : member.with(member.epoch(), owned, member.revoking());
        });
    }

    private Optional<ChangeGroup> difference(int slotEpoch, int epoch, int assignmentEpoch) {
        var change = ChangeGroup.newBuilder();
        for (var member : members.values()) {
            if (!member.equals(base.members().get(member.id()))) {
                change.addMembers(GroupCodec.toRecord(member));
            }
        }
        for (var id : base.members().keySet()) {
            if (!members.containsKey(id)) {
                change.addRemovedMembers(id);
            }
        }
        if (epoch == base.epoch() && change.getMembersCount() == 0 && change.getRemovedMembersCount() == 0) {
            return Optional.empty();
        }
        return Optional.of(change.setGroupId(base.id())
                .setSlotEpoch(slotEpoch)
                .setExpectedVersion(base.version())
                .setEpoch(epoch)
                .setAssignmentEpoch(assignmentEpoch)
                .setAssignor(assignor.number())
                .build());
    }
}
