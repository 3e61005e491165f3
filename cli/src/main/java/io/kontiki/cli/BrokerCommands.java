package io.kontiki.cli;

import picocli.CommandLine.Command;

/** {@code kontiki broker}. */
@Command(name = "broker", description = "The brokers of the cluster.", synopsisSubcommandLabel = "COMMAND")
final class BrokerCommands extends CommandGroup {}
