package io.kontiki.group;

import io.kontiki.proto.v1.ErrorReason;
import java.util.Objects;

/**
 * Why a member or a call is turned away.
 *
 * @param reason for programs
 * @param message for people: names what was found and what was expected
 */
public record Refusal(ErrorReason reason, String message) {
    public Refusal {
        Objects.requireNonNull(reason);
        Objects.requireNonNull(message);
    }

    static Refusal notCoordinator(String groupId) {
        return new Refusal(
                ErrorReason.ERROR_REASON_NOT_COORDINATOR,
                "group \"" + groupId + "\" is not coordinated here, or this broker has not heard of it yet");
    }

    static Refusal unknownMember(String groupId, String memberId) {
        return new Refusal(
                ErrorReason.ERROR_REASON_UNKNOWN_MEMBER,
                "group \"" + groupId + "\" has no member \"" + memberId + "\": it left or was fenced");
    }

    static Refusal fencedInstance(String groupId, String instanceId) {
        return new Refusal(
                ErrorReason.ERROR_REASON_FENCED_INSTANCE,
                "another member of group \"" + groupId + "\" has joined as \"" + instanceId + "\"");
    }
}
