package io.kontiki.thin;

import io.kontiki.client.Assignor;
import io.kontiki.client.ResetPolicy;
import io.kontiki.proto.v1.CommitMode;
import io.kontiki.proto.v1.StartConsuming;
import io.kontiki.proto.v1.StartPosition;
import io.kontiki.proto.v1.Subscription;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The first message of a {@code Consume} stream, checked.
 *
 * @param topics names; empty if there is a pattern
 * @param pattern of topic names
 * @param credits records that may be sent before more are allowed
 */
record ConsumeStart(
        String groupId,
        String memberId,
        Optional<String> instanceId,
        List<String> topics,
        Optional<Pattern> pattern,
        Optional<Assignor> assignor,
        boolean automatic,
        ResetPolicy resetPolicy,
        Optional<Duration> sessionTimeout,
        Optional<Duration> rebalanceTimeout,
        int credits) {
    private static final Pattern GROUP_ID = Pattern.compile("[A-Za-z0-9._-]{1,249}");
    private static final Pattern MEMBER_ID = Pattern.compile("[A-Za-z0-9._-]{1,128}");
    private static final int TOPICS_MAX = 1000;
    private static final int PATTERN_BYTES_MAX = 1000;
    private static final int TIMEOUT_MS_MIN = 1000;
    private static final int SESSION_TIMEOUT_MS_MAX = 1_800_000;
    private static final int REBALANCE_TIMEOUT_MS_MAX = 3_600_000;
    private static final int CREDITS_DEFAULT = 1000;
    private static final long AGO_DAYS_MAX = 36_500;

    /**
     * @param newMemberId draws the id of a member that brings none
     * @throws Refused if a field is out of its range
     */
    static ConsumeStart of(StartConsuming start, Supplier<String> newMemberId) {
        var subscription = start.getSubscription();
        requireSubscription(subscription);
        var pattern = pattern(subscription);
        return new ConsumeStart(
                matching("group_id", start.getGroupId(), GROUP_ID),
                start.getMemberId().isEmpty()
                        ? newMemberId.get()
                        : matching("member_id", start.getMemberId(), MEMBER_ID),
                start.getInstanceId().isEmpty()
                        ? Optional.empty()
                        : Optional.of(matching("instance_id", start.getInstanceId(), MEMBER_ID)),
                pattern.isPresent() ? List.of() : List.copyOf(subscription.getTopicsList()),
                pattern,
                assignor(start.getAssignor()),
                automatic(start.getCommitMode()),
                resetPolicy(start.getStart()),
                timeout("session_timeout_ms", start.getSessionTimeoutMs(), SESSION_TIMEOUT_MS_MAX),
                timeout("rebalance_timeout_ms", start.getRebalanceTimeoutMs(), REBALANCE_TIMEOUT_MS_MAX),
                credits(start.getInitialCredits()));
    }

    private static void requireSubscription(Subscription subscription) {
        int topics = subscription.getTopicsCount();
        if (topics > TOPICS_MAX) {
            throw Refused.invalid("subscription.topics", topics + " are more than " + TOPICS_MAX);
        }
        if (topics == 0 && subscription.getTopicPattern().isEmpty()) {
            throw Refused.invalid("subscription", "has neither topics nor a pattern");
        }
        for (int i = 0; i < topics; i++) {
            if (subscription.getTopics(i).isEmpty()) {
                throw Refused.invalid("subscription.topics[" + i + "]", "is empty");
            }
        }
    }

    /** Names beside a pattern become part of it: a consumer subscribes to one or the other. */
    private static Optional<Pattern> pattern(Subscription subscription) {
        if (subscription.getTopicPattern().isEmpty()) {
            return Optional.empty();
        }
        var text = Stream.concat(
                        Stream.of(subscription.getTopicPattern()),
                        subscription.getTopicsList().stream().map(name -> name.replace(".", "[.]")))
                .collect(Collectors.joining(")|(?:", "(?:", ")"));
        if (subscription.getTopicsCount() == 0) {
            text = subscription.getTopicPattern();
        }
        int bytes = text.getBytes(StandardCharsets.UTF_8).length;
        if (bytes > PATTERN_BYTES_MAX) {
            throw Refused.invalid(
                    "subscription.topic_pattern",
                    "takes " + bytes + " bytes, with the names beside it, at most " + PATTERN_BYTES_MAX
                            + " are allowed");
        }
        try {
            return Optional.of(Pattern.compile(text));
        } catch (PatternSyntaxException e) {
            throw Refused.invalid("subscription.topic_pattern", e.getDescription() + " at " + e.getIndex());
        }
    }

    private static String matching(String field, String value, Pattern pattern) {
        if (!pattern.matcher(value).matches()) {
            throw Refused.invalid(field, "does not match " + pattern + ": \"" + value + "\"");
        }
        return value;
    }

    private static Optional<Assignor> assignor(io.kontiki.proto.v1.Assignor assignor) {
        return switch (assignor) {
            case ASSIGNOR_UNSPECIFIED -> Optional.empty();
            case ASSIGNOR_RANGE -> Optional.of(Assignor.RANGE);
            case ASSIGNOR_ROUND_ROBIN -> Optional.of(Assignor.ROUND_ROBIN);
            case ASSIGNOR_STICKY -> Optional.of(Assignor.STICKY);
            case UNRECOGNIZED -> throw Refused.invalid("assignor", "is none that this broker knows");
        };
    }

    private static boolean automatic(CommitMode mode) {
        return switch (mode) {
            case COMMIT_MODE_UNSPECIFIED, COMMIT_MODE_AUTOMATIC -> true;
            case COMMIT_MODE_MANUAL -> false;
            case UNRECOGNIZED -> throw Refused.invalid("commit_mode", "is none that this broker knows");
        };
    }

    private static ResetPolicy resetPolicy(StartPosition start) {
        return switch (start.getPositionCase()) {
            case EARLIEST -> ResetPolicy.EARLIEST;
            case LATEST, POSITION_NOT_SET -> ResetPolicy.LATEST;
            case FAIL -> ResetPolicy.ERROR;
            case AGO_MS -> ResetPolicy.ago(ago(start.getAgoMs()));
        };
    }

    private static Duration ago(long agoMs) {
        if (agoMs < 0 || agoMs > Duration.ofDays(AGO_DAYS_MAX).toMillis()) {
            throw Refused.invalid("start.ago_ms", agoMs + " is not within 0 and " + AGO_DAYS_MAX + " days");
        }
        return Duration.ofMillis(agoMs);
    }

    private static Optional<Duration> timeout(String field, int ms, int max) {
        if (ms == 0) {
            return Optional.empty();
        }
        if (ms < TIMEOUT_MS_MIN || ms > max) {
            throw Refused.invalid(field, ms + " is not within " + TIMEOUT_MS_MIN + " to " + max);
        }
        return Optional.of(Duration.ofMillis(ms));
    }

    private static int credits(int credits) {
        if (credits < 0 || credits > Deliveries.CREDITS_MAX) {
            throw Refused.invalid("initial_credits", credits + " is not within 0 to " + Deliveries.CREDITS_MAX);
        }
        return credits == 0 ? CREDITS_DEFAULT : credits;
    }
}
