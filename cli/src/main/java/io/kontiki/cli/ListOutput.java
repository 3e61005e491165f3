package io.kontiki.cli;

import io.kontiki.cli.output.ListFormat;
import picocli.CommandLine.Option;

/** The {@code -o} of commands that show lists. */
final class ListOutput {
    @Option(
            names = {"-o", "--output"},
            paramLabel = "FORMAT",
            description = "One of ${COMPLETION-CANDIDATES}. Default: table")
    private ListFormat format = ListFormat.TABLE;

    ListFormat format() {
        return format;
    }
}
