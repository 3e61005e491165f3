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
 * == [judges] [rule] [name]: [what it breaks]
 * survives: [why it may; left out if it must be noticed]
 * -- [source file below io/kontiki]
 * [the lines as they are]
 * ++
 * [the lines instead, maybe none]
 * </pre>
 *
 * with as many places as it takes; none for a rule of which there is nothing to break here, and why.
 *
 * @param judges names of scenarios such as {@code s07} and of test classes, which are asked first
 * @param rule that is broken, such as {@code L7}
 * @param name of the bug
 * @param survivesBecause empty if it must be noticed
 */
public record Mutant(
        List<String> judges, String rule, String name, String breaks, String survivesBecause, List<Place> places) {
    private static final String SURVIVES = "survives: ";
    private static final List<Path> SOURCES = Stream.of(
                    "data-plane", "metadata-quorum", "record", "broker", "client", "thin")
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
        String[] parts = text.split("(?m)^-- ");
        String[] head = parts[0].strip().split("\n" + SURVIVES);
        int colon = head[0].indexOf(": ");
        String[] names = head[0].substring(0, colon).split(" ");
        List<Place> places = new ArrayList<>();
        for (int i = 1; i < parts.length; i++) {
            places.add(place(parts[i]));
        }
        return new Mutant(
                List.of(names[0].split(",")),
                names[1],
                names[2],
                head[0].substring(colon + 2).replace('\n', ' '),
                head.length == 1 ? "" : head[1].replace('\n', ' '),
                places);
    }

    private static Place place(String text) {
        int file = text.indexOf('\n');
        int changed = text.indexOf("\n++\n");
        return new Place(
                text.substring(0, file),
                text.substring(file + 1, changed),
                text.substring(changed + "\n++\n".length()).stripTrailing());
    }

    /** Whether there is anything to break. */
    public boolean canBeMade() {
        return !places.isEmpty();
    }

    /** Whether a name that somebody gave is that of its rule, or part of its own. */
    public boolean isCalled(String wanted) {
        return rule.equals(wanted) || name.contains(wanted) || judges.contains(wanted);
    }

    /** What is to be said of it if nobody notices it. */
    public String verdict() {
        return canBeMade() ? "survives: " + (survivesBecause.isEmpty() ? "?" : survivesBecause) : breaks;
    }

    /** The rule and the bug. */
    public String title() {
        return rule + " " + name;
    }

    /** Those in which it changes something. */
    public List<String> packages() {
        return places.stream()
                .map(place -> place.className().substring(0, place.className().lastIndexOf('.')))
                .distinct()
                .toList();
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
