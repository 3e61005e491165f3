package io.kontiki.cli;

import picocli.CommandLine.Command;

/** {@code kontiki topic}. */
@Command(name = "topic", description = "Create, change and show topics.", synopsisSubcommandLabel = "COMMAND")
final class TopicCommands extends CommandGroup {}
