package io.kontiki.cli;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import io.kontiki.cli.output.DocumentFormat;
import io.kontiki.cli.output.JsonText;
import io.kontiki.cli.output.ProgressBar;
import io.kontiki.cli.output.Quantity;
import io.kontiki.cli.output.Table;
import io.kontiki.cli.output.Table.Column;
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
import java.util.ArrayList;
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

    @Parameters(paramLabel = "DIR", description = "Directory of one log, or of many.")
    private Path named;

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
        Path directory = LogFile.existingDirectory(named).path();
        Disk disk = new FileDisk(directory.getParent());
        Map<String, Report> reports = new LinkedHashMap<>();
        var bar = new ProgressBar(terminal.err(), messages.progressShown(), OptionalLong.empty(), System::nanoTime);
        try {
            for (String log : logsIn(disk, directory)) {
                reports.put(log, new LogVerification(disk, log, bytes -> bar.update(0, bytes)).run());
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

    private List<String> logsIn(Disk disk, Path directory) {
        String name = directory.getFileName().toString();
        if (PartitionLog.hasSegments(disk, name)) {
            return List.of(name);
        }
        List<String> logs = new ArrayList<>();
        for (String inner : disk.list(name)) {
            String path = name + "/" + inner;
            if (Files.isDirectory(directory.resolve(inner)) && PartitionLog.hasSegments(disk, path)) {
                logs.add(path);
            }
        }
        if (logs.isEmpty()) {
            throw new Failure(
                    ExitCode.NOT_FOUND,
                    "there is no log in " + named,
                    "Name the directory of a partition, such as orders-0, or one of log.dirs.");
        }
        return logs;
    }

    private static String text(Map<String, Report> reports) {
        var logs = new Table(
                Column.text("LOG"),
                Column.number("START"),
                Column.number("END"),
                Column.number("SEGMENTS"),
                Column.number("BATCHES"),
                Column.number("RECORDS"),
                Column.number("SIZE"),
                Column.number("ERRORS"),
                Column.number("WARNINGS"));
        reports.forEach((log, report) -> logs.row(
                shortName(log),
                Long.toString(report.startOffset()),
                Long.toString(report.endOffset()),
                Integer.toString(report.segments()),
                Long.toString(report.batches()),
                Long.toString(report.records()),
                Quantity.bytes(report.bytes()),
                Long.toString(count(report, Severity.ERROR)),
                Long.toString(count(report, Severity.WARNING))));
        String problems = reports.entrySet().stream()
                .flatMap(entry -> entry.getValue().problems().stream().map(problem -> line(entry.getKey(), problem)))
                .collect(Collectors.joining());
        return logs.render() + (problems.isEmpty() ? "" : "\n" + problems);
    }

    private static String line(String log, Problem problem) {
        return problem.severity().name().toLowerCase(Locale.ROOT) + ": " + shortName(log) + "/" + problem.file() + ": "
                + problem.text() + "\n";
    }

    private static String shortName(String log) {
        return log.substring(log.lastIndexOf('/') + 1);
    }

    private static long count(Report report, Severity severity) {
        return report.problems().stream()
                .filter(problem -> problem.severity() == severity)
                .count();
    }

    private static String json(Map<String, Report> reports) {
        var logs = new JsonArray();
        reports.forEach((log, report) -> logs.add(json(log, report)));
        var document = new JsonObject();
        document.add("logs", logs);
        return JsonText.document(document);
    }

    private static JsonObject json(String log, Report report) {
        var object = new JsonObject();
        object.addProperty("log", shortName(log));
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
