package io.kontiki.group;

import io.kontiki.metadata.GroupImage;
import io.kontiki.metadata.MemberImage;
import io.kontiki.proto.v1.GroupState;

/** What a group is doing, as its record tells. */
public final class GroupStates {
    private GroupStates() {}

    /** Stable only if each member owns what it is meant to, and has confirmed it. */
    public static GroupState of(GroupImage group) {
        if (group.isEmpty()) {
            return GroupState.GROUP_STATE_EMPTY;
        }
        boolean settled = group.assignmentEpoch() == group.epoch()
                && group.members().values().stream().allMatch(member -> settled(member, group.epoch()));
        return settled ? GroupState.GROUP_STATE_STABLE : GroupState.GROUP_STATE_RECONCILING;
    }

    private static boolean settled(MemberImage member, int epoch) {
        return member.epoch() == epoch
                && member.revoking().isEmpty()
                && member.owned().keySet().equals(member.target());
    }
}
