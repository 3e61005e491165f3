package io.kontiki.simulation.mutation;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * A bug made on purpose, in one place or in several. They are listed in text files beside this class:
 *
 * <pre>
 * == [name]: [what it breaks]
 * -- [source file below io/kontiki]
 * [the lines as they are]
 * ++
 * [the lines instead, maybe none]
 * </pre>
 *
 * with as many places as it takes.
 */
public record Mutant(String name, String breaks, List<Place> places) {
    private static final List<Path> SOURCES = Stream.of("data-plane", "metadata-quorum", "record")
            .map(module -> Path.of("..", module, "src/main/java"))
            .toList();

    /** The first time that these lines are changed in a file, they must be there once. */
    public record Place(String file, String original, String changed) {
        /** The name of the class that the file holds. */
        String className() {
            return "io.kontiki."
                    + file.substring(0, file.length() - ".java".length()).replace('/', '.');
        }
    }

    /** @param list name of the file, without its ending */
    public static List<Mutant> all(String list) throws IOException {
        try (InputStream file = Mutant.class.getResourceAsStream(list + ".txt")) {
            String text = new String(file.readAllBytes(), StandardCharsets.UTF_8);
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
        int colon = text.indexOf(": ");
        List<Place> places = new ArrayList<>();
        for (String each : text.substring(title + 1).split("(?m)^-- ")) {
            if (!each.isBlank()) {
                places.add(place(each));
            }
        }
        return new Mutant(text.substring(0, colon), text.substring(colon + 2, title), places);
    }

    private static Place place(String text) {
        int file = text.indexOf('\n');
        int changed = text.indexOf("\n++\n");
        return new Place(
                text.substring(0, file),
                text.substring(file + 1, changed),
                text.substring(changed + "\n++\n".length()).stripTrailing());
    }

    /** Whole sources with the bug, by the name of their class. */
    public Map<String, String> sources() throws IOException {
        Map<String, String> sources = new LinkedHashMap<>();
        for (Place place : places) {
            String before = sources.get(place.className());
            sources.put(place.className(), changed(place, before == null ? sound(place) : before));
        }
        return sources;
    }

    private String changed(Place place, String source) {
        int at = source.indexOf(place.original());
        if (at < 0 || source.indexOf(place.original(), at + 1) >= 0) {
            throw new IllegalStateException("bug " + name + ": its lines are " + (at < 0 ? "not" : "more than once")
                    + " in " + place.file() + ":\n" + place.original());
        }
        return source.substring(0, at)
                + place.changed()
                + source.substring(at + place.original().length());
    }

    private String sound(Place place) throws IOException {
        for (Path root : SOURCES) {
            Path source = root.resolve("io/kontiki").resolve(place.file());
            if (Files.exists(source)) {
                return Files.readString(source);
            }
        }
        throw new IllegalStateException("bug " + name + ": there is no " + place.file() + " below " + SOURCES);
    }
}
