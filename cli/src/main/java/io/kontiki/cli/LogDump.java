package io.kontiki.cli;

import com.google.gson.JsonObject;
import io.kontiki.cli.output.JsonText;
import io.kontiki.cli.output.ListPrinter;
import io.kontiki.cli.output.Listing;
import io.kontiki.log.AbortedTransaction;
import io.kontiki.log.LogInspection.OffsetEntry;
import io.kontiki.log.LogInspection.TimeEntry;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code kontiki log dump}. */
@Command(
        name = "dump",
        description = {
            "Show what is in a file of a log: batches or records of a segment (*.log), entries of an index (*.index,"
                    + " *.timeindex, *.txnindex).",
            "Exit code 10 if a segment has bytes that are no sound batch."
        })
final class LogDump implements Callable<Integer> {
    private static final Listing<OffsetEntry> OFFSETS = new Listing<OffsetEntry>(
                    "entries", entry -> Long.toString(entry.offset()), LogDump::json)
            .number("OFFSET", OffsetEntry::offset)
            .number("POSITION", OffsetEntry::position);

    private static final Listing<TimeEntry> TIMES = new Listing<TimeEntry>(
                    "entries", entry -> Long.toString(entry.offset()), LogDump::json)
            .text("TIME", entry -> DumpedBatch.timeText(entry.timestampMs()))
            .number("OFFSET", TimeEntry::offset);

    private static final Listing<AbortedTransaction> ABORTED = new Listing<AbortedTransaction>(
                    "entries", entry -> Long.toString(entry.firstOffset()), LogDump::json)
            .number("PRODUCER", AbortedTransaction::producerId)
            .number("FIRST OFFSET", AbortedTransaction::firstOffset)
            .number("LAST OFFSET", AbortedTransaction::lastOffset)
            .number("LAST STABLE OFFSET", AbortedTransaction::lastStableOffset);

    private final Terminal terminal;
    private final Messages messages;

    @Spec
    private CommandSpec spec;

    @Parameters(paramLabel = "FILE", description = "The file.")
    private Path named;

    @Option(names = "--records", description = "Show records instead of batches, with keys, values and headers.")
    private boolean records;

    @Option(
            names = "--from-offset",
            paramLabel = "OFFSET",
            description = "Begin at the batch, or record, that holds this offset. Default: the first")
    private long fromOffset;

    @Option(
            names = {"-n", "--count"},
            paramLabel = "COUNT",
            description = "Show at most so many lines.")
    private long count = Long.MAX_VALUE;

    @Mixin
    private ListOutput output = new ListOutput();

    LogDump(Terminal terminal, Messages messages) {
        this.terminal = terminal;
        this.messages = messages;
    }

    @Override
    public Integer call() {
        Misuse.requireAtLeast(1, count, "option '--count'", spec);
        Misuse.requireAtLeast(0, fromOffset, "option '--from-offset'", spec);
        LogFile file = LogFile.existing(named);
        return switch (file.kind()) {
            case ".log" -> segment(file);
            case ".index" -> list(OFFSETS, file.inspection().offsetIndex(file.name(), file.baseOffset()));
            case ".timeindex" -> list(TIMES, file.inspection().timeIndex(file.name(), file.baseOffset()));
            case ".txnindex" -> list(ABORTED, aborted(file));
            default ->
                throw new Failure(
                        ExitCode.USAGE,
                        named + " is no file of a log that can be shown",
                        "Shown are *.log, *.index, *.timeindex and *.txnindex; the checkpoints beside them are plain text.");
        };
    }

    private int segment(LogFile file) {
        var dump = new SegmentDump(file, fromOffset, count);
        if (records) {
            dump.printRecords(printer(DumpedRecord.LISTING));
        } else {
            dump.printBatches(printer(DumpedBatch.LISTING));
        }
        return dump.report(messages, terminal);
    }

    private <T> int list(Listing<T> listing, List<T> entries) {
        ListPrinter<T> printer = printer(listing);
        entries.stream().limit(count).forEach(printer::add);
        printer.finish();
        return ExitCode.DONE;
    }

    private <T> ListPrinter<T> printer(Listing<T> listing) {
        return new ListPrinter<>(listing, output.format(), terminal::print);
    }

    private static List<AbortedTransaction> aborted(LogFile file) {
        return file.inspection()
                .transactionIndex(file.name(), file.baseOffset())
                .orElseThrow(() -> new Failure(
                        ExitCode.PROBLEMS_FOUND,
                        file.name() + " is no sound transaction index",
                        "The broker makes it anew from the segments when it opens the log."));
    }

    private static JsonObject json(AbortedTransaction entry) {
        var object = new JsonObject();
        object.addProperty("producerId", entry.producerId());
        object.addProperty("firstOffset", entry.firstOffset());
        object.addProperty("lastOffset", entry.lastOffset());
        object.addProperty("lastStableOffset", entry.lastStableOffset());
        return object;
    }

    private static JsonObject json(OffsetEntry entry) {
        var object = new JsonObject();
        object.addProperty("offset", entry.offset());
        object.addProperty("position", entry.position());
        return object;
    }

    private static JsonObject json(TimeEntry entry) {
        var object = new JsonObject();
        object.addProperty("timestamp", JsonText.time(entry.timestampMs()));
        object.addProperty("offset", entry.offset());
        return object;
    }
}
