package io.kontiki.metadata;

import java.util.Objects;
import java.util.Optional;
import org.pcollections.PSortedMap;
import org.pcollections.TreePMap;

/**
 * A consumer group: who is in it, who owns what, and how far it has read (rules G1 to G6).
 *
 * @param id 1 to 249 characters of {@code A-Z a-z 0-9 . _ -}
 * @param epoch rises with every change of members or subscriptions; 0 if there never were any
 * @param assignmentEpoch the {@code epoch} that the targets were made for; at most that
 * @param assignor how partitions are spread
 * @param members by id
 * @param offsets how far it has read
 * @param emptySinceMs since when it has no members, in milliseconds since 1970; 0 while it has
 * @param version index of the entry that last changed anything here but offsets; a change compares and sets on it
 */
public record GroupImage(
        String id,
        int epoch,
        int assignmentEpoch,
        Assignor assignor,
        PSortedMap<String, MemberImage> members,
        GroupOffsets offsets,
        long emptySinceMs,
        long version) {
    public GroupImage {
        Objects.requireNonNull(id);
        Objects.requireNonNull(assignor);
        Objects.requireNonNull(members);
        Objects.requireNonNull(offsets);
    }

    /** A group that nobody has joined, as of version 0. */
    public static GroupImage empty(String id) {
        return new GroupImage(id, 0, 0, Assignor.STICKY, TreePMap.empty(), GroupOffsets.NONE, 0, 0);
    }

    public Optional<MemberImage> member(String memberId) {
        return Optional.ofNullable(members.get(memberId));
    }

    /** Whoever has that instance id now. Looks at all members. */
    public Optional<MemberImage> instance(String instanceId) {
        return members.values().stream()
                .filter(member -> member.instanceId().isPresent()
                        && member.instanceId().get().equals(instanceId))
                .findFirst();
    }

    public Optional<CommittedOffset> offset(TopicPartition partition) {
        return offsets.of(partition);
    }

    public boolean isEmpty() {
        return members.isEmpty();
    }

    /**
     * When somebody last used the group, for its expiry (rule G6): the later of when it became empty and its last commit, in
     * milliseconds since 1970. Who commits from outside uses it without ever being a member. Looks at all offsets.
     */
    public long lastUsedMs() {
        long last = emptySinceMs;
        for (var topic : offsets.byTopic().values()) {
            for (var committed : topic.values()) {
                last = Math.max(last, committed.committedAtMs());
            }
        }
        return last;
    }

    /** Index of the entry that last changed anything here, offsets too. Looks at all offsets. */
    public long lastChangeIndex() {
        long last = version;
        for (var topic : offsets.byTopic().values()) {
            for (var committed : topic.values()) {
                last = Math.max(last, committed.index());
            }
        }
        return last;
    }

    /** Whether both are the same in everything but offsets. */
    public boolean equalsButOffsets(GroupImage other) {
        return version == other.version
                && epoch == other.epoch
                && assignmentEpoch == other.assignmentEpoch
                && assignor == other.assignor
                && emptySinceMs == other.emptySinceMs
                && id.equals(other.id)
                && members.equals(other.members);
    }

    public GroupImage withEpochs(int newEpoch, int newAssignmentEpoch, Assignor newAssignor) {
        return new GroupImage(id, newEpoch, newAssignmentEpoch, newAssignor, members, offsets, emptySinceMs, version);
    }

    public GroupImage withMembers(PSortedMap<String, MemberImage> value) {
        return new GroupImage(id, epoch, assignmentEpoch, assignor, value, offsets, emptySinceMs, version);
    }

    public GroupImage withEmptySince(long ms) {
        return new GroupImage(id, epoch, assignmentEpoch, assignor, members, offsets, ms, version);
    }

    public GroupImage withVersion(long value) {
        return new GroupImage(id, epoch, assignmentEpoch, assignor, members, offsets, emptySinceMs, value);
    }

    public GroupImage withOffsets(GroupOffsets value) {
        return new GroupImage(id, epoch, assignmentEpoch, assignor, members, value, emptySinceMs, version);
    }
}
