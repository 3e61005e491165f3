package io.kontiki.chaos.history;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;

/**
 * A history as a gzipped file: one JSON object for each operation, with its kind in the field {@code op} and its other
 * fields as {@link Operation} names them. Thread-safe.
 */
public final class HistoryFile implements AutoCloseable {
    public static final String NAME = "history.jsonl.gz";

    private static final Gson GSON = new GsonBuilder().disableHtmlEscaping().create();
    private static final String KIND = "op";
    private static final Map<String, Class<? extends Operation>> KINDS = new LinkedHashMap<>();

    static {
        KINDS.put("send", Operation.Send.class);
        KINDS.put("read", Operation.Read.class);
        KINDS.put("read-failed", Operation.ReadFailed.class);
        KINDS.put("strike", Operation.Strike.class);
        KINDS.put("healed", Operation.Healed.class);
        KINDS.put("given-up", Operation.GivenUp.class);
        KINDS.put("busy", Operation.Busy.class);
        KINDS.put("noticed", Operation.Noticed.class);
    }

    private final BufferedWriter writer;
    private boolean closed;

    private HistoryFile(BufferedWriter writer) {
        this.writer = writer;
    }

    /** Begins a new file. */
    public static HistoryFile create(Path file) throws IOException {
        return new HistoryFile(new BufferedWriter(
                new OutputStreamWriter(new GZIPOutputStream(Files.newOutputStream(file)), StandardCharsets.UTF_8)));
    }

    /** Appends an operation; one that comes after {@link #close} is left out. */
    public void write(Operation operation) {
        JsonObject fields = GSON.toJsonTree(operation).getAsJsonObject();
        JsonObject line = new JsonObject();
        line.addProperty(KIND, kindOf(operation));
        fields.entrySet().forEach(field -> line.add(field.getKey(), field.getValue()));
        append(GSON.toJson(line));
    }

    private synchronized void append(String line) {
        if (closed) {
            return;
        }
        try {
            writer.write(line);
            writer.newLine();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String kindOf(Operation operation) {
        return KINDS.entrySet().stream()
                .filter(kind -> kind.getValue() == operation.getClass())
                .findFirst()
                .orElseThrow(() -> new AssertionError(operation))
                .getKey();
    }

    @Override
    public synchronized void close() throws IOException {
        closed = true;
        writer.close();
    }

    /**
     * Hands over every operation of a file, in order.
     *
     * @throws IOException naming the line that is no operation, or for the reasons of the disk
     */
    public static void read(Path file, Consumer<Operation> onOperation) throws IOException {
        try (BufferedReader lines = new BufferedReader(
                new InputStreamReader(new GZIPInputStream(Files.newInputStream(file)), StandardCharsets.UTF_8))) {
            long number = 0;
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                number++;
                onOperation.accept(parse(file, number, line));
            }
        }
    }

    private static Operation parse(Path file, long number, String line) throws IOException {
        try {
            JsonObject fields = GSON.fromJson(line, JsonObject.class);
            Class<? extends Operation> kind = KINDS.get(fields.get(KIND).getAsString());
            fields.remove(KIND);
            return GSON.fromJson(fields, kind);
        } catch (JsonParseException | NullPointerException | UnsupportedOperationException e) {
            throw new IOException("line " + number + " of " + file + " is no operation: " + line, e);
        }
    }
}
