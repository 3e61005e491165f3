package io.kontiki.cli;

import io.kontiki.cli.output.ProgressBar;
import io.kontiki.cli.output.Quantity;
import io.kontiki.client.Admin;
import io.kontiki.client.KontikiException;
import io.kontiki.client.LeaderElection;
import io.kontiki.client.ReassignmentInfo;
import io.kontiki.client.TopicPartition;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;

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
     * Begins with a plan.
     *
     * @param validateOnly check only
     * @return the partitions that are moved; what is wrong with others is told
     * @throws Failure if none is
     */
    Set<TopicPartition> begin(ReplicaPlan plan, OptionalLong bytesPerSecondMax, boolean validateOnly) {
        return accepted(admin.reassignPartitions(plan.wanted(), bytesPerSecondMax, validateOnly));
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
        try {
            for (int i = 1; ; i++) {
                Map<TopicPartition, ReassignmentInfo> open = new TreeMap<>(admin.listReassignments());
                open.keySet().retainAll(partitions);
                if (open.isEmpty()) {
                    return;
                }
                show(open.values(), bar, i);
                pause();
            }
        } finally {
            bar.clear();
        }
    }

    private void show(Collection<ReassignmentInfo> open, ProgressBar bar, int poll) {
        long copied = sum(open, true);
        long total = sum(open, false);
        String left = Quantity.count(open.size(), "partition") + " left";
        bar.update(left, copied, OptionalLong.of(total));
        if (!messages.progressShown() && poll % POLLS_PER_MESSAGE == 0) {
            messages.tell(left + ", " + Quantity.bytes(copied) + " of " + Quantity.bytes(total) + " copied");
        }
    }

    private static long sum(Collection<ReassignmentInfo> open, boolean copied) {
        return open.stream()
                .flatMap(info -> info.progress().values().stream())
                .mapToLong(added -> copied ? added.copiedBytes() : added.totalBytes())
                .sum();
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
        try {
            TimeUnit.MILLISECONDS.sleep(POLL_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Failure(
                    ExitCode.INTERRUPTED,
                    "interrupted",
                    "What was begun goes on by itself: kontiki partition reassign --status");
        }
    }
}
