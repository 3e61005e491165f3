package io.kontiki.simulation.campaign;

import io.kontiki.simulation.Event;
import io.kontiki.simulation.Fault;
import io.kontiki.simulation.SimulationOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;

/**
 * A campaign as {@code simulation/run swarm} asks for it. Two files tell of it at any time: the seeds that failed, with what
 * is left of their faults, and how far it is.
 */
final class SwarmCommand {
    /** In a campaign of fewer, what happens seldom may not have happened. */
    private static final long SEEDS_FOR_ALL_EVENTS = 500;

    private static final long PROGRESS_SECONDS = 10;
    private static final long SHRINK_SECONDS_MAX = 300;
    private static final String FAILED = "failing-seeds.txt";
    private static final String SUMMARY = "swarm-summary.txt";

    private final long startNanos = System.nanoTime();
    private final AtomicLong started = new AtomicLong();
    private final SwarmOptions options;
    private final Path directory;
    private final Campaign campaign;

    /** @param directory for the files */
    SwarmCommand(SwarmOptions options, Path directory) {
        this(
                options,
                directory,
                new Campaign(options.firstSeed(), TimeUnit.SECONDS.toMillis(options.simulatedSeconds())));
    }

    SwarmCommand(SwarmOptions options, Path directory, Campaign campaign) {
        this.options = options;
        this.directory = directory;
        this.campaign = campaign;
    }

    /** Whether all seeds kept the promises and every event happened. */
    boolean run() throws InterruptedException {
        Thread progress = new Thread(this::tellNowAndThen, "progress");
        progress.setDaemon(true);
        progress.start();
        BooleanSupplier goOn =
                () -> started.getAndIncrement() < options.seeds() && seconds() < 60.0 * options.minutes();
        campaign.run(options.threads(), goOn, this::keep);
        progress.interrupt();
        progress.join();
        boolean convincing = isConvincing(campaign, SEEDS_FOR_ALL_EVENTS);
        System.out.println(campaign.report(seconds()));
        summarize(convincing ? "ended well" : "FAILED");
        return convincing;
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

    // ---- How far it is

    private void tellNowAndThen() {
        try {
            while (true) {
                TimeUnit.SECONDS.sleep(PROGRESS_SECONDS);
                System.out.println(progress(options, campaign, seconds()));
                summarize("under way");
            }
        } catch (InterruptedException e) {
            // It has ended.
        }
    }

    static String progress(SwarmOptions options, Campaign campaign, double seconds) {
        double perSecond = campaign.seeds() / seconds;
        String left = "";
        if (options.minutes() != SwarmOptions.NO_END) {
            left = String.format(Locale.ROOT, ", %.0f s left", Math.max(0, 60.0 * options.minutes() - seconds));
        } else if (options.seeds() != SwarmOptions.NO_END && perSecond > 0) {
            left = String.format(Locale.ROOT, ", %.0f s left", (options.seeds() - campaign.seeds()) / perSecond);
        }
        return String.format(
                Locale.ROOT,
                "%.0f s: %d seeds, %d failed, %.2f seeds in a second%s; all below --seed %d have ended",
                seconds,
                campaign.seeds(),
                campaign.failures().size(),
                perSecond,
                left,
                campaign.endedBelow());
    }

    /** In place of what the file told before. */
    private void summarize(String state) {
        StringBuilder text = new StringBuilder("swarm " + state + ", " + options + '\n')
                .append(progress(options, campaign, seconds()))
                .append('\n')
                .append(campaign.report(seconds()))
                .append('\n');
        campaign.failures()
                .forEach(failure -> text.append("failed: --seed ")
                        .append(failure.seed())
                        .append(" --simulated-seconds ")
                        .append(options.simulatedSeconds())
                        .append(": ")
                        .append(firstLine(failure))
                        .append('\n'));
        write(SUMMARY, text.toString(), StandardOpenOption.TRUNCATE_EXISTING);
    }

    // ---- What failed

    private void keep(Campaign.Failure failure) {
        String replay = "--seed " + failure.seed() + " --simulated-seconds " + options.simulatedSeconds();
        write(FAILED, replay + '\n' + failure.message() + "\n\n", StandardOpenOption.APPEND);
        summarize("under way");
        System.out.printf("seed %d failed: %s%n", failure.seed(), firstLine(failure));
        if (!failure.hangs()) {
            String shrunk = replay + shrunk(failure.seed()) + '\n';
            System.out.println(shrunk);
            write(FAILED, shrunk, StandardOpenOption.APPEND);
        }
    }

    private static String firstLine(Campaign.Failure failure) {
        return failure.message().lines().findFirst().orElse("");
    }

    private String shrunk(long seed) {
        long millis = TimeUnit.SECONDS.toMillis(options.simulatedSeconds());
        double end = seconds() + SHRINK_SECONDS_MAX;
        List<Fault> left = Shrinking.of(seed, millis, () -> seconds() < end);
        Optional<String> broken = Shrinking.failure(seed, SimulationOptions.drawn(seed, millis), left);
        StringBuilder text = new StringBuilder(" with these faults alone: ")
                .append(broken.orElse("nothing"))
                .append('\n');
        left.forEach(fault -> text.append("    ").append(fault).append('\n'));
        return text.toString();
    }

    private synchronized void write(String name, String text, StandardOpenOption how) {
        try {
            Files.createDirectories(directory);
            Files.writeString(directory.resolve(name), text, StandardOpenOption.CREATE, StandardOpenOption.WRITE, how);
        } catch (IOException e) {
            System.err.println("cannot write " + directory.resolve(name) + ": " + e);
        }
    }
}
