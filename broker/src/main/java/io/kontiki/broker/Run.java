package io.kontiki.broker;

import io.kontiki.metadata.TopicPartition;
import io.kontiki.proto.internal.v1.RestartClaim;
import java.util.HashSet;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * One run of a broker on its directory, as the file {@code run} holds it (rule R1). From it and from the clean marker the
 * next run knows what it may claim of the data (rules R3 to R5).
 *
 * @param incarnation drawn at the start of the run
 * @param bootId of the machine and its mounts, as {@link Boot}; empty where the system does not tell
 * @param served whether the run got so far that it could change logs; one that did not only recovered them
 * @param base the last incarnation that served before this run; empty if none did
 * @param claim what this run may claim of the data that {@code base} left
 * @param exceptions what the claim does not cover
 * @param failed ids of directories that failed in this run: the next one claims nothing of them
 */
record Run(
        UUID incarnation,
        String bootId,
        boolean served,
        Optional<UUID> base,
        RestartClaim claim,
        Exceptions exceptions,
        Set<UUID> failed) {
    static final String FILE = "run";
    static final int FILE_BYTES_MAX = 1 << 20;

    /** With more of them nothing at all is claimed: the file stays small. */
    private static final int EXCEPTIONS_MAX = 10_000;

    /** Whole directories and single partitions. */
    record Exceptions(Set<UUID> directories, Set<TopicPartition> partitions) {
        static final Exceptions NONE = new Exceptions(Set.of(), Set.of());

        Exceptions {
            directories = Set.copyOf(directories);
            partitions = Set.copyOf(partitions);
        }

        Exceptions withDirectories(Set<UUID> more) {
            return new Exceptions(union(directories, more), partitions);
        }
    }

    Run {
        failed = Set.copyOf(failed);
    }

    private static final String NONE = "none";

    /** The very first run on a directory: there is nothing to claim. */
    static Run first(UUID incarnation, String bootId) {
        return new Run(
                incarnation,
                bootId,
                false,
                Optional.empty(),
                RestartClaim.RESTART_CLAIM_UNCLEAN,
                Exceptions.NONE,
                Set.of());
    }

    /**
     * The run after this one.
     *
     * @param stoppedCleanly whether the clean marker of this run is there and whole
     * @param unmarked ids of directories that have no such marker, though others do
     */
    Run next(UUID nextIncarnation, String nextBootId, boolean stoppedCleanly, Set<UUID> unmarked) {
        boolean sameBoot = !bootId.isEmpty() && bootId.equals(nextBootId);
        if (served) {
            var except = stoppedCleanly ? union(failed, unmarked) : failed;
            return new Run(
                    nextIncarnation,
                    nextBootId,
                    false,
                    Optional.of(incarnation),
                    ended(stoppedCleanly, sameBoot),
                    Exceptions.NONE.withDirectories(except),
                    Set.of());
        }
        return new Run(
                nextIncarnation,
                nextBootId,
                false,
                base,
                passedOn(sameBoot),
                exceptions.withDirectories(failed),
                Set.of());
    }

    /** The same run, allowed to serve from now on. */
    Run asServed() {
        return new Run(incarnation, bootId, true, base, claim, exceptions, failed);
    }

    /** The same run, which claims nothing of these. */
    Run excepting(Set<TopicPartition> partitions) {
        var all = union(exceptions.partitions(), partitions);
        return all.size() > EXCEPTIONS_MAX
                ? new Run(incarnation, bootId, served, base, RestartClaim.RESTART_CLAIM_UNCLEAN, exceptions, failed)
                : new Run(
                        incarnation,
                        bootId,
                        served,
                        base,
                        claim,
                        new Exceptions(exceptions.directories(), all),
                        failed);
    }

    /** The same run after one of its directories has failed. */
    Run withFailed(UUID directory) {
        return new Run(incarnation, bootId, served, base, claim, exceptions, union(failed, Set.of(directory)));
    }

    private static RestartClaim ended(boolean stoppedCleanly, boolean sameBoot) {
        if (stoppedCleanly) {
            return RestartClaim.RESTART_CLAIM_CLEAN;
        }
        return sameBoot ? RestartClaim.RESTART_CLAIM_PROCESS_CRASH : RestartClaim.RESTART_CLAIM_DURABLE;
    }

    /** A run that never served changed nothing, but a reboot since took with it what was not forced. */
    private RestartClaim passedOn(boolean sameBoot) {
        return claim == RestartClaim.RESTART_CLAIM_PROCESS_CRASH && !sameBoot
                ? RestartClaim.RESTART_CLAIM_DURABLE
                : claim;
    }

    Properties toProperties() {
        var properties = new Properties();
        properties.setProperty("incarnation", incarnation.toString());
        properties.setProperty("boot.id", bootId);
        properties.setProperty("served", Boolean.toString(served));
        properties.setProperty("base", base.map(UUID::toString).orElse(NONE));
        properties.setProperty("claim", claim.name());
        put(properties, "exceptions.directories", exceptions.directories(), UUID::toString);
        put(properties, "exceptions.partitions", exceptions.partitions(), Run::text);
        put(properties, "failed.directories", failed, UUID::toString);
        return properties;
    }

    private static <T> void put(Properties properties, String key, Set<T> values, Function<T, String> text) {
        properties.setProperty(key, values.stream().map(text).sorted().collect(Collectors.joining(",")));
    }

    private static String text(TopicPartition partition) {
        return partition.topicId() + "-" + partition.partition();
    }

    private static <T> Set<T> get(Properties properties, String key, Function<String, T> item) {
        var text = properties.getProperty(key, "");
        return text.isEmpty() ? Set.of() : Stream.of(text.split(",")).map(item).collect(Collectors.toSet());
    }

    private static <T> Set<T> union(Set<T> some, Set<T> more) {
        var all = new HashSet<>(some);
        all.addAll(more);
        return all;
    }

    /** @throws IllegalArgumentException if a value is missing or malformed */
    static Run of(Properties properties) {
        var base = PropertiesFile.required(properties, "base");
        return new Run(
                UUID.fromString(PropertiesFile.required(properties, "incarnation")),
                properties.getProperty("boot.id", ""),
                Boolean.parseBoolean(PropertiesFile.required(properties, "served")),
                base.equals(NONE) ? Optional.empty() : Optional.of(UUID.fromString(base)),
                RestartClaim.valueOf(PropertiesFile.required(properties, "claim")),
                new Exceptions(
                        get(properties, "exceptions.directories", UUID::fromString),
                        get(properties, "exceptions.partitions", Run::partition)),
                get(properties, "failed.directories", UUID::fromString));
    }

    private static TopicPartition partition(String text) {
        int hyphen = text.lastIndexOf('-');
        return new TopicPartition(
                UUID.fromString(text.substring(0, Math.max(hyphen, 0))), Integer.parseInt(text.substring(hyphen + 1)));
    }
}
