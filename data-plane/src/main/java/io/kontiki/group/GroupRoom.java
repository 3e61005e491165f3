package io.kontiki.group;

import io.kontiki.metadata.GroupCodec;
import io.kontiki.metadata.GroupImage;
import io.kontiki.metadata.MemberImage;
import io.kontiki.proto.internal.v1.MemberRecord;
import io.kontiki.proto.v1.ErrorReason;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/** How much of the metadata a group and its members may take: all of it is in the memory of every broker. */
final class GroupRoom {
    /** Of one member: it has to fit into one command, with others. */
    static final int MEMBER_BYTES_MAX = 768 << 10;

    /** Of all members of one group. 10,000 of them that read a partition each take some 2 MB. */
    static final int GROUP_BYTES_MAX = 16 << 20;

    private GroupRoom() {}

    /**
     * Members for whom there is no room, and why.
     *
     * @param base as the group is
     * @param members as they are to be, but for what {@code records} tell
     * @param records of those that change
     */
    static Map<String, Refusal> refused(
            GroupImage base, SortedMap<String, MemberImage> members, Map<String, MemberRecord> records) {
        var refused = new TreeMap<String, Refusal>();
        records.forEach((id, record) -> {
            if (record.getSerializedSize() > MEMBER_BYTES_MAX) {
                refused.put(id, memberTooLarge(base.id(), record));
            }
        });
        if (refused.isEmpty()
                && members.keySet().stream().anyMatch(id -> base.member(id).isEmpty())) {
            long bytes = members.values().stream()
                    .mapToLong(member -> bytes(member, records))
                    .sum();
            if (bytes > GROUP_BYTES_MAX) {
                members.keySet().stream()
                        .filter(id -> base.member(id).isEmpty())
                        .forEach(id -> refused.put(id, groupTooLarge(base.id(), members.size(), bytes)));
            }
        }
        return refused;
    }

    private static int bytes(MemberImage member, Map<String, MemberRecord> records) {
        var record = records.get(member.id());
        return (record == null ? GroupCodec.toRecord(member) : record).getSerializedSize();
    }

    private static Refusal memberTooLarge(String groupId, MemberRecord member) {
        return new Refusal(
                ErrorReason.ERROR_REASON_GROUP_FULL,
                "subscription of member \"" + member.getId() + "\" of group \"" + groupId + "\": with "
                        + member.getTopicsCount() + " names and partitions of " + member.getTargetCount()
                        + " topics the member would take " + member.getSerializedSize()
                        + " bytes of the metadata, at most " + MEMBER_BYTES_MAX + " are allowed");
    }

    private static Refusal groupTooLarge(String groupId, int members, long bytes) {
        return new Refusal(
                ErrorReason.ERROR_REASON_GROUP_FULL,
                "group_id \"" + groupId + "\": with " + members + " members the group would take " + bytes
                        + " bytes of the metadata, at most " + GROUP_BYTES_MAX + " are allowed");
    }
}
