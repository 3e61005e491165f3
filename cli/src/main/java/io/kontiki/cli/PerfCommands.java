package io.kontiki.cli;

import picocli.CommandLine.Command;

/** {@code kontiki perf}. */
@Command(
        name = "perf",
        description = {
            "Measure how fast records come in and out.",
            "The load runs in this process: what it takes from the machine it measures counts too."
        },
        synopsisSubcommandLabel = "COMMAND")
final class PerfCommands extends CommandGroup {}
