package io.kontiki.cli.output;

import java.io.IOException;
import java.io.OutputStream;

/** Writes a record in some form. Not thread-safe. */
public interface RecordPrinter {
    /**
     * Writes one record, with whatever separates it from the next.
     *
     * @throws IOException if the stream fails, for one because its reader is gone
     */
    void print(PrintedRecord record, OutputStream out) throws IOException;
}
