package io.kontiki.chaos.pods;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads the part of YAML that our manifests use: one document of block mappings and sequences, with plain and double-quoted
 * scalars, and comments on lines of their own. Whatever else there is, is an error. Not thread-safe; used once.
 */
final class BlockYaml {
    private static final Pattern ENTRY = Pattern.compile("([^\\s:\"#]+):(?: +(.*))?");
    private static final Pattern PLAIN = Pattern.compile("[^\\s\"'\\[\\]{}|>&*!%@`#,-](?:(?! #).)*|-[^\\s-].*");
    private static final Pattern QUOTED = Pattern.compile("\"([^\"\\\\]*)\"");
    private static final String ITEM = "- ";

    private record Line(int number, int indent, String text) {}

    private final List<Line> lines = new ArrayList<>();
    private int next;

    private BlockYaml(String text) {
        int number = 0;
        for (String line : text.lines().toList()) {
            number++;
            String content = line.strip();
            if (!content.isEmpty() && !content.startsWith("#")) {
                lines.add(new Line(number, line.indexOf(content), content));
            }
        }
    }

    /**
     * The document, as maps in its order, lists, and texts.
     *
     * @throws IllegalArgumentException naming the line that is beyond this reader
     */
    static Object parse(String text) {
        BlockYaml yaml = new BlockYaml(text);
        Object document = yaml.node(0);
        if (yaml.next < yaml.lines.size()) {
            throw yaml.unknown();
        }
        return document;
    }

    private Object node(int indent) {
        return lines.get(next).text().startsWith(ITEM) ? sequence(indent) : mapping(indent);
    }

    private boolean at(int indent) {
        return next < lines.size() && lines.get(next).indent() == indent;
    }

    private List<Object> sequence(int indent) {
        List<Object> items = new ArrayList<>();
        while (at(indent) && lines.get(next).text().startsWith(ITEM)) {
            Line line = lines.get(next);
            String item = line.text().substring(ITEM.length());
            if (ENTRY.matcher(item).matches()) {
                lines.set(next, new Line(line.number(), indent + ITEM.length(), item));
                items.add(mapping(indent + ITEM.length()));
            } else {
                items.add(scalar(item));
                next++;
            }
        }
        return items;
    }

    private Map<String, Object> mapping(int indent) {
        Map<String, Object> entries = new LinkedHashMap<>();
        while (at(indent)) {
            Matcher entry = ENTRY.matcher(lines.get(next).text());
            if (!entry.matches()) {
                throw unknown();
            }
            Object value = entry.group(2) == null ? null : scalar(entry.group(2));
            next++;
            if (value == null) {
                if (next == lines.size() || lines.get(next).indent() <= indent) {
                    next--;
                    throw unknown();
                }
                value = node(lines.get(next).indent());
            }
            if (entries.put(entry.group(1), value) != null) {
                next--;
                throw unknown();
            }
        }
        return entries;
    }

    private String scalar(String text) {
        Matcher quoted = QUOTED.matcher(text);
        if (quoted.matches()) {
            return quoted.group(1);
        }
        if (!PLAIN.matcher(text).matches()) {
            throw unknown();
        }
        return text;
    }

    private IllegalArgumentException unknown() {
        Line line = lines.get(next);
        return new IllegalArgumentException("line " + line.number() + " is beyond this reader: " + line.text());
    }
}
