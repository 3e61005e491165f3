package io.kontiki.simulation.campaign;

import io.kontiki.simulation.Event;
import io.kontiki.simulation.Events;
import io.kontiki.simulation.Simulation;
import io.kontiki.simulation.SimulationFailure;
import io.kontiki.simulation.SimulationOptions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/** Simulations of consecutive seeds, on some threads. Thread-safe. */
public final class Campaign {
    /** One seed of so many is run twice, and must leave the same trace. */
    private static final long TWICE_EVERY = 100;

    private static final int FAILURES_MAX = 20;

    /** @param message what was broken, and how to see it again */
    public record Failure(long seed, String message) {}

    private final long faultMillis;
    private final AtomicLong nextSeed;
    private final List<Failure> failures = new ArrayList<>();
    private final Events events = new Events();
    private long runs;
    private long twice;
    private long steps;
    private long acknowledged;

    /**
     * @param firstSeed of the seeds, which follow one another
     * @param faultMillis how long the faults of each run last, of virtual time
     */
    public Campaign(long firstSeed, long faultMillis) {
        this.nextSeed = new AtomicLong(firstSeed);
        this.faultMillis = faultMillis;
    }

    /**
     * Runs until it is told to stop or too much has failed.
     *
     * @param goOn asked before each run, by any of the threads
     * @param failed told of each failure, by any of the threads
     */
    public void run(int threads, BooleanSupplier goOn, Consumer<Failure> failed) throws InterruptedException {
        List<Thread> workers = new ArrayList<>();
        for (int i = 0; i < threads; i++) {
            Thread worker = new Thread(() -> work(goOn, failed), "simulation-" + i);
            workers.add(worker);
            worker.start();
        }
        for (Thread worker : workers) {
            worker.join();
        }
    }

    private void work(BooleanSupplier goOn, Consumer<Failure> failed) {
        while (goOn.getAsBoolean() && failures().size() < FAILURES_MAX) {
            long seed = nextSeed.getAndIncrement();
            try {
                Simulation first = simulate(seed);
                if (seed % TWICE_EVERY == 0) {
                    requireSame(seed, first, simulate(seed));
                }
            } catch (RuntimeException | Error e) {
                Failure failure = new Failure(seed, told(e));
                add(failure);
                failed.accept(failure);
            }
        }
    }

    /** Of what no check found, the class says more than the message. */
    static String told(Throwable failure) {
        return failure instanceof SimulationFailure ? failure.getMessage() : failure.toString();
    }

    private Simulation simulate(long seed) {
        Simulation simulation = new Simulation(seed, SimulationOptions.drawn(seed, faultMillis));
        int written = simulation.run();
        count(simulation, written);
        return simulation;
    }

    private void requireSame(long seed, Simulation first, Simulation second) {
        synchronized (this) {
            twice++;
        }
        if (first.digest() != second.digest()) {
            throw new SimulationFailure(
                    "seed " + seed + " left two traces: " + Long.toHexString(first.digest()) + " in " + first.steps()
                            + " steps and " + Long.toHexString(second.digest()) + " in " + second.steps());
        }
    }

    private synchronized void count(Simulation simulation, int written) {
        runs++;
        steps += simulation.steps();
        acknowledged += written;
        events.add(simulation.events());
    }

    private synchronized void add(Failure failure) {
        failures.add(failure);
    }

    /** In the order in which they were found. */
    public synchronized List<Failure> failures() {
        return List.copyOf(failures);
    }

    /** Those that ended well. */
    public synchronized long runs() {
        return runs;
    }

    /** Batches that were acknowledged by all in-sync replicas. */
    public synchronized long acknowledged() {
        return acknowledged;
    }

    /** What never happened, though it must somewhere. */
    public synchronized List<Event> missing() {
        return events.counts().entrySet().stream()
                .filter(entry -> entry.getValue() == 0)
                .map(java.util.Map.Entry::getKey)
                .toList();
    }

    /** For people. */
    public synchronized String report(double seconds) {
        return String.format(
                java.util.Locale.ROOT,
                "%d seeds of %d s (%d run twice), %d failed; %d steps, %.0f in a second; %d batches acknowledged; %s",
                runs,
                faultMillis / 1_000,
                twice,
                failures.size(),
                steps,
                steps / seconds,
                acknowledged,
                events);
    }
}
