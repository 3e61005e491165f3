package io.kontiki.simulation.log;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A bug made on purpose: one place in one source file. They are listed in {@code mutants.txt}:
 *
 * <pre>
 * == [name]: [what it breaks]
 * -- [source file below io/kontiki/log]
 * [the lines as they are]
 * ++
 * [the lines instead, maybe none]
 * </pre>
 */
record Mutant(String name, String breaks, String file, String original, String changed) {
    private static final Path SOURCES = Path.of("../data-plane/src/main/java/io/kontiki/log");

    static List<Mutant> all() throws IOException {
        try (InputStream list = Mutant.class.getResourceAsStream("mutants.txt")) {
            String text = new String(list.readAllBytes(), StandardCharsets.UTF_8);
            List<Mutant> all = new ArrayList<>();
            for (String each : text.split("(?m)^== ")) {
                if (!each.isBlank() && !each.startsWith("#")) {
                    all.add(parse(each));
                }
            }
            return all;
        }
    }

    private static Mutant parse(String text) {
        int title = text.indexOf('\n');
        int file = text.indexOf('\n', title + 1);
        int changed = text.indexOf("\n++\n", file);
        int colon = text.indexOf(": ");
        return new Mutant(
                text.substring(0, colon),
                text.substring(colon + 2, title),
                text.substring(title + "\n-- ".length(), file),
                text.substring(file + 1, changed),
                text.substring(changed + "\n++\n".length()).stripTrailing());
    }

    /** The name of the class that the file holds. */
    String className() {
        return "io.kontiki.log." + file.substring(0, file.length() - ".java".length());
    }

    /** The whole source with the bug. */
    String source() throws IOException {
        String sound = Files.readString(SOURCES.resolve(file));
        int at = sound.indexOf(original);
        if (at < 0 || sound.indexOf(original, at + 1) >= 0) {
            throw new IllegalStateException(
                    "bug " + name + ": its lines are " + (at < 0 ? "not" : "more than once") + " in " + file);
        }
        return sound.substring(0, at) + changed + sound.substring(at + original.length());
    }
}
