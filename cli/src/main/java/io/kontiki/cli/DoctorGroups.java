package io.kontiki.cli;

import io.kontiki.cli.DoctorFinding.Fault;
import io.kontiki.cli.output.Quantity;
import io.kontiki.client.GroupState;
import io.kontiki.client.TopicInfo;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** What is wrong with consumer groups. Pure. */
final class DoctorGroups {
    private static final double LAG_SECONDS_MAX = 300;
    private static final int NAMED_MAX = 5;

    private DoctorGroups() {}

    static List<DoctorFinding> check(DoctorFacts facts) {
        var findings = new ArrayList<DoctorFinding>();
        var topics = facts.topics().stream().map(TopicInfo::name).collect(Collectors.toSet());
        facts.groups()
                .forEach(group ->
                        check(group).or(() -> readsNothing(group, topics)).ifPresent(findings::add));
        return findings;
    }

    private static Optional<DoctorFinding> check(DoctorFacts.Group group) {
        String id = group.info().id();
        String subject = "group " + id;
        if (group.info().coordinatorId().isEmpty()) {
            return Optional.of(DoctorFinding.warning(
                    Fault.GROUP_WITHOUT_COORDINATOR,
                    subject,
                    subject + " has no coordinator: nobody can join it or commit",
                    "It gets one as soon as a broker serves: kontiki broker list"));
        }
        if (group.unreadable().isPresent()) {
            return Optional.of(DoctorFinding.warning(
                    Fault.GROUP_UNREADABLE,
                    subject,
                    "how far " + subject + " is behind is not known: "
                            + group.unreadable().get(),
                    "See: kontiki group lag " + id));
        }
        long records =
                group.lags().stream().mapToLong(lag -> lag.records().orElse(0)).sum();
        double seconds = group.lags().stream()
                .mapToDouble(lag -> lag.seconds().orElse(0))
                .max()
                .orElse(0);
        String behind = Quantity.count(records, "record") + " behind, the oldest for " + Math.round(seconds) + " s";
        if (records > 0 && group.info().members() == 0) {
            return Optional.of(DoctorFinding.warning(
                    Fault.GROUP_WITHOUT_MEMBERS,
                    subject,
                    subject + " has no members and is " + behind,
                    "Start its consumers. If nobody needs it any more: kontiki group delete " + id));
        }
        if (seconds > LAG_SECONDS_MAX) {
            return Optional.of(DoctorFinding.warning(
                    Fault.GROUP_LAGS,
                    subject,
                    subject + " is " + behind + ", with "
                            + Quantity.count(group.info().members(), "member"),
                    "If it grows, its consumers are too few or too slow; more members than partitions do not help. See:"
                            + " kontiki group lag " + id));
        }
        return Optional.empty();
    }

    /** Some members of many may have nothing to do, but not all of them: a name that was mistyped, as a rule. */
    private static Optional<DoctorFinding> readsNothing(DoctorFacts.Group group, Set<String> topics) {
        boolean idle = group.info().state() == GroupState.STABLE
                && !group.members().isEmpty()
                && group.members().stream()
                        .allMatch(member ->
                                member.target().isEmpty() && member.owned().isEmpty());
        if (!idle) {
            return Optional.empty();
        }
        String subject = "group " + group.info().id();
        String missing = group.members().stream()
                .flatMap(member -> member.topics().stream())
                .filter(topic -> !topics.contains(topic))
                .distinct()
                .sorted()
                .limit(NAMED_MAX)
                .collect(Collectors.joining(", "));
        String patterns = group.members().stream()
                .flatMap(member -> member.topicPattern().stream())
                .distinct()
                .sorted()
                .limit(NAMED_MAX)
                .collect(Collectors.joining(", "));
        if (missing.isEmpty() && patterns.isEmpty()) {
            return Optional.empty(); // It has only just joined.
        }
        String why = missing.isEmpty()
                ? "no topic fits " + patterns
                : "it subscribes to " + missing + ", which does not exist";
        return Optional.of(DoctorFinding.warning(
                Fault.GROUP_READS_NOTHING,
                subject,
                subject + " has " + Quantity.count(group.members().size(), "member") + " and no partition: " + why,
                "Create the topic, or mend what its consumers subscribe to: kontiki group describe "
                        + group.info().id()));
    }
}
