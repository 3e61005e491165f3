package io.kontiki.metadata.tree;

import io.kontiki.metadata.Excerpt;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Where a node is: its name below that of its parent, and so on up to the root, which has none. Written {@code /a/b};
 * an ASCII character that would be mistaken in a name stands there by its number, as {@code %2F}.
 *
 * @param names from the root down, as they are, not escaped
 */
public record MetadataPath(List<String> names) {
    /** Longest path as text, in characters. */
    public static final int LENGTH_MAX = 2_000;

    public static final MetadataPath ROOT = new MetadataPath(List.of());

    private static final String ESCAPED = "/%*?\"'\\ ";

    public MetadataPath {
        names = List.copyOf(names);
    }

    /**
     * Inverse of {@link #toString}; a slash at the end is allowed.
     *
     * @throws IllegalArgumentException if the text is not an absolute path, or too long; the message says which
     */
    public static MetadataPath parse(String text) {
        if (text.length() > LENGTH_MAX) {
            throw new IllegalArgumentException(
                    "path has " + text.length() + " characters, at most " + LENGTH_MAX + " are allowed");
        }
        if (!text.startsWith("/")) {
            throw new IllegalArgumentException("path \"" + Excerpt.of(text) + "\" does not begin with /");
        }
        var names = new ArrayList<String>();
        var rest = text.endsWith("/") ? text.substring(1, Math.max(1, text.length() - 1)) : text.substring(1);
        if (!rest.isEmpty()) {
            for (var segment : rest.split("/", -1)) {
                names.add(name(segment, text));
            }
        }
        return new MetadataPath(names);
    }

    public MetadataPath child(String name) {
        var longer = new ArrayList<>(names);
        longer.add(name);
        return new MetadataPath(longer);
    }

    /** The first so many names. */
    public MetadataPath upTo(int depth) {
        return new MetadataPath(names.subList(0, depth));
    }

    public int depth() {
        return names.size();
    }

    @Override
    public String toString() {
        return names.isEmpty()
                ? "/"
                : names.stream().map(name -> "/" + escaped(name)).collect(Collectors.joining());
    }

    /** A name as it stands in a path. */
    static String escaped(String name) {
        if (name.equals(".") || name.equals("..")) {
            return name.replace(".", "%2E");
        }
        var text = new StringBuilder();
        name.codePoints().forEach(point -> {
            if (point < ' ' || point == 0x7f || ESCAPED.indexOf(point) >= 0) {
                text.append(String.format("%%%02X", point));
            } else {
                text.appendCodePoint(point);
            }
        });
        return text.toString();
    }

    private static String name(String segment, String path) {
        if (segment.isEmpty()) {
            throw new IllegalArgumentException("path \"" + Excerpt.of(path) + "\" has an empty name");
        }
        if (segment.indexOf('%') < 0) {
            return segment;
        }
        var name = new StringBuilder();
        for (int i = 0; i < segment.length(); i++) {
            if (segment.charAt(i) == '%') {
                name.append(unescaped(segment, i, path));
                i += 2;
            } else {
                name.append(segment.charAt(i));
            }
        }
        return name.toString();
    }

    private static char unescaped(String segment, int at, String path) {
        if (at + 3 <= segment.length()) {
            int high = Character.digit(segment.charAt(at + 1), 16);
            int low = Character.digit(segment.charAt(at + 2), 16);
            if (high >= 0 && high < 8 && low >= 0) {
                return (char) (high << 4 | low);
            }
        }
        throw new IllegalArgumentException(
                "path \"" + Excerpt.of(path) + "\": behind % there must be two hexadecimal digits, 00 to 7F");
    }
}
