package io.kontiki.cli;

import io.kontiki.cli.DoctorFinding.Fault;
import io.kontiki.cli.output.Quantity;
import io.kontiki.client.BrokerInfo;
import io.kontiki.client.LogDirInfo;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** What is wrong with brokers, their disks and their clocks. Pure. */
final class DoctorBrokers {
    private static final double FREE_MIN = 0.15;
    private static final double FREE_LEAST = 0.05;
    /** Time stamps of records, retention by time and lag in seconds are wrong by as much. */
    private static final long SKEW_MS_MAX = 1_000;

    private static final double PERCENT = 100;

    private DoctorBrokers() {}

    static List<DoctorFinding> check(DoctorFacts facts) {
        var findings = new ArrayList<DoctorFinding>();
        facts.cluster().brokers().stream()
                .filter(BrokerInfo::fenced)
                .forEach(broker -> findings.add(down(facts, broker)));
        facts.silent()
                .forEach((id, reason) -> findings.add(DoctorFinding.critical(
                        Fault.BROKER_SILENT,
                        "broker " + id,
                        "broker " + id + " counts as running, but does not answer: " + reason,
                        "Look at that process, its log and the network between, and whether advertised.listeners is"
                                + " where others reach it.")));
        facts.logDirs().forEach(dir -> disk(dir).ifPresent(findings::add));
        skew(facts.clocks()).ifPresent(findings::add);
        return findings;
    }

    private static DoctorFinding down(DoctorFacts facts, BrokerInfo broker) {
        long replicas = facts.topics().stream()
                .flatMap(topic -> topic.partitions().stream())
                .filter(partition -> partition.replicas().contains(broker.id()))
                .count();
        String subject = "broker " + broker.id();
        String where = " at " + broker.host() + ":" + broker.port();
        String holds = "; it holds replicas of " + Quantity.count(replicas, "partition");
        return broker.shuttingDown()
                ? DoctorFinding.warning(
                        Fault.BROKER_DOWN,
                        subject,
                        subject + where + " was stopped" + holds,
                        "Start it again when its maintenance is done.")
                : DoctorFinding.critical(
                        Fault.BROKER_DOWN,
                        subject,
                        subject + where + " is fenced: the controller does not hear from it, or it has not caught up"
                                + holds,
                        "Does it run, and reach the controller? Its log says what it waits for. If it is gone for good: "
                                + (facts.cluster().voters().contains(broker.id())
                                        ? "kontiki quorum remove " + broker.id() + ", then "
                                        : "")
                                + "kontiki broker decommission " + broker.id() + " (docs/operations/lost-volume.md)");
    }

    private static Optional<DoctorFinding> disk(LogDirInfo dir) {
        String subject = "broker " + dir.brokerId();
        String where = "log directory " + dir.path() + " of broker " + dir.brokerId();
        return switch (dir.state()) {
            case OFFLINE ->
                Optional.of(DoctorFinding.critical(
                        Fault.LOG_DIR_OFFLINE,
                        subject,
                        where + " is offline: " + dir.reason(),
                        "Mend or replace the disk and restart that broker; others lead meanwhile."));
            case FULL ->
                Optional.of(DoctorFinding.critical(
                        Fault.LOG_DIR_FULL,
                        subject,
                        where + " is full: nothing is appended there" + reason(dir),
                        "Free some room, shorten retention, or move logs away: kontiki broker move-log"));
            case ONLINE, UNKNOWN -> room(dir, subject, where);
        };
    }

    private static String reason(LogDirInfo dir) {
        return dir.reason().isEmpty() ? "" : ": " + dir.reason();
    }

    private static Optional<DoctorFinding> room(LogDirInfo dir, String subject, String where) {
        if (dir.usableBytes().isEmpty() || dir.totalBytes().orElse(0) == 0) {
            return Optional.empty();
        }
        long usable = dir.usableBytes().getAsLong();
        double free = (double) usable / dir.totalBytes().getAsLong();
        if (free >= FREE_MIN) {
            return Optional.empty();
        }
        String what = where + " has " + Quantity.bytes(usable) + " left, " + Math.round(PERCENT * free) + " %";
        String advice = "Shorten retention, move logs away (kontiki broker move-log), or give it a larger disk.";
        return Optional.of(
                free < FREE_LEAST
                        ? DoctorFinding.critical(Fault.LOG_DIR_FILLS, subject, what, advice)
                        : DoctorFinding.warning(Fault.LOG_DIR_FILLS, subject, what, advice));
    }

    /** Tells of the two that are farthest apart. Which is wrong, the others know if they agree without it. */
    private static Optional<DoctorFinding> skew(Map<Integer, DoctorFacts.Clock> clocks) {
        long surely = surelyApart(clocks);
        if (surely <= SKEW_MS_MAX) {
            return Optional.empty();
        }
        int slow = extreme(clocks, 1);
        int fast = extreme(clocks, -1);
        boolean slowAlone = agreeWithout(slow, clocks);
        boolean fastAlone = agreeWithout(fast, clocks);
        String both = "brokers " + slow + " and " + fast;
        return Optional.of(DoctorFinding.warning(
                Fault.CLOCK_SKEW,
                slowAlone == fastAlone ? both : "broker " + (slowAlone ? slow : fast),
                "the clock of broker " + fast + " is at least " + surely + " ms ahead of that of broker " + slow
                        + ": time stamps, retention by time and lag in seconds are wrong by as much",
                "Let a time service such as chrony set the clocks of all brokers."));
    }

    private static long surelyApart(Map<Integer, DoctorFacts.Clock> clocks) {
        if (clocks.size() < 2) {
            return 0;
        }
        var early = clocks.get(extreme(clocks, 1));
        var late = clocks.get(extreme(clocks, -1));
        return late.aheadMs() - early.aheadMs() - late.doubtMs() - early.doubtMs();
    }

    /** Whether at least two are left, and those are together. */
    private static boolean agreeWithout(int id, Map<Integer, DoctorFacts.Clock> clocks) {
        var others = new TreeMap<>(clocks);
        others.remove(id);
        return others.size() > 1 && surelyApart(others) <= SKEW_MS_MAX;
    }

    private static int extreme(Map<Integer, DoctorFacts.Clock> clocks, int sign) {
        return clocks.entrySet().stream()
                .min((a, b) -> {
                    int order = Long.compare(
                            sign * a.getValue().aheadMs(), sign * b.getValue().aheadMs());
                    return order != 0 ? order : a.getKey().compareTo(b.getKey());
                })
                .orElseThrow()
                .getKey();
    }
}
