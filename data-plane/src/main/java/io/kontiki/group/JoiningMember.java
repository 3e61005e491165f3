package io.kontiki.group;

import io.kontiki.metadata.Assignor;
import io.kontiki.metadata.MemberImage;
import io.kontiki.proto.v1.ErrorReason;
import io.kontiki.proto.v1.JoinGroup;
import java.util.Optional;

/**
 * A member that asks to be in its group.
 *
 * @param id its id
 * @param attempt by which of its streams
 * @param epoch the last one that it was told, 0 if none
 * @param owned what it owns, as it says
 * @param instanceId its name as a static member, if it has one
 * @param clientId for people
 * @param clientHost for people
 * @param wanted what it subscribes to
 * @param assignor if it asks for one
 * @param sessionTimeoutMs in force
 * @param rebalanceTimeoutMs in force
 * @param membersMax of the group
 */
record JoiningMember(
        String id,
        JoinAttempt attempt,
        int epoch,
        OwnedNames owned,
        Optional<String> instanceId,
        String clientId,
        String clientHost,
        WantedTopics wanted,
        Optional<Assignor> assignor,
        int sessionTimeoutMs,
        int rebalanceTimeoutMs,
        int membersMax) {
    static JoiningMember of(JoinGroup join, String clientHost, GroupSettings settings) {
        return new JoiningMember(
                join.getMemberId(),
                JoinAttempt.of(join),
                join.getMemberEpoch(),
                OwnedNames.of(join.getOwnedList()),
                join.getInstanceId().isEmpty() ? Optional.empty() : Optional.of(join.getInstanceId()),
                join.getClientId(),
                clientHost,
                WantedTopics.of(join.getSubscription()),
                Assignor.of(join.getAssignorValue()),
                join.getSessionTimeoutMs() == 0 ? settings.sessionTimeoutMs() : join.getSessionTimeoutMs(),
                join.getRebalanceTimeoutMs() == 0 ? settings.rebalanceTimeoutMs() : join.getRebalanceTimeoutMs(),
                settings.membersMax());
    }

    /** As a change of the group; see {@link GroupChange#applyTo}. */
    Optional<Refusal> applyTo(GroupDraft draft) {
        var present = draft.member(id);
        var holder =
                instanceId.flatMap(draft::instance).filter(other -> !other.id().equals(id));
        if (present.isPresent()) {
            return resume(draft, present.get(), holder.isPresent());
        }
        if (epoch > 0) {
            return Optional.of(
                    holder.isPresent()
                            ? Refusal.fencedInstance(draft.groupId(), instanceId.get())
                            : Refusal.unknownMember(draft.groupId(), id));
        }
        if (holder.isEmpty() && draft.size() >= membersMax) {
            return Optional.of(new Refusal(
                    ErrorReason.ERROR_REASON_GROUP_FULL,
                    "group \"" + draft.groupId() + "\" has " + draft.size() + " members, at most " + membersMax
                            + " are allowed"));
        }
        holder.ifPresentOrElse(old -> draft.takeOver(old, asNew()), () -> draft.add(asNew()));
        assignor.ifPresent(draft::assignor);
        return Optional.empty();
    }

    /**
     * It is still a member: it keeps what it is meant to own, and is told that. What it says to own settles what it had to
     * let go of, as {@code owned} does. That holds for epoch 0 too: an earlier attempt of the same join may have been made.
     */
    private Optional<Refusal> resume(GroupDraft draft, MemberImage present, boolean nameTaken) {
        if (nameTaken) {
            return Optional.of(Refusal.fencedInstance(draft.groupId(), instanceId.orElse("")));
        }
        if (!instanceId.equals(present.instanceId())) {
            return Optional.of(new Refusal(
                    ErrorReason.ERROR_REASON_INVALID_ARGUMENT,
                    "instance_id of member \"" + id + "\" is \""
                            + present.instanceId().orElse("") + "\", and cannot become \"" + instanceId.orElse("")
                            + "\""));
        }
        if (epoch > present.epoch()) {
            return Optional.of(Refusal.notCoordinator(draft.groupId()));
        }
        var released = owned.release(present, draft.topics());
        draft.replace(new MemberImage(
                id,
                instanceId,
                clientId,
                clientHost,
                wanted.topics(),
                wanted.topicPattern(),
                sessionTimeoutMs,
                rebalanceTimeoutMs,
                released.epoch(),
                released.owned(),
                released.revoking(),
                released.target()));
        assignor.ifPresent(draft::assignor);
        return Optional.empty();
    }

    private MemberImage asNew() {
        return MemberImage.joined(
                id,
                instanceId,
                clientId,
                clientHost,
                wanted.topics(),
                wanted.topicPattern(),
                sessionTimeoutMs,
                rebalanceTimeoutMs);
    }
}
