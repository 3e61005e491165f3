package io.kontiki.chaos;

import io.kontiki.chaos.cluster.BrokerSetup;
import io.kontiki.chaos.cluster.Layout;
import io.kontiki.chaos.cluster.Layout.NetworkKind;
import io.kontiki.chaos.fault.Fault;
import io.kontiki.chaos.fault.Schedule;
import io.kontiki.chaos.network.NamespaceNetwork;
import io.kontiki.chaos.report.Report;
import io.kontiki.faults.Tools;
import io.kontiki.localcluster.ClassArchive;
import io.kontiki.localcluster.Console;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.logging.LogManager;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

/** {@code chaos/run}. Exit codes: 0 nothing is wrong; 1 something is, or the run failed; 2 wrong arguments. */
@Command(
        name = "chaos/run",
        mixinStandardHelpOptions = true,
        scope = ScopeType.INHERIT,
        sortOptions = false,
        description = "Breaks a cluster of real processes under a load, and checks what its clients saw.",
        subcommands = {CheckAgain.class, PowerCuts.class, RollingRestarts.class})
public final class Main implements Callable<Integer> {
    private static final int EXIT_WRONG = 1;

    @Spec
    private CommandLine.Model.CommandSpec spec;

    @Option(
            names = "--brokers",
            scope = ScopeType.INHERIT,
            defaultValue = "5",
            description = "brokers of the cluster (default 5)")
    private int brokers;

    @Option(
            names = "--voters",
            scope = ScopeType.INHERIT,
            description = "how many of them hold the metadata (default 3, or 1 with fewer brokers)")
    private Integer voters;

    @Option(
            names = "--partitions",
            scope = ScopeType.INHERIT,
            defaultValue = "6",
            description = "partitions of the topic (default 6)")
    private int partitions;

    @Option(
            names = "--flush",
            scope = ScopeType.INHERIT,
            defaultValue = "ack",
            description = "its flush.mode, ack or os (default ack)")
    private String flush;

    @Option(
            names = "--rate",
            scope = ScopeType.INHERIT,
            defaultValue = "500",
            description = "records sent in a second, in all (default 500)")
    private int rate;

    @Option(names = "--minutes", defaultValue = "2", description = "how long faults strike (default 2)")
    private double minutes;

    /** In the help. */
    static final class FaultNames implements Iterable<String> {
        @Override
        public Iterator<String> iterator() {
            return Arrays.stream(Fault.values()).map(Fault::label).iterator();
        }
    }

    /** In the help. */
    static final class ScenarioNames implements Iterable<String> {
        @Override
        public Iterator<String> iterator() {
            return Scenarios.NAMES.iterator();
        }
    }

    @Option(
            names = "--faults",
            split = ",",
            completionCandidates = FaultNames.class,
            description = "only these; default all that can be done here: ${COMPLETION-CANDIDATES}")
    private List<String> faults;

    @Option(
            names = "--seed",
            scope = ScopeType.INHERIT,
            description = "what the schedule is drawn from (default: by the clock)")
    private Long seed;

    @Option(
            names = "--scenario",
            completionCandidates = ScenarioNames.class,
            description = "a scenario of the fault catalogue instead: ${COMPLETION-CANDIDATES}")
    private String scenario;

    @Option(names = "--schedule", description = "a schedule from a file instead")
    private Path scheduleFile;

    @Option(names = "--proxies", description = "join the brokers by proxies though namespaces could be made")
    private boolean proxies;

    @Option(
            names = "--serving",
            scope = ScopeType.INHERIT,
            defaultValue = "30",
            description =
                    "seconds after healing within which every partition must take records (default 30, the promise; "
                            + "on a busy machine processes alone may need longer to start)")
    private int servingSeconds;

    @Option(
            names = "--set",
            scope = ScopeType.INHERIT,
            paramLabel = "KEY=VALUE",
            description =
                    "configuration of every broker, such as broker.session.timeout.ms=9s; on a busy machine longer "
                            + "time-outs keep the cluster from electing all the time")
    private Map<String, String> config = new TreeMap<>();

    @Option(names = "--report", scope = ScopeType.INHERIT, description = "directory for the report; it must not exist")
    private Path report;

    @Option(
            names = "--jvm",
            scope = ScopeType.INHERIT,
            paramLabel = "OPTIONS",
            description =
                    "of the brokers' JVM; an empty text for those of the distribution (default: such that a start costs "
                            + "little, as brokers live for seconds)")
    private String jvmOptions;

    /** What the verdict is printed as. */
    enum Output {
        TEXT,
        JSON
    }

    @Option(
            names = "--output",
            scope = ScopeType.INHERIT,
            defaultValue = "text",
            description = "the verdict as text or json (default text); progress is told on standard error")
    private Output output;

    @Option(names = "--distribution", scope = ScopeType.INHERIT, hidden = true, required = true)
    private Path distribution;

    @Option(names = "--runs", scope = ScopeType.INHERIT, hidden = true, required = true)
    private Path runs;

    private Main() {}

    /** Runs one command line and ends the process. */
    public static void main(String[] args) {
        // Libraries speak of broken connections, and breaking them is what this program is for.
        LogManager.getLogManager().reset();
        CommandLine commands = new CommandLine(new Main());
        commands.setCaseInsensitiveEnumValuesAllowed(true);
        commands.setExecutionExceptionHandler((e, command, parsed) -> {
            // Of the caller's making, or of the cluster's: the message says it all.
            boolean expected = e instanceof IllegalArgumentException
                    || e instanceof IllegalStateException
                    || e instanceof IOException;
            if (expected) {
                command.getErr().println("chaos/run: " + (e instanceof IOException ? e : e.getMessage()));
            } else {
                e.printStackTrace(command.getErr());
            }
            return e instanceof IllegalArgumentException
                    ? command.getCommandSpec().exitCodeOnInvalidInput()
                    : EXIT_WRONG;
        });
        System.exit(commands.execute(args));
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        Optional<String> disksObstacle = Tools.fileSystemsObstacle();
        String title;
        Schedule schedule;
        if (scenario != null) {
            schedule = Scenarios.load(scenario);
            title = "Scenario " + scenario;
        } else if (scheduleFile != null) {
            schedule = Schedule.parse(Files.readAllLines(scheduleFile));
            title = "Schedule " + scheduleFile;
        } else {
            List<Fault> chosen = chosen(disksObstacle);
            Duration length = Duration.ofMillis(Math.round(minutes * 60_000));
            schedule = Schedule.draw(seed(), chosen, brokers, partitions, length);
            title = "Seed " + seed();
        }
        return run(title, schedule);
    }

    /** Carries out a schedule on the cluster that it asks for. */
    int run(String title, Schedule schedule) throws IOException, InterruptedException {
        schedule.settings().forEach((name, value) -> {
            if (name.contains(".")) {
                config.putIfAbsent(name, value);
            }
        });
        return run(title, layout(schedule), new Run.Scheduled(schedule));
    }

    /** The seed given, or else one for this process. */
    long seed() {
        if (seed == null) {
            seed = System.currentTimeMillis();
        }
        return seed;
    }

    /** Carries it out, tells what came of it, and returns the exit code. */
    int run(String title, Layout layout, Run.Assault assault) throws IOException, InterruptedException {
        Path directory = newDirectory();
        Console console = new Console(System.err, System.console() != null);
        console.line(title + ": " + layout + ", report in " + directory);
        String jvm = jvmOptions != null ? jvmOptions : ClassArchive.jvmOptions(distribution, runs);
        BrokerSetup setup = new BrokerSetup(distribution, jvm, config);
        Report result = new Run(title, layout, setup, assault, directory, rate, servingMax(), console).execute();
        System.out.print(output == Output.JSON ? result.json() : result.text());
        console.line("report: " + directory.resolve("report.html"));
        return result.verdict().clean() ? 0 : EXIT_WRONG;
    }

    Duration servingMax() {
        return Duration.ofSeconds(servingSeconds);
    }

    /** A cluster of which only disks will be broken. */
    Layout layoutWithDisks() {
        return new Layout(brokers, votersOf(brokers), partitions, flush, NetworkKind.PLAIN, true, false);
    }

    private int votersOf(int count) {
        return voters != null ? voters : count < 3 ? 1 : 3;
    }

    private List<Fault> chosen(Optional<String> disksObstacle) {
        List<Fault> wanted = faults == null
                ? Arrays.stream(Fault.values())
                        .filter(Fault::drawn)
                        .filter(fault -> flush.equals("ack") || fault != Fault.POWER_CUT_ALL)
                        .toList()
                : faults.stream().map(Fault::parse).toList();
        disksObstacle.ifPresent(why -> System.err.println("without faults of disks: " + why));
        Optional<String> clocksObstacle = Tools.compilerObstacle();
        clocksObstacle.ifPresent(why -> System.err.println("without faults of clocks: " + why));
        return wanted.stream()
                .filter(fault -> !fault.needsDisks() || disksObstacle.isEmpty())
                .filter(fault -> !fault.needsClocks() || clocksObstacle.isEmpty())
                .toList();
    }

    private Layout layout(Schedule schedule) {
        Optional<String> disksObstacle = Tools.fileSystemsObstacle();
        boolean needsNetwork =
                schedule.strikes().stream().anyMatch(strike -> strike.fault().needsNetwork());
        boolean needsDisks =
                schedule.strikes().stream().anyMatch(strike -> strike.fault().needsDisks());
        if (needsDisks && disksObstacle.isPresent()) {
            throw new ParameterException(spec.commandLine(), "the schedule cannot be run here: " + disksObstacle.get());
        }
        boolean needsClocks =
                schedule.strikes().stream().anyMatch(strike -> strike.fault().needsClocks());
        int count = setting(schedule, "brokers", brokers);
        int voting = setting(schedule, "voters", votersOf(count));
        String mode = schedule.settings().getOrDefault("flush", flush);
        NetworkKind kind = needsNetwork ? networkKind() : NetworkKind.PLAIN;
        return new Layout(
                count, voting, setting(schedule, "partitions", partitions), mode, kind, needsDisks, needsClocks);
    }

    private NetworkKind networkKind() {
        if (proxies) {
            return NetworkKind.PROXIES;
        }
        Optional<String> obstacle = NamespaceNetwork.obstacle();
        obstacle.ifPresent(why -> System.err.println("with proxies instead of network namespaces: " + why));
        return obstacle.isPresent() ? NetworkKind.PROXIES : NetworkKind.NAMESPACES;
    }

    private static int setting(Schedule schedule, String name, int otherwise) {
        String value = schedule.settings().get(name);
        return value == null ? otherwise : Integer.parseInt(value);
    }

    private Path newDirectory() throws IOException {
        if (report != null) {
            return Files.createDirectory(report.toAbsolutePath());
        }
        String name = "run-" + LocalDateTime.now().format(DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss"));
        return Files.createDirectory(
                Files.createDirectories(runs.toAbsolutePath()).resolve(name));
    }
}
