package io.kontiki.monitoring;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/** The dashboard as Grafana reads it. */
final class Dashboard {
    static final Path FOLDER = Path.of("grafana/dashboards");

    private final JsonObject root;

    private Dashboard(JsonObject root) {
        this.root = root;
    }

    /**
     * What a panel asks Prometheus.
     *
     * @param panel the title
     * @param expression with Grafana's variables in it
     * @param legend how a series is called, with labels in double braces; empty for none
     */
    record Query(String panel, String expression, String legend) {
        /** As Grafana sends it. */
        String with(Map<String, String> variables) {
            String text = expression;
            for (var variable : variables.entrySet()) {
                text = text.replace("$" + variable.getKey(), variable.getValue());
            }
            return text;
        }
    }

    static Dashboard shipped() {
        try {
            return new Dashboard(JsonParser.parseString(Files.readString(FOLDER.resolve("kontiki.json")))
                    .getAsJsonObject());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    String text(String key) {
        return root.get(key).getAsString();
    }

    /** Rows too. */
    List<JsonObject> everything() {
        return objects(root.getAsJsonArray("panels")).toList();
    }

    List<JsonObject> panels() {
        return everything().stream().filter(panel -> !isRow(panel)).toList();
    }

    static boolean isRow(JsonObject panel) {
        return panel.get("type").getAsString().equals("row");
    }

    List<Query> queries() {
        return panels().stream()
                .flatMap(panel -> objects(panel.getAsJsonArray("targets"))
                        .map(target -> new Query(
                                panel.get("title").getAsString(),
                                target.get("expr").getAsString(),
                                target.get("legendFormat").getAsString())))
                .toList();
    }

    /** What marks the time line of every panel. */
    String annotation() {
        return objects(root.getAsJsonObject("annotations").getAsJsonArray("list"))
                .map(each -> each.get("expr").getAsString())
                .collect(Collectors.joining("\n"));
    }

    List<JsonObject> variables() {
        return objects(root.getAsJsonObject("templating").getAsJsonArray("list"))
                .toList();
    }

    private static Stream<JsonObject> objects(JsonArray array) {
        return StreamSupport.stream(array.spliterator(), false).map(JsonElement::getAsJsonObject);
    }
}
