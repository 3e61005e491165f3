package io.kontiki.simulation.campaign;

import io.kontiki.simulation.Event;
import io.kontiki.simulation.Fault;
import io.kontiki.simulation.SimulationOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;

/**
 * A campaign as {@code simulation/run swarm} asks for it: {@code [--seeds N | --minutes N | --forever] [--seed FIRST] [--threads N]
 * [--simulated-seconds N]}. Seeds that fail are kept in a file, with what is left of their faults.
 */
final class SwarmCommand {
    private static final long SIMULATED_SECONDS = 600;
    private static final long SEEDS = 100;
    /** In a campaign of fewer, what happens seldom may not have happened. */
    private static final long SEEDS_FOR_ALL_EVENTS = 500;

    private static final long PROGRESS_SECONDS = 10;
    private static final Path FAILED = Path.of("target", "failing-seeds.txt");

    private final long startNanos = System.nanoTime();
    private final AtomicLong started = new AtomicLong();
    private long seeds = SEEDS;
    private long minutes = Long.MAX_VALUE;
    private long firstSeed = 1;
    private long simulatedSeconds = SIMULATED_SECONDS;
    private int threads = Math.max(1, Runtime.getRuntime().availableProcessors() - 1);

    private SwarmCommand() {}

    /**
     * Whether all seeds kept the promises and every event happened.
     *
     * @throws IllegalArgumentException if an argument is unknown or no number
     */
    static boolean run(String... args) throws InterruptedException {
        SwarmCommand command = new SwarmCommand();
        command.parse(args);
        return command.run();
    }

    private void parse(String[] args) {
        for (int i = 0; i < args.length; i++) {
            if (args[i].equals("--forever")) {
                seeds = Long.MAX_VALUE;
                continue;
            }
            if (i + 1 == args.length) {
                throw new IllegalArgumentException(args[i] + " lacks a number");
            }
            long value = Long.parseLong(args[i + 1]);
            switch (args[i]) {
                case "--seeds" -> seeds = value;
                case "--minutes" -> {
                    minutes = value;
                    seeds = Long.MAX_VALUE;
                }
                case "--seed" -> firstSeed = value;
                case "--threads" -> threads = (int) Math.max(1, Math.min(value, 1_000));
                case "--simulated-seconds" -> simulatedSeconds = value;
                default -> throw new IllegalArgumentException(args[i]);
            }
            i++;
        }
    }

    private boolean run() throws InterruptedException {
        Campaign campaign = new Campaign(firstSeed, TimeUnit.SECONDS.toMillis(simulatedSeconds));
        Thread progress = new Thread(() -> tellNowAndThen(campaign), "progress");
        progress.setDaemon(true);
        progress.start();
        BooleanSupplier goOn = () -> started.getAndIncrement() < seeds && seconds() < 60.0 * minutes;
        campaign.run(threads, goOn, this::keep);
        System.out.println(campaign.report(seconds()));
        return isConvincing(campaign, SEEDS_FOR_ALL_EVENTS);
    }

    /** Whether all went well and, if it was that long, every event happened. */
    static boolean isConvincing(Campaign campaign, long seedsForAllEvents) {
        List<Event> missing = campaign.runs() < seedsForAllEvents ? List.of() : campaign.missing();
        if (!missing.isEmpty()) {
            System.out.println("never happened: " + missing);
        }
        return campaign.failures().isEmpty() && missing.isEmpty();
    }

    private double seconds() {
        return (System.nanoTime() - startNanos) / 1e9;
    }

    private void tellNowAndThen(Campaign campaign) {
        try {
            while (true) {
                TimeUnit.SECONDS.sleep(PROGRESS_SECONDS);
                System.out.printf(
                        "%.0f s: %d seeds, %d failed%n",
                        seconds(), campaign.runs(), campaign.failures().size());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private synchronized void keep(Campaign.Failure failure) {
        long millis = TimeUnit.SECONDS.toMillis(simulatedSeconds);
        System.out.printf(
                "seed %d failed: %s; looking which of its faults it takes%n",
                failure.seed(), failure.message().lines().findFirst().orElse(""));
        List<Fault> left = Shrinking.of(failure.seed(), millis);
        Optional<String> broken =
                Shrinking.failure(failure.seed(), SimulationOptions.drawn(failure.seed(), millis), left);
        StringBuilder text = new StringBuilder("--seed " + failure.seed() + " --simulated-seconds " + simulatedSeconds)
                .append('\n')
                .append(failure.message())
                .append("\nwith these faults alone: ")
                .append(broken.orElse("nothing"))
                .append('\n');
        left.forEach(fault -> text.append("    ").append(fault).append('\n'));
        System.out.println(text);
        try {
            Files.createDirectories(FAILED.getParent());
            Files.writeString(FAILED, text.append('\n'), StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        } catch (IOException e) {
            System.err.println("cannot write " + FAILED + ": " + e);
        }
    }
}
