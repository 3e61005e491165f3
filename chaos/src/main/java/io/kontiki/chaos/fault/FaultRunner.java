package io.kontiki.chaos.fault;

import io.kontiki.chaos.cluster.ChaosCluster;
import io.kontiki.chaos.history.Anomaly;
import io.kontiki.chaos.history.Operation;
import io.kontiki.chaos.workload.Recording;
import java.io.IOException;
import java.io.PrintStream;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.function.BooleanSupplier;

/** Carries out a schedule, and takes back all that it did. Belongs to one thread. */
public final class FaultRunner {
    private static final long POLL_MILLIS = 50;

    private final ChaosCluster cluster;
    private final Recording recording;
    private final PrintStream out;
    private final PriorityQueue<Lasting> lasting = new PriorityQueue<>(Comparator.comparingLong(Lasting::endsAt));

    /** A fault that was begun and is not over. */
    private record Lasting(Fault fault, int victim, Struck struck, long began, long endsAt) {}

    public FaultRunner(ChaosCluster cluster, Recording recording, PrintStream out) {
        this.cluster = cluster;
        this.recording = recording;
        this.out = out;
    }

    /** Returns when every fault is over and every broker was told to run. */
    public void run(Schedule schedule) throws IOException, InterruptedException {
        long start = recording.now();
        Deque<Strike> waiting = new ArrayDeque<>(schedule.strikes());
        try {
            while (!waiting.isEmpty() || !lasting.isEmpty()) {
                long now = recording.now();
                if (!lasting.isEmpty() && lasting.peek().endsAt() <= now) {
                    end(lasting.poll());
                } else if (!waiting.isEmpty() && start + waiting.peek().at().toNanos() <= now) {
                    begin(waiting.poll());
                } else {
                    tend();
                    Thread.sleep(POLL_MILLIS);
                }
            }
        } finally {
            healAll();
        }
    }

    private void begin(Strike strike) throws IOException {
        Fault fault = strike.fault();
        Optional<Integer> victim = victimOf(fault, strike.target().resolve(cluster));
        if (victim.isEmpty()) {
            return;
        }
        long began = recording.now();
        Struck struck = fault.strike(cluster, victim.get(), strike.time());
        out.printf("%7.1f s  %s: %s%n", began / 1e9, fault.label(), struck.detail());
        lasting.add(new Lasting(
                fault, victim.get(), struck, began, began + strike.time().toNanos()));
    }

    /** The broker meant, or the next one that no other such fault has its hands on. */
    private Optional<Integer> victimOf(Fault fault, int meant) {
        if (fault.kind() == Fault.Kind.CLUSTER || fault.kind() == Fault.Kind.ALL_DISKS) {
            boolean alone = lasting.stream().allMatch(other -> other.fault().kind() == Fault.Kind.NETWORK);
            return alone ? Optional.of(meant) : Optional.empty();
        }
        List<Integer> candidates = new ArrayList<>(List.of(meant));
        candidates.addAll(cluster.others(meant));
        return candidates.stream().filter(broker -> isFree(fault, broker)).findFirst();
    }

    private boolean isFree(Fault fault, int broker) {
        return lasting.stream().noneMatch(other -> {
            boolean sameSlowLink = fault == Fault.SLOW_LINK && other.fault() == Fault.SLOW_LINK;
            boolean ofOneBroker =
                    fault.kind().claimsOneBroker() && other.fault().kind().claimsOneBroker();
            boolean ofAll = fault.kind().claimsOneBroker()
                    && (other.fault().kind() == Fault.Kind.CLUSTER
                            || other.fault().kind() == Fault.Kind.ALL_DISKS);
            return ofAll || (sameSlowLink || ofOneBroker) && other.victim() == broker;
        });
    }

    private void end(Lasting over) throws IOException {
        over.struck().undo().undo();
        recording.write(
                new Operation.Strike(over.fault().label(), over.struck().detail(), over.began(), recording.now()));
    }

    /** Ends what lasts still, at the end of a run or of a broken one. */
    private void healAll() throws IOException {
        while (!lasting.isEmpty()) {
            end(lasting.poll());
        }
    }

    /** Looks after the brokers for so long, or until the condition holds; tells whether it does. */
    public boolean tendUntil(BooleanSupplier condition, Duration timeout) throws IOException, InterruptedException {
        long deadline = recording.now() + timeout.toNanos();
        while (!condition.getAsBoolean()) {
            if (recording.now() > deadline) {
                return false;
            }
            tend();
            Thread.sleep(POLL_MILLIS);
        }
        return true;
    }

    private void tend() throws IOException {
        for (ChaosCluster.Ended ended : cluster.tend()) {
            String message = "broker " + ended.broker() + " ended by itself";
            out.printf("%7.1f s  %s%s%n", recording.now() / 1e9, message, ended.excused() ? ", as it may" : "");
            if (!ended.excused()) {
                recording.notice(Anomaly.BROKER_ENDED, message);
            }
        }
    }
}
