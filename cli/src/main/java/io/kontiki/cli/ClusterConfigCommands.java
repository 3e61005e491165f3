package io.kontiki.cli;

import picocli.CommandLine.Command;

/** {@code kontiki cluster config}. */
@Command(
        name = "config",
        description = "The configuration of brokers, and what of it can be changed while they run.",
        synopsisSubcommandLabel = "COMMAND")
final class ClusterConfigCommands extends CommandGroup {}
