package io.kontiki.cli;

import io.kontiki.cli.output.DocumentFormat;
import io.kontiki.cli.output.ListFormat;
import io.kontiki.cli.output.ReferenceFormat;
import io.kontiki.client.Acks;
import io.kontiki.client.Assignor;
import io.kontiki.client.Compression;
import io.kontiki.client.Header;
import io.kontiki.client.Position;
import io.kontiki.client.TopicPartition;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ScopeType;

/**
 * The whole command but the process: builds the tree of commands, runs one command line, and reports what went wrong.
 * Used once. Everything outside comes in by the constructor, and nothing here ends the virtual machine.
 */
@Command(
        name = "kontiki",
        description = "A replicated message broker, and the tools to use it.",
        versionProvider = Version.class,
        mixinStandardHelpOptions = true,
        scope = ScopeType.INHERIT,
        synopsisSubcommandLabel = "COMMAND",
        sortOptions = false,
        exitCodeOnInvalidInput = ExitCode.USAGE)
final class Kontiki extends CommandGroup {
    private final Terminal terminal;
    private final CommandLine commandLine;

    @Mixin
    private GlobalOptions options = new GlobalOptions();

    Kontiki(Terminal terminal, InstantSource clock, StopSignal stop) {
        this.terminal = terminal;
        var clients = new Clients(terminal, options);
        var messages = new Messages(terminal, options);
        // It warns of quotes in what users give, and shows it.
        CommandLine.tracer().setLevel(CommandLine.TraceLevel.OFF);
        commandLine = new CommandLine(this)
                .addSubcommand(serverCommands(messages, stop))
                .addSubcommand(topicCommands(clients, messages))
                .addSubcommand(new Produce(terminal, clients, messages, stop))
                .addSubcommand(new Consume(terminal, clients, messages, options, new GroupMembership(clock), stop))
                .addSubcommand(groupCommands(clients, messages, clock, stop))
                .addSubcommand(perfCommands(clients, messages, stop))
                .addSubcommand(clusterCommands(clients, messages))
                .addSubcommand(group(
                        new BrokerCommands(),
                        new BrokerList(terminal, clients, messages),
                        new BrokerLogDirs(terminal, clients),
                        new BrokerMoveLog(terminal, clients, messages),
                        new BrokerDecommission(terminal, clients, messages),
                        new BrokerUnregister(terminal, clients, messages)))
                .addSubcommand(partitionCommands(clients, messages))
                .addSubcommand(group(
                        new QuorumCommands(),
                        new QuorumStatus(terminal, clients, messages),
                        new QuorumChange.Add(clients, messages),
                        new QuorumChange.Remove(clients, messages),
                        new QuorumChange.Replace(clients, messages),
                        new QuorumChange.Transfer(clients, messages),
                        new QuorumSnapshot(terminal, clients, messages)))
                .addSubcommand(metaCommands(clients, messages, stop))
                .addSubcommand(new Doctor(terminal, clients, messages, clock))
                .addSubcommand(
                        group(new LogCommands(), new LogDump(terminal, messages), new LogVerify(terminal, messages)));
        withoutClientOptions(commandLine.getSubcommands().get("server").getCommandSpec());
        withoutClientOptions(commandLine.getSubcommands().get("log").getCommandSpec());
        commandLine
                .registerConverter(Duration.class, new DurationText())
                .registerConverter(Position.class, new PositionText(clock))
                .registerConverter(PartitionNumbers.class, new PartitionNumbers.Text())
                .registerConverter(TopicPartition.class, new PartitionText())
                .registerConverter(TopicChoice.class, new TopicChoice.Text())
                .registerConverter(Assignor.class, new AssignorText())
                .registerConverter(BrokerIds.class, new BrokerIds.Text())
                .registerConverter(Throttle.class, new Throttle.Text())
                .registerConverter(Header.class, new HeaderText())
                .registerConverter(Acks.class, new AcksText())
                .registerConverter(Compression.class, new CodecText())
                .registerConverter(PartitionerChoice.class, new OneOf<>(PartitionerChoice.class))
                .registerConverter(ReadUntil.class, new OneOf<>(ReadUntil.class))
                .registerConverter(ListFormat.class, new OneOf<>(ListFormat.class))
                .registerConverter(ReferenceFormat.class, new OneOf<>(ReferenceFormat.class))
                .registerConverter(DocumentFormat.class, new OneOf<>(DocumentFormat.class))
                .registerConverter(RecordOutput.class, new OneOf<>(RecordOutput.class))
                .setParameterExceptionHandler((misuse, args) -> print(Misuse.of(misuse)))
                .setExecutionExceptionHandler((thrown, command, parsed) -> report(thrown));
    }

    /** The tree of all commands. */
    CommandLine commandLine() {
        return commandLine;
    }

    /** Runs one command line and returns the exit code. */
    int run(String... args) {
        boolean helpColours = terminal.coloursAllowed(terminal.outIsTerminal())
                && !List.of(args).contains("--no-color");
        commandLine.setColorScheme(Help.defaultColorScheme(helpColours ? Help.Ansi.ON : Help.Ansi.OFF));
        commandLine.setOut(terminal.textOut());
        try {
            int code = commandLine.execute(args);
            commandLine.getOut().flush();
            return code;
        } catch (Error e) {
            return report(e);
        }
    }

    private CommandLine serverCommands(Messages messages, StopSignal stop) {
        return group(
                new ServerCommands(),
                new ServerStart(terminal, messages, stop),
                new ServerStop(terminal, messages),
                new ServerArchive(messages),
                new ServerCheckConfig(terminal, messages),
                new ServerConfigDocs(terminal));
    }

    private CommandLine clusterCommands(Clients clients, Messages messages) {
        return group(
                new ClusterCommands(),
                new ClusterInfo(terminal, clients, messages),
                group(
                        new ClusterConfigCommands(),
                        new ClusterConfigGet(terminal, clients),
                        new ClusterConfigSet(terminal, clients, messages),
                        new ClusterConfigUnset(terminal, clients, messages)));
    }

    private CommandLine topicCommands(Clients clients, Messages messages) {
        return group(
                new TopicCommands(),
                new TopicList(terminal, clients),
                new TopicDescribe(terminal, clients),
                new TopicCreate(clients, messages),
                new TopicAlter(clients, messages),
                new TopicAddPartitions(clients, messages),
                new TopicTrim(terminal, clients, messages),
                new TopicDelete(terminal, clients, messages));
    }

    private CommandLine partitionCommands(Clients clients, Messages messages) {
        return group(
                new PartitionCommands(),
                new PartitionList(terminal, clients, messages),
                new PartitionDescribe(terminal, clients, messages),
                new PartitionReassign(terminal, clients, messages),
                new PartitionElectLeader(terminal, clients, messages, options),
                new PartitionBalance(terminal, clients, messages));
    }

    private CommandLine groupCommands(Clients clients, Messages messages, InstantSource clock, StopSignal stop) {
        return group(
                new GroupCommands(),
                new GroupList(terminal, clients),
                new GroupDescribe(terminal, clients),
                new GroupLag(terminal, clients, messages, clock, stop),
                new GroupReset(terminal, clients, messages),
                new GroupDelete(terminal, clients, messages),
                new GroupForget(terminal, clients, messages),
                new GroupRemoveMember(clients, messages));
    }

    private CommandLine perfCommands(Clients clients, Messages messages, StopSignal stop) {
        return group(
                new PerfCommands(),
                new PerfProduce(terminal, clients, messages, stop),
                new PerfConsume(terminal, clients, messages, options, stop),
                new PerfLatency(terminal, clients, messages, options, stop));
    }

    private CommandLine metaCommands(Clients clients, Messages messages, StopSignal stop) {
        var metaOptions = new MetaOptions();
        var session = new MetaSession(terminal, messages, metaOptions, MetaOpening.of(metaOptions, clients, messages));
        return new CommandLine(new MetaCommands(terminal, session, metaOptions, this::reportAny))
                // A line of -c may be one word, such as ls.
                .setAllowSubcommandsAsOptionParameters(true)
                .addSubcommand(new MetaLs(session))
                .addSubcommand(new MetaGet(session))
                .addSubcommand(new MetaStat(session))
                .addSubcommand(new MetaTree(session))
                .addSubcommand(new MetaFind(session))
                .addSubcommand(new MetaDump(session))
                // Not a command of the shell, which Ctrl-C would end.
                .addSubcommand(new MetaWatch(session, stop));
    }

    private int reportAny(Throwable thrown) {
        return thrown instanceof ParameterException misuse ? print(Misuse.of(misuse)) : report(thrown);
    }

    /** A broker has no broker to connect to: options without effect are refused. */
    private static void withoutClientOptions(CommandSpec command) {
        GlobalOptions.FOR_CLIENTS.forEach(name -> command.remove(command.findOption(name)));
        command.subcommands().values().forEach(inner -> withoutClientOptions(inner.getCommandSpec()));
    }

    private static CommandLine group(CommandGroup group, Object... commands) {
        var line = new CommandLine(group);
        for (Object command : commands) {
            line.addSubcommand(command);
        }
        return line;
    }

    private int report(Throwable thrown) {
        return print(ErrorReport.of(thrown, options.bootstrap(terminal)));
    }

    private int print(Failure failure) {
        boolean coloured = terminal.coloursAllowed(terminal.errIsTerminal()) && !options.noColor();
        String label = coloured ? "\u001b[1;31merror:\u001b[0m " : "error: ";
        terminal.err().println(label + failure.getMessage());
        if (!failure.advice().isEmpty()) {
            terminal.err().println(failure.advice());
        }
        if (options.verbose()) {
            Throwable origin = failure.getCause() == null ? failure : failure.getCause();
            origin.printStackTrace(terminal.err());
        }
        return failure.exitCode();
    }
}
