package io.kontiki.quickstart;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;

/** Where the load comes from: files, or generated text. */
final class Lines {
    /** Enough keys for each of a few partitions to get some, few enough for each to carry many records. */
    private static final int KEYS_PER_SOURCE = 64;

    /** The load and what came back are compared in memory. */
    static final long BYTES_MAX = 512L << 20;

    private static final String[] WORDS = {
        "anchor", "balsa", "coral", "current", "drift", "equator", "flying", "fish", "gale", "hull", "island", "jetty",
        "keel", "lagoon", "mast", "north", "ocean", "pacific", "quay", "raft", "reef", "sail", "swell", "tide", "trade",
        "wind", "voyage", "wave", "yard", "zenith"
    };

    private Lines() {}

    /**
     * Every line of the files, in order; records of one key are of one file.
     *
     * @throws IOException if a file cannot be read or the files are larger than {@link #BYTES_MAX} together
     */
    static List<Line> read(List<Path> files) throws IOException {
        long bytes = 0;
        for (Path file : files) {
            bytes += Files.size(file);
        }
        if (bytes > BYTES_MAX) {
            throw new IOException("the files hold " + bytes + " bytes, the limit is " + BYTES_MAX);
        }
        List<Line> lines = new ArrayList<>();
        for (Path file : files) {
            String source = String.valueOf(file.getFileName());
            for (String text : Files.readAllLines(file, Line.BYTES)) {
                lines.add(line(lines.size(), source, text));
            }
        }
        return lines;
    }

    /** {@code count} lines of 4 to 16 words, drawn from {@code random}. */
    static List<Line> generate(int count, RandomGenerator random) {
        List<Line> lines = new ArrayList<>(count);
        for (int index = 0; index < count; index++) {
            lines.add(generated(index, random));
        }
        return lines;
    }

    /** Line number {@code index} of an endless load. */
    static Line generated(int index, RandomGenerator random) {
        StringBuilder text = new StringBuilder().append(index);
        for (int words = random.nextInt(4, 17); words > 0; words--) {
            text.append(' ').append(WORDS[random.nextInt(WORDS.length)]);
        }
        return line(index, "text", text.toString());
    }

    private static Line line(int index, String source, String text) {
        return new Line(index, source + "-" + index % KEYS_PER_SOURCE, text);
    }
}
