package io.kontiki.cli;

import io.kontiki.cli.output.Quantity;
import io.kontiki.client.Admin;
import io.kontiki.client.CommittedOffset;
import io.kontiki.client.ErrorReason;
import io.kontiki.client.GroupDescription;
import io.kontiki.client.KontikiException;
import io.kontiki.client.PartitionInfo;
import io.kontiki.client.Position;
import io.kontiki.client.TopicPartition;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code kontiki group reset}. */
@Command(
        name = "reset",
        description = {
            "Show where a group would go on reading, and with --execute make it so.",
            "Only while the group has no members. A group that does not exist is made."
        })
final class GroupReset implements Callable<Integer> {
    private static final int MEMBERS_NAMED = 3;

    private final Terminal terminal;
    private final Clients clients;
    private final Messages messages;

    @Spec
    private CommandSpec spec;

    @Parameters(paramLabel = "GROUP", description = "Id.")
    private String group;

    @Option(
            names = {"-t", "--topic"},
            paramLabel = "TOPIC[:P]",
            description = "A topic, or partitions of it such as orders:0,3,5-7; repeatable."
                    + " Default: wherever the group has committed something.")
    private List<TopicChoice> choices = new ArrayList<>();

    @Option(
            names = "--to",
            paramLabel = "PLACE",
            description = {
                "Where to go on: earliest, latest, an offset, -N (the last N),",
                "@MILLIS, @2026-01-31T12:00:00Z, @2026-01-31 (UTC) or @-15m (so long ago)"
            })
    private Position to;

    @Option(
            names = "--shift",
            paramLabel = "N",
            description = "Go so many offsets on, or with a negative number back, from where it is.")
    private Long shift;

    @Option(
            names = "--file",
            paramLabel = "PLAN",
            description = "Take offsets from a file: lines topic,partition,offset or what -o json prints.")
    private Path file;

    @Option(names = "--execute", description = "Do it. Without, nothing changes.")
    private boolean execute;

    @Mixin
    private ListOutput output = new ListOutput();

    GroupReset(Terminal terminal, Clients clients, Messages messages) {
        this.terminal = terminal;
        this.clients = clients;
        this.messages = messages;
    }

    @Override
    public Integer call() {
        if (Stream.of(to, shift, file).filter(way -> way != null).count() != 1) {
            throw new ParameterException(spec.commandLine(), "Say where to with one of --to, --shift, --file");
        }
        Map<TopicPartition, Long> given = file == null ? Map.of() : ResetFile.read(file);
        return clients.withAdmin(admin -> run(admin, given));
    }

    private int run(Admin admin, Map<TopicPartition, Long> given) {
        Optional<GroupDescription> known = described(admin);
        if (execute) {
            known.ifPresent(this::requireNoMembers);
        }
        ResetPlan plan = plan(admin, known.isPresent(), given);
        terminal.print(plan.render(output.format()));
        if (execute) {
            return store(admin, plan);
        }
        messages.tell("nothing changed: to do it, add --execute");
        known.filter(now -> !now.members().isEmpty())
                .ifPresent(now -> messages.tell("as it is now that would be refused: " + who(now)));
        return ExitCode.DONE;
    }

    /** Empty if there is no such group. */
    private Optional<GroupDescription> described(Admin admin) {
        try {
            return Optional.of(admin.describeGroup(group));
        } catch (KontikiException e) {
            if (e.reason() != ErrorReason.GROUP_NOT_FOUND || (choices.isEmpty() && file == null)) {
                throw e;
            }
            messages.tell("there is no group " + group + " yet");
            return Optional.empty();
        }
    }

    private void requireNoMembers(GroupDescription now) {
        if (!now.members().isEmpty()) {
            throw new Failure(
                    ExitCode.CONFLICT,
                    who(now) + ", and offsets are only reset while it has none",
                    "Stop them first, or if they are gone wait for their session time-out. See: kontiki group describe "
                            + group);
        }
    }

    private String who(GroupDescription now) {
        String names = now.members().stream()
                .limit(MEMBERS_NAMED)
                .map(member -> GroupText.name(member) + " (" + member.clientId() + " at " + member.clientHost() + ")")
                .collect(Collectors.joining(", "));
        int more = now.members().size() - MEMBERS_NAMED;
        return "group " + group + " has " + Quantity.count(now.members().size(), "member") + ": " + names
                + (more > 0 ? " and " + more + " more" : "");
    }

    private ResetPlan plan(Admin admin, boolean known, Map<TopicPartition, Long> given) {
        Map<TopicPartition, CommittedOffset> committed = known ? admin.groupOffsets(group) : Map.of();
        Map<TopicPartition, Long> wanted = file == null ? wanted(admin, committed) : new TreeMap<>(given);
        wanted.keySet().removeIf(partition -> !TopicChoice.include(choices, partition));
        if (wanted.isEmpty()) {
            throw new Failure(
                    ExitCode.CONFLICT,
                    "group " + group + " has committed nothing there that could be reset",
                    shift == null ? "Name topics: --topic TOPIC" : "Say where to instead: --topic TOPIC --to PLACE");
        }
        return ResetPlan.to(
                wanted,
                committed,
                offsets(admin, wanted.keySet(), Position.earliest()),
                offsets(admin, wanted.keySet(), Position.latest()));
    }

    private Map<TopicPartition, Long> wanted(Admin admin, Map<TopicPartition, CommittedOffset> committed) {
        Set<TopicPartition> partitions = partitions(admin, committed.keySet());
        if (to != null) {
            return offsets(admin, partitions, to);
        }
        Map<TopicPartition, Long> shifted = ResetPlan.shifted(partitions, committed, shift);
        partitions.removeAll(shifted.keySet());
        if (!partitions.isEmpty()) {
            messages.tell("left out, nothing is committed there: " + GroupText.partitions(partitions));
        }
        return shifted;
    }

    private Set<TopicPartition> partitions(Admin admin, Collection<TopicPartition> committed) {
        var partitions = new TreeSet<TopicPartition>();
        if (choices.isEmpty()) {
            partitions.addAll(committed);
        }
        for (TopicChoice choice : choices) {
            List<Integer> present = admin.describeTopic(choice.topic()).topic().partitions().stream()
                    .map(PartitionInfo::partition)
                    .toList();
            for (int number : choice.partitions()
                    .<Collection<Integer>>map(PartitionNumbers::numbers)
                    .orElse(present)) {
                if (!present.contains(number)) {
                    throw new Failure(
                            ExitCode.NOT_FOUND,
                            "topic " + choice.topic() + " has no partition " + number,
                            "See what there is: kontiki topic describe " + choice.topic());
                }
                partitions.add(new TopicPartition(choice.topic(), number));
            }
        }
        return partitions;
    }

    private static Map<TopicPartition, Long> offsets(
            Admin admin, Collection<TopicPartition> partitions, Position position) {
        var positions = new TreeMap<TopicPartition, Position>();
        partitions.forEach(partition -> positions.put(partition, position));
        return LagReading.offsets(admin.listOffsets(positions));
    }

    private int store(Admin admin, ResetPlan plan) {
        Map<TopicPartition, Optional<KontikiException>> results = admin.alterGroupOffsets(group, plan.offsets());
        List<KontikiException> refusals =
                results.values().stream().flatMap(Optional::stream).toList();
        if (!refusals.isEmpty() && refusals.size() == results.size()) {
            throw refusals.get(0);
        }
        refusals.forEach(refusal -> terminal.err().println("error: " + refusal.getMessage()));
        messages.tell("reset " + Quantity.count(results.size() - refusals.size(), "offset") + " of group " + group);
        return refusals.isEmpty() ? ExitCode.DONE : ExitCode.PARTLY_DONE;
    }
}
