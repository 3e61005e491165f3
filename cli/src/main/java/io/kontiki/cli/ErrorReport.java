package io.kontiki.cli;

import io.kontiki.client.ErrorReason;
import io.kontiki.client.KontikiException;
import java.util.regex.Pattern;

/** Turns whatever ended a command into what the user reads and the shell gets. */
final class ErrorReport {
    private static final Pattern NATIVE_CALL = Pattern.compile("\\w+\\(\\.\\.\\) failed with error\\(-?[0-9]+\\): ");

    private ErrorReport() {}

    /** The failure behind an exception, of whatever kind. */
    static Failure of(Throwable thrown, String bootstrap) {
        if (thrown instanceof Failure failure) {
            return failure;
        }
        if (thrown instanceof KontikiException refused) {
            return new Failure(
                    exitCode(refused.reason()), oneLine(refused), advice(origin(refused), bootstrap), refused);
        }
        if (thrown instanceof OutOfMemoryError) {
            return new Failure(
                    ExitCode.FAILED, "out of memory", "Give it more, for example KONTIKI_HEAP_OPTS=-Xmx1g.", thrown);
        }
        return new Failure(
                ExitCode.FAILED, oneLine(thrown), "This is a defect: please report it with --verbose.", thrown);
    }

    /** What the shell gets for a refusal. */
    static int exitCode(ErrorReason reason) {
        return switch (reason) {
            case NO_BROKER,
                    DISCONNECTED,
                    TIMED_OUT,
                    BUFFER_FULL,
                    STARTING,
                    SHUTTING_DOWN,
                    LEADER_UNKNOWN,
                    QUORUM_UNAVAILABLE,
                    OVERLOADED,
                    OFFSET_NOT_AVAILABLE,
                    LEASE_EXPIRED,
                    NOT_COORDINATOR,
                    NOT_LEADER,
                    TIMED_OUT_AFTER_APPEND,
                    LEADER_CHANGED_AFTER_APPEND,
                    TRIM_TIMED_OUT,
                    OUTCOME_UNKNOWN -> ExitCode.UNREACHABLE;
            case TOPIC_NOT_FOUND,
                    PARTITION_NOT_FOUND,
                    TOPIC_ID_UNKNOWN,
                    GROUP_NOT_FOUND,
                    UNKNOWN_MEMBER,
                    NODE_NOT_FOUND -> ExitCode.NOT_FOUND;
            case TOPIC_EXISTS,
                    CONCURRENT_CHANGE,
                    NOT_ENOUGH_REPLICAS,
                    NOT_ENOUGH_REPLICAS_AFTER_APPEND,
                    OFFSET_OUT_OF_RANGE,
                    FENCED_LEADER_EPOCH,
                    UNKNOWN_LEADER_EPOCH,
                    FENCED_PRODUCER_EPOCH,
                    UNKNOWN_PRODUCER,
                    OUT_OF_ORDER_SEQUENCE,
                    STALE_BROKER_EPOCH,
                    WRONG_CLUSTER,
                    DUPLICATE_BROKER,
                    POLICY_VIOLATION,
                    STALE_MEMBER_EPOCH,
                    FENCED_INSTANCE,
                    GROUP_NOT_EMPTY,
                    GROUP_FULL,
                    GROUP_SUBSCRIBED -> ExitCode.CONFLICT;
            case INVALID_ARGUMENT, INVALID_TOPIC_NAME, INVALID_REPLICATION_FACTOR, INVALID_PARTITIONS, INVALID_CONFIG ->
                ExitCode.USAGE;
            case INTERRUPTED -> ExitCode.INTERRUPTED;
            case RECORD_TOO_LARGE,
                    CORRUPT_BATCH,
                    UNSUPPORTED_COMPRESSION,
                    DUPLICATE_SEQUENCE,
                    STORAGE_ERROR,
                    STORAGE_FULL,
                    EARLIER_BATCH_FAILED,
                    INTERNAL,
                    CLOSED,
                    UNKNOWN -> ExitCode.FAILED;
        };
    }

    /** Why the last attempt failed, if it was tried until the time was over and a broker said why. */
    private static ErrorReason origin(KontikiException refused) {
        return refused.reason() == ErrorReason.TIMED_OUT
                        && refused.getCause() instanceof KontikiException last
                        && last.reason() != ErrorReason.NO_BROKER
                        && last.reason() != ErrorReason.DISCONNECTED
                ? last.reason()
                : refused.reason();
    }

    private static String advice(ErrorReason reason, String bootstrap) {
        return switch (reason) {
            case NO_BROKER, DISCONNECTED -> unreachableAdvice(bootstrap);
            case QUORUM_UNAVAILABLE -> "Do enough voters run? See: kontiki quorum status";
            case TIMED_OUT, BUFFER_FULL -> "See what is wrong: kontiki doctor";
            case LEADER_UNKNOWN -> "See which partitions have no leader: kontiki topic describe --offline";
            case STARTING,
                    SHUTTING_DOWN,
                    OVERLOADED,
                    OFFSET_NOT_AVAILABLE,
                    LEASE_EXPIRED,
                    NOT_COORDINATOR,
                    CONCURRENT_CHANGE -> "Try again in a moment.";
            case TOPIC_NOT_FOUND -> "See what there is: kontiki topic list";
            case GROUP_NOT_FOUND -> "See what there is: kontiki group list";
            case NODE_NOT_FOUND -> "See what there is: kontiki meta ls -R /";
            case UNKNOWN_MEMBER, GROUP_NOT_EMPTY, GROUP_SUBSCRIBED, GROUP_FULL ->
                "See who is in it: kontiki group describe GROUP";
            case PARTITION_NOT_FOUND -> "See what there is: kontiki topic describe TOPIC";
            case TOPIC_EXISTS -> "Choose another name, or accept it as it is with --if-not-exists.";
            case NOT_ENOUGH_REPLICAS, NOT_ENOUGH_REPLICAS_AFTER_APPEND ->
                "See which replicas lag: kontiki topic describe --under-replicated";
            case OFFSET_OUT_OF_RANGE -> "Begin elsewhere: --from earliest or --from latest";
            case INVALID_REPLICATION_FACTOR -> "See how many brokers there are: kontiki broker list";
            case RECORD_TOO_LARGE -> "Raise the topic's limit: kontiki topic alter TOPIC -c max.message.bytes=BYTES";
            case TIMED_OUT_AFTER_APPEND, NOT_LEADER, LEADER_CHANGED_AFTER_APPEND, OUTCOME_UNKNOWN ->
                "It may have been done or not: look before you repeat it.";
            case STORAGE_FULL -> "Free some room on the leader's disk, or shorten the retention of topics there.";
            case INTERNAL, STORAGE_ERROR -> "The broker's log has the details.";
            default -> "";
        };
    }

    private static String unreachableAdvice(String bootstrap) {
        boolean local = bootstrap.startsWith("localhost") || bootstrap.startsWith("127.");
        return local
                ? "To start one here: kontiki server start --dev"
                : "Check the address: --bootstrap or KONTIKI_BOOTSTRAP.";
    }

    private static String oneLine(Throwable thrown) {
        String message = thrown.getMessage();
        return message == null || message.isBlank() ? thrown.toString() : plain(message);
    }

    /** A message as one line, without the name and number of the system call that native transports put before the cause. */
    static String plain(String message) {
        return NATIVE_CALL
                .matcher(message.strip().replaceAll("\\s*\\R\\s*", "; "))
                .replaceAll("");
    }
}
