package io.kontiki.group;

import io.kontiki.metadata.GroupCodec;
import io.kontiki.metadata.GroupImage;
import io.kontiki.metadata.MemberImage;
import io.kontiki.metadata.TopicPartition;
import io.kontiki.proto.internal.v1.ChangeGroup;
import io.kontiki.proto.internal.v1.MemberRecord;
import io.kontiki.quorum.MetadataLog;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.pcollections.PSortedSet;

/**
 * What one command takes a group from its record towards what it is to be: all of it, or as much as one command holds.
 *
 * <p>A step that is cut leaves members out, with the targets and epochs that they had. Whatever clients asked for is in it,
 * and so are members whose targets change before those that only have to be told so. No partition is in two targets
 * meanwhile: one that a member was meant to own which is left out goes to nobody yet. So each step is a state by the rules,
 * any coordinator can go on from it, and each brings at least one member to its target until there are none left.
 */
final class GroupStep {
    /** Of one command, with room for what the controller puts around it. */
    static final int BYTES_MAX = MetadataLog.COMMAND_BYTES_MAX - 4096;

    private static final int HEADER_BYTES = 1024;
    /** Tag and length of a member's record in its list. */
    private static final int FRAME_BYTES = 8;

    private final GroupImage base;
    private final SortedMap<String, MemberImage> members;
    private final Set<String> asked;
    private final Reconciliation reconciliation;
    private final Optional<Map<String, PSortedSet<TopicPartition>>> targets;
    private final int bytesMax;
    private final Map<String, MemberRecord> records = new HashMap<>();
    private boolean whole = true;
    private SortedMap<String, MemberImage> next;

    /**
     * @param base as it is
     * @param members with all that happened to them
     * @param asked those that something happened to: they are in the step
     * @param targets what each is to own, if that is made anew
     */
    GroupStep(
            GroupImage base,
            SortedMap<String, MemberImage> members,
            Set<String> asked,
            Reconciliation reconciliation,
            Optional<Map<String, PSortedSet<TopicPartition>>> targets,
            int bytesMax) {
        this.base = base;
        this.members = members;
        this.asked = asked;
        this.reconciliation = reconciliation;
        this.targets = targets;
        this.bytesMax = bytesMax;
        var wanted = new TreeMap<>(members);
        wanted.replaceAll((id, member) -> withTarget(member, target(member)));
        this.next = reconciliation.of(wanted, wanted.keySet());
        next.values().stream().filter(this::changes).forEach(it -> records.put(it.id(), GroupCodec.toRecord(it)));
        if (bytes() > bytesMax) {
            cut();
        }
    }

    /** Whether nothing is left to be done after it. */
    boolean whole() {
        return whole;
    }

    /** Bytes of members in the record that would be there with all that is to be, by id: of those that change. */
    Map<String, MemberRecord> records() {
        return records;
    }

    /** Members and removed ones; epochs and the like are for the caller to set. Empty if no member changes. */
    ChangeGroup.Builder change() {
        var change = ChangeGroup.newBuilder();
        for (var member : next.values()) {
            if (changes(member)) {
                change.addMembers(whole ? records.get(member.id()) : GroupCodec.toRecord(member));
            }
        }
        base.members().keySet().stream().filter(id -> !members.containsKey(id)).forEach(change::addRemovedMembers);
        return change;
    }

    private boolean changes(MemberImage member) {
        return !member.equals(base.members().get(member.id()));
    }

    private PSortedSet<TopicPartition> target(MemberImage member) {
        return targets.map(all -> all.get(member.id())).orElse(member.target());
    }

    private static MemberImage withTarget(MemberImage member, PSortedSet<TopicPartition> target) {
        return target.equals(member.target()) ? member : member.withTarget(target);
    }

    private long bytes() {
        long bytes = HEADER_BYTES;
        for (var record : records.values()) {
            bytes += record.getSerializedSize() + FRAME_BYTES;
        }
        for (var id : base.members().keySet()) {
            bytes += members.containsKey(id) ? 0 : id.length() + FRAME_BYTES;
        }
        return bytes;
    }

    private void cut() {
        whole = false;
        var part = part();
        var taken = new HashSet<TopicPartition>();
        members.forEach((id, member) -> {
            if (!part.contains(id)) {
                taken.addAll(without(member).target());
            }
        });
        var cut = new TreeMap<>(members);
        cut.replaceAll(
                (id, member) -> part.contains(id) ? withTarget(member, minus(target(member), taken)) : without(member));
        var moved = new HashSet<>(part);
        moved.addAll(asked);
        next = reconciliation.of(cut, moved);
    }

    /** A member that is left out: something may have happened to it, but it is given nothing. */
    private MemberImage without(MemberImage member) {
        if (!asked.contains(member.id())) {
            return member;
        }
        var kept = new HashSet<>(member.target());
        kept.removeAll(target(member));
        return withTarget(member, member.target().minusAll(kept));
    }

    private static PSortedSet<TopicPartition> minus(PSortedSet<TopicPartition> target, Set<TopicPartition> taken) {
        return target.minusAll(target.stream().filter(taken::contains).toList());
    }

    /** Who has room in the command. */
    private Set<String> part() {
        long left = bytesMax - HEADER_BYTES;
        for (var id : base.members().keySet()) {
            left -= members.containsKey(id) ? 0 : id.length() + FRAME_BYTES;
        }
        var least = new HashMap<String, Integer>();
        for (var id : asked) {
            if (records.containsKey(id)) {
                int bytes = GroupCodec.toRecord(without(members.get(id))).getSerializedSize() + FRAME_BYTES;
                least.put(id, bytes);
                left -= bytes;
            }
        }
        var part = new HashSet<String>();
        for (var id : inOrder()) {
            long bytes = records.get(id).getSerializedSize() + FRAME_BYTES - least.getOrDefault(id, 0);
            if (bytes <= left) {
                part.add(id);
                left -= bytes;
            }
        }
        return part;
    }

    /** First who is to lose something, so that others can get it; then who is to get; then who is only behind. */
    private List<String> inOrder() {
        var losing = new ArrayList<String>();
        var getting = new ArrayList<String>();
        var behind = new ArrayList<String>();
        for (var member : members.values()) {
            if (records.containsKey(member.id())) {
                var target = target(member);
                if (!target.containsAll(member.target())) {
                    losing.add(member.id());
                } else if (target.size() > member.target().size()) {
                    getting.add(member.id());
                } else {
                    behind.add(member.id());
                }
            }
        }
        losing.addAll(getting);
        losing.addAll(behind);
        return losing;
    }
}
