package io.kontiki.cli;

import picocli.CommandLine.Command;

/** {@code kontiki server}. */
@Command(name = "server", description = "Run a broker, and see its configuration.", synopsisSubcommandLabel = "COMMAND")
final class ServerCommands extends CommandGroup {}
