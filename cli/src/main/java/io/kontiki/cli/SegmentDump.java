package io.kontiki.cli;

import io.kontiki.cli.output.ListPrinter;
import io.kontiki.cli.output.PrintedRecord;
import io.kontiki.cli.output.Quantity;
import io.kontiki.record.InvalidBatchException;
import io.kontiki.record.Record;
import io.kontiki.record.RecordBatch;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** One walk through a segment that prints its batches or its records, and counts what is wrong. Used once. */
final class SegmentDump {
    private static final int PROBLEMS_MAX = 100;

    private final LogFile file;
    private final long fromOffset;
    private final long count;
    private long shown;
    private long batches;
    private long records;
    private long problemCount;
    private final List<String> problems = new ArrayList<>();

    /**
     * @param fromOffset what lies below it is not shown
     * @param count how many lines to show at most
     */
    SegmentDump(LogFile file, long fromOffset, long count) {
        this.file = file;
        this.fromOffset = fromOffset;
        this.count = count;
    }

    void printBatches(ListPrinter<DumpedBatch> printer) {
        walk(printer::finish, (position, batch) -> {
            DumpedBatch copy = DumpedBatch.of(position, batch);
            if (!copy.sound()) {
                note("the batch at position " + position + " has a wrong checksum");
            }
            shown++;
            printer.add(copy);
        });
    }

    void printRecords(ListPrinter<PrintedRecord> printer) {
        walk(printer::finish, (position, batch) -> {
            if (batch.isControl()) {
                return;
            }
            try {
                batch.ensureValidChecksum();
                for (Record each : batch) {
                    if (each.offset() >= fromOffset && shown < count) {
                        shown++;
                        printer.add(DumpedRecord.of(each));
                    }
                }
            } catch (InvalidBatchException e) {
                note("the batch at position " + position + " cannot be read: " + e.getMessage());
            }
        });
    }

    private interface Print {
        void print(long position, RecordBatch batch);
    }

    private void walk(Runnable finish, Print print) {
        Optional<String> problem = file.inspection().batches(file.name(), (position, batch) -> {
            if (batch.lastOffset() >= fromOffset) {
                batches++;
                records += batch.recordCount();
                print.print(position, batch);
            }
            return shown < count;
        });
        finish.run();
        problem.ifPresent(this::note);
    }

    private void note(String problem) {
        problemCount++;
        if (problems.size() < PROBLEMS_MAX) {
            problems.add(problem);
        }
    }

    /** Tells what was seen; the exit code. */
    int report(Messages messages, Terminal terminal) {
        messages.tell(batches + (batches == 1 ? " batch" : " batches") + ", " + Quantity.count(records, "record"));
        problems.forEach(problem -> terminal.err().println(file.name() + ": " + problem));
        if (problemCount > problems.size()) {
            terminal.err().println(file.name() + ": and " + (problemCount - problems.size()) + " more problems");
        }
        return problemCount == 0 ? ExitCode.DONE : ExitCode.PROBLEMS_FOUND;
    }
}
