package io.kontiki.cli;

import picocli.CommandLine.Command;

/** {@code kontiki log}. */
@Command(
        name = "log",
        description = {"The files of logs, read where they lie.", "Needs no broker, and changes nothing."},
        synopsisSubcommandLabel = "COMMAND")
final class LogCommands extends CommandGroup {}
