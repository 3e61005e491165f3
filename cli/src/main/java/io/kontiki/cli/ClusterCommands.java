package io.kontiki.cli;

import picocli.CommandLine.Command;

/** {@code kontiki cluster}. */
@Command(name = "cluster", description = "The cluster as a whole.", synopsisSubcommandLabel = "COMMAND")
final class ClusterCommands extends CommandGroup {}
