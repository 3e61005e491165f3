package io.kontiki.group;

import io.kontiki.metadata.MemberImage;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * Something that happened to a group and has to get into its record. Applied to the record as it is when the proposal is
 * made, and again if that proposal came to nothing: so each changes nothing where it is already done.
 */
sealed interface GroupChange {
    /** Changes the draft, or says why it must not be; then nothing is changed. */
    Optional<Refusal> applyTo(GroupDraft draft);

    /** A member joins, or comes back, by that stream. */
    record Join(JoiningMember member, long streamId) implements GroupChange {
        @Override
        public Optional<Refusal> applyTo(GroupDraft draft) {
            return member.applyTo(draft);
        }
    }

    /** A member says what it owns: the rest of what it had to let go of is free. */
    record Confirm(String memberId, int memberEpoch, OwnedNames owned) implements GroupChange {
        @Override
        public Optional<Refusal> applyTo(GroupDraft draft) {
            // Of an earlier epoch it tells nothing: the member may have been given more since.
            draft.member(memberId)
                    .filter(member -> member.epoch() == memberEpoch)
                    .ifPresent(member -> draft.replace(owned.release(member, draft.topics())));
            return Optional.empty();
        }
    }

    /** A member subscribes to something else. */
    record Subscribe(String memberId, WantedTopics wanted) implements GroupChange {
        @Override
        public Optional<Refusal> applyTo(GroupDraft draft) {
            draft.member(memberId)
                    .ifPresent(
                            member -> draft.replace(member.withSubscription(wanted.topics(), wanted.topicPattern())));
            return Optional.empty();
        }
    }

    /** A member leaves of its own will. */
    record Leave(String memberId) implements GroupChange {
        @Override
        public Optional<Refusal> applyTo(GroupDraft draft) {
            draft.remove(memberId);
            return Optional.empty();
        }
    }

    /**
     * A member was silent for too long, or held on to partitions for too long.
     *
     * @param clingingAt the epoch in which it holds on to partitions; empty if there is another reason to fence it
     */
    record Fence(String memberId, OptionalInt clingingAt) implements GroupChange {
        /** Whatever the member does meanwhile. */
        static Fence ofSilent(String memberId) {
            return new Fence(memberId, OptionalInt.empty());
        }

        /** Unless it lets go before that is in the record. */
        static Fence ofClinging(MemberImage member) {
            return new Fence(member.id(), OptionalInt.of(member.epoch()));
        }

        /** Whether there still is a reason. */
        boolean holdsFor(MemberImage member) {
            return clingingAt.isEmpty()
                    || member.epoch() == clingingAt.getAsInt()
                            && !member.revoking().isEmpty();
        }

        @Override
        public Optional<Refusal> applyTo(GroupDraft draft) {
            draft.member(memberId).filter(this::holdsFor).ifPresent(member -> draft.remove(memberId));
            return Optional.empty();
        }
    }

    /** Somebody asks by a call to take out a member, named by its id, or by its instance id if that is empty. */
    record Remove(long callId, String memberId, String instanceId) implements GroupChange {
        @Override
        public Optional<Refusal> applyTo(GroupDraft draft) {
            var member = memberId.isEmpty() ? draft.instance(instanceId) : draft.member(memberId);
            if (member.isEmpty()) {
                return Optional.of(Refusal.unknownMember(draft.groupId(), memberId.isEmpty() ? instanceId : memberId));
            }
            draft.remove(member.get().id());
            return Optional.empty();
        }
    }

    /** Topics that the group subscribes to came, went or grew. */
    record TopicsChanged() implements GroupChange {
        @Override
        public Optional<Refusal> applyTo(GroupDraft draft) {
            draft.reassign();
            return Optional.empty();
        }
    }

    /** A coordinator begins: topics may have changed while there was none. Or a step towards new targets was made. */
    record CheckTargets() implements GroupChange {
        @Override
        public Optional<Refusal> applyTo(GroupDraft draft) {
            draft.goOn();
            return Optional.empty();
        }
    }
}
