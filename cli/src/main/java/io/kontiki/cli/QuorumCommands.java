package io.kontiki.cli;

import picocli.CommandLine.Command;

/** {@code kontiki quorum}. */
@Command(
        name = "quorum",
        description = "The brokers that vote on the cluster's metadata.",
        synopsisSubcommandLabel = "COMMAND")
final class QuorumCommands extends CommandGroup {}
