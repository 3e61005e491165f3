package io.kontiki.service;

import io.kontiki.proto.v1.ErrorReason;
import io.kontiki.proto.v1.LeaderHint;
import java.util.Objects;
import java.util.Optional;

/**
 * Why a call, or one partition's part of it, was refused. A value: it becomes a gRPC status or a {@code PartitionError}
 * in {@link ServiceErrors} only.
 *
 * @param reason the word that programs act on; never unspecified
 * @param message for people: names the field, the value and the limit
 * @param field path of the offending field of the request, such as {@code configs[flush.mode]}, if there is one
 * @param leader where to go instead, if known
 */
public record Refusal(ErrorReason reason, String message, Optional<String> field, Optional<LeaderHint> leader) {
    public Refusal {
        Objects.requireNonNull(message);
        Objects.requireNonNull(field);
        Objects.requireNonNull(leader);
        if (reason == ErrorReason.ERROR_REASON_UNSPECIFIED || reason == ErrorReason.UNRECOGNIZED) {
            throw new IllegalArgumentException("a refusal without a reason: " + message);
        }
    }

    public static Refusal of(ErrorReason reason, String message) {
        return new Refusal(reason, message, Optional.empty(), Optional.empty());
    }

    /** A refusal of one field of the request. */
    public static Refusal ofField(ErrorReason reason, String field, String message) {
        return new Refusal(reason, message, Optional.of(field), Optional.empty());
    }

    /** A refusal that knows who could do it. */
    public static Refusal withLeader(ErrorReason reason, String message, LeaderHint leader) {
        return new Refusal(reason, message, Optional.empty(), Optional.of(leader));
    }
}
