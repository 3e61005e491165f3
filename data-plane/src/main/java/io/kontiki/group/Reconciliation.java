package io.kontiki.group;

import io.kontiki.metadata.MemberImage;
import io.kontiki.metadata.TopicPartition;
import java.util.HashSet;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * How members come to own what they are meant to (KIP-848). A member first loses what is not in its target: that moves
 * from owned to revoking, where it stays until the member says that it let go (rule G2). Then its epoch becomes that of the
 * assignment (rule G1), and it gets of its target what nobody owns or revokes; more follows as others let go. So a member
 * with something to let go of is at an earlier epoch and is given nothing meanwhile.
 *
 * @param assignmentEpoch of the targets
 * @param successors who took over another one's place: what they are not meant to own they never did, so there is nothing
 *     to let go of
 */
record Reconciliation(int assignmentEpoch, Set<String> successors) {
    /**
     * The members one step on.
     *
     * @param members by id, with their targets
     * @param part of them: the others stay as they are
     */
    SortedMap<String, MemberImage> of(SortedMap<String, MemberImage> members, Set<String> part) {
        var next = new TreeMap<>(members);
        next.replaceAll((id, member) -> part.contains(id) ? withoutLost(member) : member);
        grant(next, part);
        return next;
    }

    private MemberImage withoutLost(MemberImage member) {
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

    private void grant(SortedMap<String, MemberImage> members, Set<String> part) {
        var held = new HashSet<TopicPartition>();
        for (var member : members.values()) {
            held.addAll(member.owned().keySet());
            held.addAll(member.revoking().keySet());
        }
        members.replaceAll((id, member) -> {
            if (!part.contains(id)
                    || member.epoch() != assignmentEpoch
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
}
