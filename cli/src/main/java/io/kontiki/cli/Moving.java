package io.kontiki.cli;

import io.kontiki.cli.output.ProgressBar;
import io.kontiki.cli.output.Quantity;
import io.kontiki.client.Admin;
import io.kontiki.client.KontikiException;
import io.kontiki.client.LeaderElection;
import io.kontiki.client.ReassignmentInfo;
import io.kontiki.client.TopicPartition;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.function.ToLongFunction;

/** Has replicas moved and waits until they are, with a progress bar for people. One thread. */
final class Moving {
    private static final long POLL_MILLIS = 500;
    private static final int POLLS_PER_MESSAGE = 20;

    private final Terminal terminal;
    private final Messages messages;
    private final Admin admin;

    Moving(Terminal terminal, Messages messages, Admin admin) {
        this.terminal = terminal;
        this.messages = messages;
        this.admin = admin;
    }

    /**
     * Begins with a plan. A partition that is being moved already keeps its throttle unless another one is asked for.
     *
     * @param validateOnly check only
     * @return the partitions that are moved; what is wrong with others is told
     * @throws KontikiException if none is
     */
    Set<TopicPartition> begin(ReplicaPlan plan, UnderWay underWay, Optional<Throttle> throttle, boolean validateOnly) {
        var byLimit = new LinkedHashMap<OptionalLong, Map<TopicPartition, List<Integer>>>();
        plan.wanted()
                .forEach((partition, replicas) -> byLimit.computeIfAbsent(
                                underWay.limit(partition, throttle), limit -> new TreeMap<>())
                        .put(partition, replicas));
        var results = new TreeMap<TopicPartition, Optional<KontikiException>>();
        byLimit.forEach((limit, replicas) -> results.putAll(admin.reassignPartitions(replicas, limit, validateOnly)));
        return accepted(results);
    }

    /**
     * Tells of refusals.
     *
     * @return those that were not refused
     * @throws KontikiException if all were, the first refusal
     */
    Set<TopicPartition> accepted(Map<TopicPartition, Optional<KontikiException>> results) {
        var accepted = new TreeSet<TopicPartition>();
        results.forEach((partition, failure) -> {
            if (failure.isEmpty()) {
                accepted.add(partition);
            }
        });
        List<KontikiException> refusals =
                results.values().stream().flatMap(Optional::stream).toList();
        if (accepted.isEmpty() && !refusals.isEmpty()) {
            throw refusals.get(0);
        }
        refusals.forEach(refusal -> terminal.err().println("error: " + refusal.getMessage()));
        return accepted;
    }

    /** Waits until none of these partitions is being moved. */
    void await(Set<TopicPartition> partitions) {
        var bar = new ProgressBar(terminal.err(), messages.progressShown(), OptionalLong.empty(), System::nanoTime);
        Map<TopicPartition, ReassignmentInfo> before = Map.of();
        long beforeNanos = System.nanoTime();
        try {
            for (int i = 1; ; i++) {
                Map<TopicPartition, ReassignmentInfo> open = new TreeMap<>(admin.listReassignments());
                open.keySet().retainAll(partitions);
                if (open.isEmpty()) {
                    return;
                }
                show(open.values(), bar);
                if (i % POLLS_PER_MESSAGE == 0) {
                    if (!messages.progressShown()) {
                        tell(open, CopyRates.between(before, open, System.nanoTime() - beforeNanos));
                    }
                    before = open;
                    beforeNanos = System.nanoTime();
                }
                pause();
            }
        } finally {
            bar.clear();
        }
    }

    private static void show(Collection<ReassignmentInfo> open, ProgressBar bar) {
        bar.update(left(open), sum(open, CopyRates::copied), OptionalLong.of(sum(open, CopyRates::whole)));
    }

    private void tell(Map<TopicPartition, ReassignmentInfo> moves, CopyRates rates) {
        var open = moves.values();
        long copied = sum(open, CopyRates::copied);
        long whole = sum(open, CopyRates::whole);
        var time = CopyRates.nanosLeft(whole - copied, rates.total());
        messages.tell(left(open) + ", " + Quantity.bytes(copied) + " of " + Quantity.bytes(whole) + " copied"
                + (time.isPresent()
                        ? " at " + Quantity.rateAbout(rates.total()) + ", " + Quantity.nanos(time.getAsLong())
                                + " to go"
                        : ""));
    }

    private static String left(Collection<ReassignmentInfo> open) {
        return Quantity.count(open.size(), "partition") + " left";
    }

    private static long sum(Collection<ReassignmentInfo> open, ToLongFunction<ReassignmentInfo> bytes) {
        return open.stream().mapToLong(bytes).sum();
    }

    /** Lets the first replicas lead, as far as they can now; the others do so later by hand. */
    void leadByFirst(Set<TopicPartition> partitions) {
        Map<TopicPartition, LeaderElection> elected = admin.electLeaders(partitions);
        long refused = elected.values().stream()
                .filter(election -> election.failure().isPresent())
                .count();
        if (refused > 0) {
            messages.tell("the first replica does not lead yet in " + Quantity.count(refused, "partition")
                    + "; later: kontiki partition elect-leader");
        }
    }

    static void pause() {
        pause(POLL_MILLIS);
    }

    static void pause(long millis) {
        try {
            TimeUnit.MILLISECONDS.sleep(millis);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Failure(
                    ExitCode.INTERRUPTED,
                    "interrupted",
                    "What was begun goes on by itself: kontiki partition reassign --status");
        }
    }
}
