package io.kontiki.cli;

import picocli.CommandLine.Command;

/** {@code kontiki partition}. */
@Command(
        name = "partition",
        description = "Who leads partitions, and which brokers hold them.",
        synopsisSubcommandLabel = "COMMAND")
final class PartitionCommands extends CommandGroup {}
