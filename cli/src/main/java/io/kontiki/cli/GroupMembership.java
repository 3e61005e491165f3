package io.kontiki.cli;

import io.kontiki.client.Assignor;
import io.kontiki.client.Consumer;
import io.kontiki.client.Position;
import io.kontiki.client.RebalanceListener;
import io.kontiki.client.ResetPolicy;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The options that make a command a member of a group. */
final class GroupMembership {
    private final InstantSource clock;

    @Spec(Spec.Target.MIXEE)
    private CommandSpec spec;

    @Option(
            names = {"-g", "--group"},
            paramLabel = "GROUP",
            description = "Read as a member of this group: its members share the partitions.")
    private String group;

    @Option(names = "--pattern", paramLabel = "REGEX", description = "With --group: all topics whose name matches.")
    private String pattern;

    @Option(
            names = "--assignor",
            paramLabel = "WAY",
            description = "With --group: spread partitions by range, round-robin or sticky. Default: as the group does")
    private Assignor assignor;

    @Option(names = "--instance", paramLabel = "NAME", description = "With --group: be the static member of this name.")
    private String instance;

    GroupMembership(InstantSource clock) {
        this.clock = clock;
    }

    boolean present() {
        return group != null;
    }

    /**
     * To be called first.
     *
     * @param partitions null if none are named
     * @throws ParameterException if options do not fit together
     */
    void check(List<String> topics, PartitionNumbers partitions) {
        if (group == null && (pattern != null || assignor != null || instance != null)) {
            throw misuse("--pattern, --assignor and --instance need --group");
        }
        if (topics.isEmpty() == (pattern == null)) {
            throw misuse(
                    pattern == null ? "Missing required parameter: 'TOPIC'" : "TOPIC and --pattern exclude each other");
        }
        if (group != null && partitions != null) {
            throw misuse("--group and --partition exclude each other: the group spreads the partitions");
        }
    }

    /** Commits are left to the command, which knows what is written. */
    Consumer.Builder configure(Consumer.Builder builder, Position from) {
        try {
            builder.group(group).autoCommit(false).resetPolicy(policy(from));
            if (instance != null) {
                builder.instanceId(instance);
            }
        } catch (IllegalArgumentException e) {
            throw misuse(e.getMessage());
        }
        if (assignor != null) {
            builder.assignor(assignor);
        }
        return builder;
    }

    void subscribe(Consumer consumer, List<String> topics, RebalanceListener listener) {
        if (pattern == null) {
            consumer.subscribe(topics, listener);
            return;
        }
        try {
            consumer.subscribe(Pattern.compile(pattern), listener);
        } catch (PatternSyntaxException e) {
            throw misuse("Invalid value for option '--pattern': " + e.getDescription() + " in '" + pattern + "'");
        }
    }

    private ResetPolicy policy(Position from) {
        if (from instanceof Position.Earliest) {
            return ResetPolicy.EARLIEST;
        } else if (from instanceof Position.Latest) {
            return ResetPolicy.LATEST;
        } else if (from instanceof Position.Timestamp time) {
            return ResetPolicy.ago(Duration.ofMillis(Math.max(0, clock.millis() - time.timestampMs())));
        }
        throw new IllegalArgumentException(
                "in a group --from is earliest, latest or @TIME; to go to an offset: kontiki group reset");
    }

    private ParameterException misuse(String message) {
        return new ParameterException(spec.commandLine(), message);
    }
}
