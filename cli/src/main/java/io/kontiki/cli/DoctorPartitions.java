package io.kontiki.cli;

import io.kontiki.cli.DoctorFinding.Fault;
import io.kontiki.cli.output.Quantity;
import io.kontiki.client.PartitionInfo;
import io.kontiki.client.TopicPartition;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.BiConsumer;
import java.util.function.BiPredicate;
import java.util.stream.Collectors;

/** What is wrong with partitions: one finding for each kind, since one cause takes many. Pure. */
final class DoctorPartitions {
    /** Of a broker's partitions, how many may be led by others though they prefer it. */
    private static final double AWAY_MAX = 0.1;
    /** With a few partitions, one that is led elsewhere is a large share and no burden. */
    private static final int AWAY_MIN = 3;

    private static final int NAMED_MAX = 5;

    private final DoctorFacts facts;
    private final List<DoctorFinding> findings = new ArrayList<>();

    private DoctorPartitions(DoctorFacts facts) {
        this.facts = facts;
    }

    static List<DoctorFinding> check(DoctorFacts facts) {
        var checks = new DoctorPartitions(facts);
        checks.offline();
        checks.underMinIsr();
        checks.underReplicated();
        checks.unknownBrokers();
        checks.movesThatWait();
        checks.unbalanced();
        checks.singleCopies();
        return checks.findings;
    }

    private void offline() {
        var all = where((name, partition) -> partition.leader().isEmpty());
        if (all.isEmpty()) {
            return;
        }
        var missing = new TreeSet<Integer>();
        each((name, partition) -> {
            if (partition.leader().isEmpty()) {
                missing.addAll(partition.replicas());
            }
        });
        missing.removeIf(facts::answers);
        findings.add(DoctorFinding.critical(
                Fault.OFFLINE_PARTITIONS,
                Quantity.count(all.size(), "partition"),
                names(all) + (all.size() == 1 ? " has" : " have") + " no leader: nothing can be written or read there",
                bringBack(missing)));
    }

    /** An election that loses records is no way out while a broker that has them is merely silent. */
    private String bringBack(TreeSet<Integer> missing) {
        String unclean = " If what they hold is gone for good: kontiki partition elect-leader TOPIC:P --unclean";
        if (missing.isEmpty()) {
            return "Its replicas' disks may have failed: kontiki broker log-dirs." + unclean;
        }
        boolean silent = missing.stream().anyMatch(facts::serves);
        return silent
                ? "See why " + brokers(missing) + (missing.size() == 1 ? " does" : " do")
                        + " not answer: a process that hangs is started again, and what it holds comes back with it."
                : "Start " + brokers(missing) + "." + unclean;
    }

    private void underMinIsr() {
        var all = where((name, partition) ->
                partition.leader().isPresent() && partition.isr().size() < partition.minIsr());
        if (!all.isEmpty()) {
            findings.add(DoctorFinding.critical(
                    Fault.UNDER_MIN_ISR,
                    Quantity.count(all.size(), "partition"),
                    names(all) + (all.size() == 1 ? " has" : " have")
                            + " fewer in-sync replicas than min.insync.replicas: writes with acks=all are refused",
                    "Bring back replicas that are out of sync: kontiki topic describe --under-replicated"));
        }
    }

    /** Those that are being added while replicas move are not missing. */
    private void underReplicated() {
        var all = where((name, partition) -> partition.leader().isPresent() && lacks(name, partition));
        if (all.isEmpty()) {
            return;
        }
        var out = new TreeMap<Integer, Integer>();
        each((name, partition) -> {
            // Those without a leader are told already.
            if (partition.leader().isPresent() && lacks(name, partition)) {
                partition.replicas().stream()
                        .filter(id -> !partition.isr().contains(id))
                        .forEach(id -> out.merge(id, 1, Integer::sum));
            }
        });
        String lagging = out.entrySet().stream()
                .map(entry -> "broker " + entry.getKey() + " with " + entry.getValue())
                .collect(Collectors.joining(", "));
        boolean allAnswer = out.keySet().stream().allMatch(facts::answers);
        findings.add(DoctorFinding.warning(
                Fault.UNDER_REPLICATED,
                Quantity.count(all.size(), "partition"),
                names(all) + (all.size() == 1 ? " has" : " have") + " replicas out of sync, on " + lagging,
                allAnswer
                        ? "They may be catching up; if it stays so, look at the disk and network of that broker, and"
                                + " its log."
                        : "They catch up by themselves once their broker runs. If it is gone for good: kontiki broker"
                                + " decommission ID"));
    }

    private boolean lacks(String topic, PartitionInfo partition) {
        return partition.isr().size() < partition.replicas().size()
                && !facts.moving().containsKey(new TopicPartition(topic, partition.partition()));
    }

    private void unknownBrokers() {
        var unknown = new TreeMap<Integer, Integer>();
        each((name, partition) -> partition.replicas().stream()
                .filter(id -> facts.broker(id).isEmpty())
                .forEach(id -> unknown.merge(id, 1, Integer::sum)));
        unknown.forEach((id, count) -> findings.add(DoctorFinding.warning(
                Fault.UNKNOWN_BROKER,
                "broker " + id,
                Quantity.count(count, "partition") + (count == 1 ? " has a replica" : " have a replica") + " on broker "
                        + id + ", which is not registered",
                "Start a broker with that id, or give the replicas to others: kontiki partition reassign")));
    }

    /** A copy cannot be filled on a broker that is not there; that others are slow, is no fault. */
    private void movesThatWait() {
        var waiting = new ArrayList<String>();
        var away = new TreeSet<Integer>();
        each((name, partition) -> {
            var move = facts.moving().get(new TopicPartition(name, partition.partition()));
            var missing = move == null
                    ? List.<Integer>of()
                    : move.adding().stream().filter(id -> !facts.answers(id)).toList();
            if (!missing.isEmpty()) {
                waiting.add(name + ":" + partition.partition());
                away.addAll(missing);
            }
        });
        if (!waiting.isEmpty()) {
            findings.add(DoctorFinding.warning(
                    Fault.MOVE_WAITS,
                    Quantity.count(waiting.size(), "partition"),
                    "the move of " + names(waiting) + " stands still: " + brokers(away)
                            + (away.size() == 1 ? " is" : " are") + " to hold it and not there",
                    "Start " + brokers(away) + ", or put the replicas back: kontiki partition reassign --cancel"));
        }
    }

    private void unbalanced() {
        var preferred = new TreeMap<Integer, Integer>();
        var away = new TreeMap<Integer, Integer>();
        each((name, partition) -> {
            int first = partition.replicas().get(0);
            preferred.merge(first, 1, Integer::sum);
            boolean elsewhere =
                    partition.leader().isPresent() && partition.leader().getAsInt() != first;
            if (elsewhere && partition.isr().contains(first) && facts.serves(first)) {
                away.merge(first, 1, Integer::sum);
            }
        });
        away.forEach((id, count) -> {
            if (count >= AWAY_MIN && count > AWAY_MAX * preferred.get(id)) {
                findings.add(DoctorFinding.warning(
                        Fault.UNBALANCED_LEADERS,
                        "broker " + id,
                        "broker " + id + " is in sync but leads " + (preferred.get(id) - count) + " of the "
                                + preferred.get(id) + " partitions that prefer it: others bear its load",
                        "The cluster gives them back by itself after a while, unless auto.leader.rebalance.enable is"
                                + " off. At once: kontiki partition elect-leader"));
            }
        });
    }

    private void singleCopies() {
        if (facts.cluster().brokers().size() < 2) {
            return; // There is nowhere to put another.
        }
        var single = facts.topics().stream()
                .filter(topic -> topic.partitions().stream()
                        .anyMatch(partition -> partition.replicas().size() == 1))
                .map(topic -> "topic " + topic.name())
                .toList();
        if (!single.isEmpty()) {
            findings.add(DoctorFinding.notice(
                    Fault.SINGLE_COPY,
                    Quantity.count(single.size(), "topic"),
                    names(single) + (single.size() == 1 ? " has" : " have")
                            + " partitions with one replica: the loss of its disk is the loss of its records",
                    "Give them more: kontiki partition reassign"));
        }
    }

    private List<String> where(BiPredicate<String, PartitionInfo> wanted) {
        var found = new ArrayList<String>();
        each((name, partition) -> {
            if (wanted.test(name, partition)) {
                found.add(name + ":" + partition.partition());
            }
        });
        return found;
    }

    private void each(BiConsumer<String, PartitionInfo> visitor) {
        facts.topics().forEach(topic -> topic.partitions().forEach(each -> visitor.accept(topic.name(), each)));
    }

    /** A few of them by name. */
    static String names(List<String> all) {
        String first = all.stream().limit(NAMED_MAX).collect(Collectors.joining(", "));
        return all.size() <= NAMED_MAX ? first : first + " and " + (all.size() - NAMED_MAX) + " more";
    }

    private static String brokers(TreeSet<Integer> ids) {
        return (ids.size() == 1 ? "broker " : "brokers ")
                + ids.stream().map(Object::toString).collect(Collectors.joining(", "));
    }
}
