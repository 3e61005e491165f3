package io.kontiki.chaos.fault;

import io.kontiki.chaos.cluster.ChaosCluster;
import io.kontiki.chaos.history.Anomaly;
import io.kontiki.chaos.history.Operation;
import io.kontiki.chaos.workload.Recording;
import io.kontiki.localcluster.Console;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.function.BooleanSupplier;

/** Carries out a schedule, and takes back all that it did. Belongs to one thread. */
public final class FaultRunner {
    private static final long POLL_MILLIS = 50;

    private final ChaosCluster cluster;
    private final Recording recording;
    private final Console console;
    private final PriorityQueue<Lasting> lasting = new PriorityQueue<>(Comparator.comparingLong(Lasting::endsAt));

    private double done;
    private int struck;

    /** A fault that was begun and is not over. */
    private record Lasting(Fault fault, int victim, Struck struck, long began, long endsAt) {}

    public FaultRunner(ChaosCluster cluster, Recording recording, Console console) {
        this.cluster = cluster;
        this.recording = recording;
        this.console = console;
    }

    /**
     * Returns when every fault is over and every broker was told to run.
     *
     * @param from how much of the whole run is done before it, of 1
     * @param to how much is done after it
     */
    public void run(Schedule schedule, double from, double to) throws IOException, InterruptedException {
        long start = recording.now();
        int strikes = schedule.strikes().size();
        Deque<Strike> waiting = new ArrayDeque<>(schedule.strikes());
        try {
            while (!waiting.isEmpty() || !lasting.isEmpty()) {
                long now = recording.now();
                if (!lasting.isEmpty() && lasting.peek().endsAt() <= now) {
                    end(lasting.poll());
                } else if (!waiting.isEmpty() && start + waiting.peek().at().toNanos() <= now) {
                    begin(waiting.poll());
                    done = to - (to - from) * waiting.size() / strikes;
                } else {
                    tend();
                    Thread.sleep(POLL_MILLIS);
                }
            }
        } finally {
            healAll();
        }
    }

    /** Says what happened, and when. */
    public void tell(String text) {
        console.line(String.format(Locale.ROOT, "%7.1f s  %s", recording.now() / 1e9, text));
    }

    private void begin(Strike strike) throws IOException {
        Fault fault = strike.fault();
        Optional<Integer> victim = victimOf(fault, strike.target().resolve(cluster));
        if (victim.isEmpty()) {
            return;
        }
        if (fault.costsAReplica() && mayTakeTheLast(victim.get())) {
            tell(fault.label() + ": broker " + victim.get() + " is spared, as others lack what it holds");
            return;
        }
        long began = recording.now();
        Struck effect = fault.strike(cluster, victim.get(), strike.time());
        struck++;
        tell(fault.label() + ": " + effect.detail());
        effect.givenUp().forEach(loss -> recording.write(loss.at(recording.now())));
        lasting.add(new Lasting(
                fault, victim.get(), effect, began, began + strike.time().toNanos()));
    }

    /** Disks of two brokers, one after the other before what the first one lost is copied again, are more than is promised. */
    private boolean mayTakeTheLast(int victim) {
        return lasting.stream().anyMatch(other -> other.fault().costsAReplica() && other.victim() != victim)
                || !cluster.isSpared(victim);
    }

    /** The broker meant, or the next one that no other such fault has its hands on. */
    private Optional<Integer> victimOf(Fault fault, int meant) {
        List<Integer> candidates = new ArrayList<>(List.of(meant));
        candidates.addAll(cluster.others(meant));
        return candidates.stream()
                .filter(broker -> lasting.stream()
                        .noneMatch(other -> fault.collidesWith(other.fault(), other.victim() == broker)))
                .findFirst();
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
        console.progress(
                done,
                String.format(
                        Locale.ROOT,
                        "%d strikes, %,d records acknowledged, %d wrong",
                        struck,
                        recording.acknowledged(),
                        recording.noticed()));
        for (ChaosCluster.Ended ended : cluster.tend()) {
            String message = "broker " + ended.broker() + " ended by itself";
            tell(message + (ended.excused() ? ", as it may" : ""));
            if (!ended.excused()) {
                recording.notice(Anomaly.BROKER_ENDED, message);
            }
        }
    }
}
