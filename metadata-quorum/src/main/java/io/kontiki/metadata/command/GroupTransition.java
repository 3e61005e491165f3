package io.kontiki.metadata.command;

import io.kontiki.metadata.GroupImage;
import io.kontiki.metadata.MemberImage;
import io.kontiki.metadata.MetadataImage;
import io.kontiki.metadata.TopicPartition;
import io.kontiki.proto.internal.v1.CommandReply;
import io.kontiki.proto.v1.ErrorReason;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Whether one state of a group may follow another (rules G1, G2 and G4, after KIP-848). A coordinator that errs is refused
 * here, before two members own one partition.
 *
 * <p>Let <i>before</i> of a member be itself as it was, or the member whose instance id it takes over. Then
 *
 * <ul>
 *   <li>epochs never fall, and a changed membership, subscription or assignor raises that of the group;
 *   <li>a changed target is one of the group's present epoch;
 *   <li>a member's epoch stays, or becomes the assignment epoch: then it has nothing left to let go of;
 *   <li>a partition comes to a member at the assignment epoch only, out of its target, from nobody: it was let go of by a
 *       member that was revoking it, or its owner is gone. What a member keeps keeps its epoch.
 * </ul>
 */
final class GroupTransition {
    private final GroupImage before;
    private final GroupImage after;
    private final MetadataImage image;

    GroupTransition(GroupImage before, GroupImage after, MetadataImage image) {
        this.before = before;
        this.after = after;
        this.image = image;
    }

    /** A refusal if it may not. */
    Optional<CommandReply> check() {
        return checkEpochs()
                .or(this::checkInstances)
                .or(this::checkMembers)
                .or(this::checkTargets)
                .or(this::checkHolders);
    }

    /** Rule G1. */
    private Optional<CommandReply> checkEpochs() {
        if (after.epoch() < before.epoch() || after.assignmentEpoch() < before.assignmentEpoch()) {
            return invalid("epoch " + after.epoch() + " and assignment_epoch " + after.assignmentEpoch()
                    + " are below those of the group, " + before.epoch() + " and " + before.assignmentEpoch());
        }
        if (after.epoch() == before.epoch() && membershipChanged()) {
            return invalid("epoch is " + after.epoch() + " as before, but members or subscriptions change");
        }
        if (after.assignmentEpoch() > after.epoch()) {
            return invalid("assignment_epoch is " + after.assignmentEpoch() + ", above epoch " + after.epoch());
        }
        boolean newTarget = after.assignmentEpoch() != before.assignmentEpoch();
        if (newTarget && after.assignmentEpoch() != after.epoch()) {
            return invalid("assignment_epoch is " + after.assignmentEpoch() + ", not the epoch " + after.epoch()
                    + " that it is made in");
        }
        return newTarget || !targetsChanged()
                ? Optional.empty()
                : invalid("assignment_epoch is " + after.assignmentEpoch() + " as before, but targets change");
    }

    private boolean membershipChanged() {
        if (after.assignor() != before.assignor() && before.version() != 0) {
            return true;
        }
        return !after.members().keySet().equals(before.members().keySet())
                || after.members().values().stream()
                        .anyMatch(member -> !member.subscribesLike(
                                before.member(member.id()).orElseThrow()));
    }

    private boolean targetsChanged() {
        return after.members().values().stream()
                .anyMatch(member -> !before.member(member.id())
                        .map(old -> old == member || old.target().equals(member.target()))
                        .orElse(member.target().isEmpty()));
    }

    /** Rule G4. */
    private Optional<CommandReply> checkInstances() {
        var holders = new HashMap<String, String>();
        for (var member : after.members().values()) {
            if (before.member(member.id())
                    .filter(old -> !old.instanceId().equals(member.instanceId()))
                    .isPresent()) {
                return invalid("instance_id of member \"" + member.id() + "\" changes");
            }
            var instance = member.instanceId();
            var other = instance.isEmpty() ? null : holders.put(instance.get(), member.id());
            if (other != null) {
                return invalid("instance_id \"" + instance.get() + "\" is that of two members, \"" + other + "\" and \""
                        + member.id() + "\"");
            }
        }
        return Optional.empty();
    }

    private Optional<CommandReply> checkMembers() {
        for (var member : after.members().values()) {
            if (before.members().get(member.id()) != member) {
                var refusal =
                        checkEpoch(member).or(() -> checkConfirmed(member)).or(() -> checkHeld(member));
                if (refusal.isPresent()) {
                    return refusal;
                }
            }
        }
        return Optional.empty();
    }

    private Optional<CommandReply> checkEpoch(MemberImage member) {
        int known = predecessor(member).map(MemberImage::epoch).orElse(0);
        return member.epoch() == known || member.epoch() == after.assignmentEpoch()
                ? Optional.empty()
                : invalid("epoch of member \"" + member.id() + "\" is " + member.epoch() + ", not " + known
                        + " as before, and not the assignment's " + after.assignmentEpoch());
    }

    private Optional<CommandReply> checkConfirmed(MemberImage member) {
        return member.epoch() < after.assignmentEpoch()
                        || member.revoking().isEmpty()
                                && member.target().containsAll(member.owned().keySet())
                ? Optional.empty()
                : invalid("epoch of member \"" + member.id() + "\" is the assignment's, " + member.epoch()
                        + ", but it has partitions to let go of");
    }

    private Optional<CommandReply> checkHeld(MemberImage member) {
        var old = predecessor(member);
        for (var entry : member.owned().entrySet()) {
            var known = old.map(MemberImage::owned).map(owned -> owned.get(entry.getKey()));
            if (!known.equals(Optional.of(entry.getValue())) && (known.isPresent() || !isNew(member, old, entry))) {
                return invalidEpoch(member, "owned", entry);
            }
        }
        for (var entry : member.revoking().entrySet()) {
            if (member.owned().containsKey(entry.getKey())) {
                return invalid(
                        "partition " + entry.getKey() + " is owned and revoking in member \"" + member.id() + "\"");
            }
            var known = old.map(holder -> holder.assignedEpoch(entry.getKey()));
            if (known.isEmpty() || known.get().isEmpty() || known.get().getAsInt() != entry.getValue()) {
                return invalidEpoch(member, "revoking", entry);
            }
        }
        return Optional.empty();
    }

    /** It comes to the member now; or it comes back, before the member has let go of it. */
    private boolean isNew(MemberImage member, Optional<MemberImage> old, Map.Entry<TopicPartition, Integer> entry) {
        var revoking = old.map(MemberImage::revoking).map(epochs -> epochs.get(entry.getKey()));
        return revoking.equals(Optional.of(entry.getValue()))
                || member.epoch() == after.assignmentEpoch() && entry.getValue() == member.epoch();
    }

    private Optional<MemberImage> predecessor(MemberImage member) {
        return before.member(member.id())
                .or(() -> member.instanceId()
                        .flatMap(before::instance)
                        .filter(old -> after.member(old.id()).isEmpty()));
    }

    private Optional<CommandReply> checkTargets() {
        if (after.assignmentEpoch() == before.assignmentEpoch()) {
            return Optional.empty();
        }
        Set<TopicPartition> seen = new HashSet<>();
        for (var member : after.members().values()) {
            for (var partition : member.target()) {
                if (!seen.add(partition)) {
                    return invalid("partition " + partition + " is in two targets, one that of member \"" + member.id()
                            + "\"");
                }
                if (image.partition(partition).isEmpty()) {
                    return gone(partition);
                }
            }
        }
        return Optional.empty();
    }

    /** Rule G2. */
    private Optional<CommandReply> checkHolders() {
        var grown = grown();
        if (grown.isEmpty()) {
            return Optional.empty();
        }
        var holders = new HashMap<TopicPartition, String>();
        for (var member : after.members().values()) {
            for (var partitions :
                    List.of(member.owned().keySet(), member.revoking().keySet())) {
                for (var partition : partitions) {
                    var other = holders.put(partition, member.id());
                    if (other != null) {
                        return heldTwice(partition, other, member.id());
                    }
                }
            }
        }
        for (var member : before.members().values()) {
            if (after.member(member.id()).isPresent()) {
                for (var partition : member.owned().keySet()) {
                    var holder = grown.get(partition);
                    if (holder != null && !holder.equals(member.id())) {
                        return heldTwice(partition, member.id(), holder);
                    }
                }
            }
        }
        return grown.keySet().stream()
                .filter(partition -> image.partition(partition).isEmpty())
                .findFirst()
                .flatMap(GroupTransition::gone);
    }

    /** What came to a member, and to which. */
    private Map<TopicPartition, String> grown() {
        var grown = new HashMap<TopicPartition, String>();
        for (var member : after.members().values()) {
            var old = before.members().get(member.id());
            if (old != member) {
                for (var partition : member.owned().keySet()) {
                    if (old == null || !old.holds(partition)) {
                        grown.put(partition, member.id());
                    }
                }
                // A member that takes over another one's place may begin with what that one had to let go of.
                if (old == null) {
                    member.revoking().keySet().forEach(partition -> grown.put(partition, member.id()));
                }
            }
        }
        return grown;
    }

    private static Optional<CommandReply> heldTwice(TopicPartition partition, String one, String other) {
        return invalid("partition " + partition + " comes to member \"" + other + "\" before member \"" + one
                + "\" has let go of it");
    }

    private static Optional<CommandReply> invalidEpoch(
            MemberImage member, String field, Map.Entry<TopicPartition, Integer> entry) {
        return invalid("assigned_epoch of partition " + entry.getKey() + " in " + field + " of member \"" + member.id()
                + "\" is " + entry.getValue() + ", which is neither as before nor that of a new assignment");
    }

    private static Optional<CommandReply> gone(TopicPartition partition) {
        return Optional.of(Replies.refusal(
                ErrorReason.ERROR_REASON_CONCURRENT_CHANGE, "there is no partition " + partition + " any more"));
    }

    private static Optional<CommandReply> invalid(String message) {
        return Optional.of(Replies.invalid(message));
    }
}
