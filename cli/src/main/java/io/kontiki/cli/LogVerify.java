package io.kontiki.cli;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import io.kontiki.cli.output.DocumentFormat;
import io.kontiki.cli.output.JsonText;
import io.kontiki.cli.output.ProgressBar;
import io.kontiki.cli.output.Quantity;
import io.kontiki.cli.output.Table;
import io.kontiki.cli.output.Table.Column;
import io.kontiki.log.ClosedLog;
import io.kontiki.log.LogVerification;
import io.kontiki.log.LogVerification.Problem;
import io.kontiki.log.LogVerification.Report;
import io.kontiki.log.LogVerification.Severity;
import io.kontiki.log.PartitionLog;
import io.kontiki.storage.Disk;
import io.kontiki.storage.StorageException;
import io.kontiki.storage.file.FileDisk;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code kontiki log verify}. */
@Command(
        name = "verify",
        description = {
            "Check every batch, record and index entry of a log, or of all logs in a directory of log.dirs.",
            "For brokers that are stopped: of a running one, the end of a log may look cut short.",
            "Exit code 10 if records are lost or wrong. What a broker mends by itself is a warning."
        })
final class LogVerify implements Callable<Integer> {
    private final Terminal terminal;
    private final Messages messages;

    @Parameters(paramLabel = "DIR", arity = "1..*", description = "Directories of one log, or of many.")
    private List<Path> named;

    @Option(
            names = {"-o", "--output"},
            paramLabel = "FORMAT",
            description = "One of ${COMPLETION-CANDIDATES}. Default: table")
    private DocumentFormat format = DocumentFormat.TABLE;

    LogVerify(Terminal terminal, Messages messages) {
        this.terminal = terminal;
        this.messages = messages;
    }

    @Override
    public Integer call() {
        Map<Path, Report> reports = new LinkedHashMap<>();
        var bar = new ProgressBar(terminal.err(), messages.progressShown(), OptionalLong.empty(), System::nanoTime);
        try {
            for (Path each : named) {
                verify(each, bar, reports);
            }
        } catch (StorageException e) {
            throw new Failure(ExitCode.FAILED, e.getMessage(), "", e);
        } finally {
            bar.clear();
        }
        terminal.print(format == DocumentFormat.JSON ? json(reports) : text(reports));
        boolean damaged = reports.values().stream()
                .flatMap(report -> report.problems().stream())
                .anyMatch(problem -> problem.severity() == Severity.ERROR);
        return damaged ? ExitCode.PROBLEMS_FOUND : ExitCode.DONE;
    }

    private static void verify(Path named, ProgressBar bar, Map<Path, Report> reports) {
        Path directory = LogFile.existingDirectory(named).path();
        for (Path log : logsIn(named, directory)) {
            String name = log.getFileName().toString();
            reports.put(log, new LogVerification(disk(log), name, bytes -> bar.update(0, bytes)).run());
        }
    }

    private static List<Path> logsIn(Path named, Path directory) {
        if (isLog(directory)) {
            return List.of(directory);
        }
        List<Path> logs = new FileDisk(directory)
                .list("").stream()
                        .filter(name -> !name.endsWith(PartitionLog.DELETED_SUFFIX))
                        .map(directory::resolve)
                        .filter(LogVerify::mayBeLog)
                        .filter(LogVerify::isLog)
                        .toList();
        if (logs.isEmpty()) {
            throw new Failure(
                    ExitCode.NOT_FOUND,
                    "there is no log in " + named,
                    "Name the directory of a partition, such as orders-0, or one of log.dirs.");
        }
        return logs;
    }

    /** What may not be read is passed over, such as lost+found, but not if it has the name of a log. */
    private static boolean mayBeLog(Path directory) {
        return Files.isReadable(directory) || directory.getFileName().toString().matches(".+-[0-9]+(\\..+)?");
    }

    /** The root of the file system has no name, and is none. */
    private static boolean isLog(Path directory) {
        return directory.getParent() != null
                && Files.isDirectory(directory)
                && new ClosedLog(disk(directory), directory.getFileName().toString()).exists();
    }

    private static Disk disk(Path log) {
        return new FileDisk(log.getParent());
    }

    private static String text(Map<Path, Report> reports) {
        var logs = new Table(
                Column.text("LOG"),
                Column.number("START"),
                Column.number("END"),
                Column.number("SEGMENTS"),
                Column.number("BATCHES"),
                Column.number("RECORDS"),
                Column.number("SIZE"),
                Column.number("ERRORS"),
                Column.number("WARNINGS"),
                Column.text("DIRECTORY"));
        reports.forEach((log, report) -> logs.row(
                log.getFileName().toString(),
                Long.toString(report.startOffset()),
                Long.toString(report.endOffset()),
                Integer.toString(report.segments()),
                Long.toString(report.batches()),
                Long.toString(report.records()),
                Quantity.bytes(report.bytes()),
                Long.toString(count(report, Severity.ERROR)),
                Long.toString(count(report, Severity.WARNING)),
                log.getParent().toString()));
        String problems = reports.entrySet().stream()
                .flatMap(entry -> entry.getValue().problems().stream().map(problem -> line(entry.getKey(), problem)))
                .collect(Collectors.joining());
        return logs.render() + (problems.isEmpty() ? "" : "\n" + problems);
    }

    private static String line(Path log, Problem problem) {
        return problem.severity().name().toLowerCase(Locale.ROOT) + ": " + log.resolve(problem.file()) + ": "
                + problem.text() + "\n";
    }

    private static long count(Report report, Severity severity) {
        return report.problems().stream()
                .filter(problem -> problem.severity() == severity)
                .count();
    }

    private static String json(Map<Path, Report> reports) {
        var logs = new JsonArray();
        reports.forEach((log, report) -> logs.add(json(log, report)));
        var document = new JsonObject();
        document.add("logs", logs);
        return JsonText.document(document);
    }

    private static JsonObject json(Path log, Report report) {
        var object = new JsonObject();
        object.addProperty("log", log.getFileName().toString());
        object.addProperty("directory", log.getParent().toString());
        object.addProperty("startOffset", report.startOffset());
        object.addProperty("endOffset", report.endOffset());
        object.addProperty("segments", report.segments());
        object.addProperty("batches", report.batches());
        object.addProperty("records", report.records());
        object.addProperty("bytes", report.bytes());
        object.addProperty("problemCount", report.problemCount());
        var problems = new JsonArray();
        for (Problem problem : report.problems()) {
            var one = new JsonObject();
            one.addProperty("severity", problem.severity().name().toLowerCase(Locale.ROOT));
            one.addProperty("file", problem.file());
            one.addProperty("text", problem.text());
            problems.add(one);
        }
        object.add("problems", problems);
        return object;
    }
}
