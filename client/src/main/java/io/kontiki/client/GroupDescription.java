package io.kontiki.client;

import java.util.List;

/**
 * A consumer group and its members.
 *
 * @param info the group in short
 * @param groupEpoch rises with every change of members or subscriptions
 * @param assignmentEpoch the epoch that the members' targets come from
 * @param members by member id
 */
public record GroupDescription(GroupInfo info, int groupEpoch, int assignmentEpoch, List<GroupMemberInfo> members) {
    public GroupDescription {
        members = List.copyOf(members);
    }
}
