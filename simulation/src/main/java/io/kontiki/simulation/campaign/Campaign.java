package io.kontiki.simulation.campaign;

import io.kontiki.simulation.Event;
import io.kontiki.simulation.Events;
import io.kontiki.simulation.Simulation;
import io.kontiki.simulation.SimulationFailure;
import io.kontiki.simulation.SimulationOptions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.LongFunction;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;

/**
 * Simulations of consecutive seeds, on some threads. A seed that takes all memory, or does not come to its end, has failed as
 * one has that breaks a promise, and the others go on. Thread-safe.
 */
public final class Campaign {
    /** One seed of so many is run twice, and must leave the same trace. */
    private static final long TWICE_EVERY = 100;

    private static final int FAILURES_MAX = 20;
    /** Of real time; much more than the most steps that a simulation may take need on a busy machine. */
    private static final Duration SEED_MAX = Duration.ofMinutes(10);

    /** Of real time, for whoever is told of a failure. */
    static final Duration TELL_MAX = Duration.ofMinutes(30);

    private static final long WATCH_MILLIS = 500;

    /**
     * @param message what was broken, and how to see it again
     * @param hangs whether it did not come to its end
     */
    public record Failure(long seed, String message, boolean hangs) {}

    private final long firstSeed;
    private final long faultMillis;
    private final LongFunction<Simulation> simulations;
    private final LongSupplier nanoTime;
    private final List<Failure> failures = new ArrayList<>();
    private final TreeSet<Long> underWay = new TreeSet<>();
    private final Events events = new Events();
    private long nextSeed;
    private long runs;
    private long twice;
    private long steps;
    private long acknowledged;

    /**
     * @param firstSeed of the seeds, which follow one another
     * @param faultMillis how long the faults of each run last, of virtual time
     */
    public Campaign(long firstSeed, long faultMillis) {
        this(
                firstSeed,
                faultMillis,
                System::nanoTime,
                seed -> new Simulation(seed, SimulationOptions.drawn(seed, faultMillis)));
    }

    /** @param nanoTime real time */
    Campaign(long firstSeed, long faultMillis, LongSupplier nanoTime, LongFunction<Simulation> simulations) {
        this.firstSeed = firstSeed;
        this.nextSeed = firstSeed;
        this.faultMillis = faultMillis;
        this.nanoTime = nanoTime;
        this.simulations = simulations;
    }

    /**
     * Runs until it is told to stop or too much has failed.
     *
     * @param goOn asked before each run, by any of the threads
     * @param failed told of each failure, by any of the threads
     */
    public void run(int threads, BooleanSupplier goOn, Consumer<Failure> failed) throws InterruptedException {
        List<Worker> workers = new ArrayList<>();
        for (int i = 0; i < threads; i++) {
            workers.add(new Worker(goOn, failed));
        }
        while (!workers.isEmpty()) {
            workers.get(0).thread.join(WATCH_MILLIS);
            workers.removeIf(worker -> !worker.thread.isAlive());
            workers.replaceAll(worker -> worker.isLate() ? insteadOf(worker) : worker);
        }
    }

    /** No thread can be stopped: this one is left alone, and what comes of it does not count. */
    private Worker insteadOf(Worker late) {
        Optional<Failure> hangs = late.abandon();
        hangs.ifPresent(late.failed);
        return new Worker(late.goOn, late.failed);
    }

    /** A thread that runs one seed after the other. */
    private final class Worker {
        private final BooleanSupplier goOn;
        private final Consumer<Failure> failed;
        private final Thread thread = new Thread(this::work, "simulation");
        // What follows is guarded by the campaign.
        private long seed;
        private boolean running;
        private boolean abandoned;
        private long deadlineNanos;

        Worker(BooleanSupplier goOn, Consumer<Failure> failed) {
            this.goOn = goOn;
            this.failed = failed;
            thread.setDaemon(true);
            limit(SEED_MAX);
            thread.start();
        }

        private void limit(Duration duration) {
            synchronized (Campaign.this) {
                deadlineNanos = nanoTime.getAsLong() + duration.toNanos();
            }
        }

        private void work() {
            while (goOn.getAsBoolean() && begin()) {
                try {
                    Simulation first = simulate();
                    if (seed % TWICE_EVERY == 0) {
                        requireSame(seed, first, simulate());
                    }
                    end(Optional.empty());
                } catch (RuntimeException | Error e) {
                    end(Optional.of(new Failure(seed, told(e), false))).ifPresent(failed);
                }
            }
        }

        private boolean begin() {
            synchronized (Campaign.this) {
                if (abandoned || failures.size() >= FAILURES_MAX) {
                    return false;
                }
                seed = nextSeed++;
                underWay.add(seed);
                running = true;
                limit(SEED_MAX);
                return true;
            }
        }

        private Simulation simulate() {
            Simulation simulation = simulations.apply(seed);
            int written = simulation.run();
            synchronized (Campaign.this) {
                if (!abandoned) {
                    count(simulation, written);
                }
            }
            return simulation;
        }

        /** @return the failure, if it is the first that is heard of this seed */
        private Optional<Failure> end(Optional<Failure> failure) {
            synchronized (Campaign.this) {
                if (abandoned) {
                    return Optional.empty();
                }
                running = false;
                underWay.remove(seed);
                limit(TELL_MAX);
                failure.ifPresent(failures::add);
                return failure;
            }
        }

        boolean isLate() {
            synchronized (Campaign.this) {
                return nanoTime.getAsLong() - deadlineNanos > 0;
            }
        }

        /** Its seed has failed, unless it has ended and it is the telling that hangs. */
        Optional<Failure> abandon() {
            synchronized (Campaign.this) {
                Optional<Failure> hangs = running
                        ? end(Optional.of(
                                new Failure(seed, "no end after " + SEED_MAX.toSeconds() + " s" + place(), true)))
                        : Optional.empty();
                abandoned = true;
                return hangs;
            }
        }

        private String place() {
            return Arrays.stream(thread.getStackTrace())
                    .map(frame -> "\n    at " + frame)
                    .collect(Collectors.joining());
        }
    }

    /** Of what no check found, the class says more than the message. */
    static String told(Throwable failure) {
        return failure instanceof SimulationFailure ? failure.getMessage() : failure.toString();
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

    private void count(Simulation simulation, int written) {
        runs++;
        steps += simulation.steps();
        acknowledged += written;
        events.add(simulation.events());
    }

    /** In the order in which they were found. */
    public synchronized List<Failure> failures() {
        return List.copyOf(failures);
    }

    /** Those that ended well; a seed that ran twice counts twice. */
    public synchronized long runs() {
        return runs;
    }

    /** Seeds that have ended, well or not. */
    public synchronized long seeds() {
        return nextSeed - firstSeed - underWay.size();
    }

    /** All seeds below it have ended: a campaign that was interrupted goes on with it. */
    public synchronized long endedBelow() {
        return underWay.isEmpty() ? nextSeed : underWay.first();
    }

    /** Batches that were acknowledged by all in-sync replicas. */
    public synchronized long acknowledged() {
        return acknowledged;
    }

    /** What happened in all runs that ended well. */
    public synchronized Events events() {
        Events sum = new Events();
        sum.add(events);
        return sum;
    }

    /** What never happened, though it must somewhere. */
    public synchronized List<Event> missing() {
        return events.missing();
    }

    /** For people. */
    public synchronized String report(double seconds) {
        return String.format(
                Locale.ROOT,
                "%d seeds of %d s (%d run twice), %d failed; %d steps, %.0f in a second; %d batches acknowledged; %s",
                seeds(),
                TimeUnit.MILLISECONDS.toSeconds(faultMillis),
                twice,
                failures.size(),
                steps,
                steps / seconds,
                acknowledged,
                events);
    }
}
