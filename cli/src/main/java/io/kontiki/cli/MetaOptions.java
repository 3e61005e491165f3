package io.kontiki.cli;

import io.kontiki.cli.output.DocumentFormat;
import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;

/** Options of {@code kontiki meta} that stand before or behind its commands. Filled by picocli. */
final class MetaOptions {
    @Option(
            names = "--offline",
            paramLabel = "DIR",
            scope = ScopeType.INHERIT,
            description = {
                "Read the metadata directory of a stopped broker instead: its metadata.log.dir, or else the first of"
                        + " its log.dirs.",
                "Nothing there is changed."
            })
    private Path offline;

    @Option(
            names = {"-o", "--output"},
            paramLabel = "FORMAT",
            scope = ScopeType.INHERIT,
            description = "One of ${COMPLETION-CANDIDATES}. Default: table, which is lines here")
    private DocumentFormat format;

    Optional<Path> offline() {
        return Optional.ofNullable(offline);
    }

    Optional<DocumentFormat> format() {
        return Optional.ofNullable(format);
    }
}
