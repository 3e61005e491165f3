package io.kontiki.cli;

import io.kontiki.cli.output.DocumentFormat;
import picocli.CommandLine.Option;

/** The {@code -o} of commands that show one thing. */
final class DocumentOutput {
    @Option(
            names = {"-o", "--output"},
            paramLabel = "FORMAT",
            description = "One of ${COMPLETION-CANDIDATES}. Default: table")
    private DocumentFormat format = DocumentFormat.TABLE;

    DocumentFormat format() {
        return format;
    }
}
