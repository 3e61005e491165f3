package io.kontiki.chaos;

import io.kontiki.chaos.report.Report;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

@Command(name = "check", description = "Judges the history of an earlier run once more.")
final class CheckAgain implements Callable<Integer> {
    @ParentCommand
    private Main main;

    @Parameters(description = "the directory of its report")
    private Path directory;

    @Override
    public Integer call() throws IOException {
        if (!Files.isDirectory(directory)) {
            throw new IllegalArgumentException("there is no directory " + directory + "; name that of a report");
        }
        Report report = Report.write(directory, directory.getFileName() + ", checked again", main.servingMax());
        System.out.print(report.text());
        return report.verdict().clean() ? 0 : 1;
    }
}
