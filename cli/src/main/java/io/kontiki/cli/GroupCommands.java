package io.kontiki.cli;

import picocli.CommandLine.Command;

/** {@code kontiki group}. */
@Command(
        name = "group",
        description = "Consumer groups: who is in them, how far they have read, and where they go on.",
        synopsisSubcommandLabel = "COMMAND")
final class GroupCommands extends CommandGroup {}
