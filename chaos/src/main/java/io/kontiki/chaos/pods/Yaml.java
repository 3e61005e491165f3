package io.kontiki.chaos.pods;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** A part of a YAML document, with the way that led there for messages. */
record Yaml(String way, Object value) {
    /** @throws IllegalArgumentException naming file and line if there is what {@link BlockYaml} does not read */
    static Yaml read(Path file) throws IOException {
        try {
            return new Yaml(file.getFileName().toString(), BlockYaml.parse(Files.readString(file)));
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(file + ": " + e.getMessage(), e);
        }
    }

    boolean has(String key) {
        return value instanceof Map<?, ?> map && map.containsKey(key);
    }

    Yaml at(String key) {
        if (value instanceof Map<?, ?> map && map.containsKey(key)) {
            return new Yaml(way + "." + key, map.get(key));
        }
        throw new IllegalArgumentException(way + " has no " + key);
    }

    String text(String key) {
        Yaml found = at(key);
        if (found.value() instanceof String text) {
            return text;
        }
        throw new IllegalArgumentException(found.way() + " is no text");
    }

    int number(String key) {
        String text = text(key);
        try {
            return Integer.parseInt(text);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(way + "." + key + " is no number: " + text, e);
        }
    }

    List<Yaml> items() {
        if (value instanceof List<?> list) {
            return list.stream().map(item -> new Yaml(way + "[]", item)).toList();
        }
        throw new IllegalArgumentException(way + " is no list");
    }

    List<String> texts() {
        return items().stream().map(item -> String.valueOf(item.value())).toList();
    }

    /** The item of a list that has this name. */
    Yaml named(String list, String name) {
        return at(list).items().stream()
                .filter(item -> item.text("name").equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException(way + "." + list + " has no " + name));
    }
}
