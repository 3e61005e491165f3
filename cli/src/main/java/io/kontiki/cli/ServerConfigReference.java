package io.kontiki.cli;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import io.kontiki.broker.ConfigDocs;
import io.kontiki.cli.output.JsonText;
import io.kontiki.cli.output.ReferenceFormat;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The reference of all keys. Its Markdown is part of docs/configuration.md, which a test compares. */
final class ServerConfigReference {
    private static final String HEADING =
            "| Key | Default | Unit | Must be | Dynamic | Meaning |\n|---|---|---|---|---|---|\n";

    private ServerConfigReference() {}

    static String in(ReferenceFormat format) {
        return switch (format) {
            case MARKDOWN ->
                "## Keys of a broker\n\n" + table(ConfigDocs.broker()) + "\n## Keys of a topic\n\n"
                        + table(ConfigDocs.topic());
            case JSON -> {
                var object = new JsonObject();
                object.add("broker", json(ConfigDocs.broker()));
                object.add("topic", json(ConfigDocs.topic()));
                yield JsonText.document(object);
            }
        };
    }

    private static String table(List<ConfigDocs.Key> keys) {
        return keys.stream().map(ServerConfigReference::row).collect(Collectors.joining("", HEADING, ""));
    }

    private static String row(ConfigDocs.Key key) {
        String names = Stream.concat(
                        Stream.of(code(key.name())), key.otherNames().stream().map(name -> "(" + code(name) + ")"))
                .collect(Collectors.joining(" "));
        return Stream.of(
                        names + (key.ownName() ? " *" : ""),
                        key.defaultText().map(ServerConfigReference::code).orElse("–"),
                        key.unit(),
                        key.limits(),
                        key.dynamic() ? "yes" : "no",
                        key.doc())
                .map(cell -> cell.replace("|", "\\|"))
                .collect(Collectors.joining(" | ", "| ", " |\n"));
    }

    private static String code(String text) {
        return "`" + text + "`";
    }

    private static JsonArray json(List<ConfigDocs.Key> keys) {
        var array = new JsonArray();
        for (var key : keys) {
            var object = new JsonObject();
            object.addProperty("key", key.name());
            var otherNames = new JsonArray();
            key.otherNames().forEach(otherNames::add);
            object.add("otherNames", otherNames);
            object.addProperty("variable", key.variable().orElse(null));
            object.addProperty("default", key.defaultText().orElse(null));
            object.addProperty("unit", key.unit());
            object.addProperty("limits", key.limits());
            object.addProperty("dynamic", key.dynamic());
            object.addProperty("doc", withoutLinks(key.doc()));
            array.add(object);
        }
        return array;
    }

    /** Links lead to other pages of the documentation, and mean nothing elsewhere. */
    private static String withoutLinks(String text) {
        return text.replaceAll(" \\(\\[[^]]*]\\([^)]*\\)\\)", "").replaceAll("\\[([^]]*)]\\([^)]*\\)", "$1");
    }
}
