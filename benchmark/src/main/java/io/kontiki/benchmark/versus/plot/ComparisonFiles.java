package io.kontiki.benchmark.versus.plot;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import io.kontiki.benchmark.Figures;
import io.kontiki.benchmark.versus.load.Parameters;
import io.kontiki.benchmark.versus.scenario.Scenario;
import io.kontiki.benchmark.versus.scenario.Scenarios;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Comparisons that were written as JSON. A long one is made in parts: where several files, or one of them several times, have the
 * same scenario with the same parameters, their runs count together. Belongs to one thread.
 */
final class ComparisonFiles {
    /** Members of a figure that are no contender's. */
    private static final Set<String> NO_CONTENDER = Set.of("name", "better", "ratios");

    /** Of one figure: its rows by their labels. */
    private record Found(boolean moreIsBetter, Map<String, Bars> rows) {}

    private final Map<String, Found> byFigure = new LinkedHashMap<>();

    /** @throws IOException if the file cannot be read or is not what {@code versus --json} writes */
    void add(Path file) throws IOException {
        String text = Files.readString(file);
        try {
            JsonObject root = JsonParser.parseString(text).getAsJsonObject();
            for (JsonElement comparison : root.getAsJsonArray("comparisons")) {
                addComparison(comparison.getAsJsonObject());
            }
        } catch (JsonParseException | IllegalStateException | NullPointerException | ClassCastException e) {
            throw new IOException(file + " is no JSON of benchmark/run versus: " + e, e);
        }
    }

    private void addComparison(JsonObject comparison) {
        Scenario scenario = Scenarios.named(comparison.get("scenario").getAsString());
        String label = label(scenario, comparison.getAsJsonObject("parameters"));
        for (JsonElement element : comparison.getAsJsonArray("figures")) {
            JsonObject figure = element.getAsJsonObject();
            boolean moreIsBetter = figure.get("better").getAsString().equals("more");
            Found found = byFigure.computeIfAbsent(
                    figure.get("name").getAsString(), name -> new Found(moreIsBetter, new LinkedHashMap<>()));
            addRuns(found.rows().computeIfAbsent(label, name -> noRuns(name, scenario)), figure);
        }
    }

    /** In the scenario's order, whoever took the first turn that is found. */
    private static Bars noRuns(String label, Scenario scenario) {
        Map<String, Figures> byContender = new LinkedHashMap<>();
        scenario.contenders().forEach(contender -> byContender.put(contender.label(), new Figures()));
        return new Bars(label, byContender);
    }

    private static void addRuns(Bars row, JsonObject figure) {
        for (String contender : figure.keySet()) {
            if (!NO_CONTENDER.contains(contender)) {
                Figures runs = row.byContender().computeIfAbsent(contender, name -> new Figures());
                figure.getAsJsonObject(contender).getAsJsonArray("runs").forEach(run -> runs.add(run.getAsDouble()));
            }
        }
    }

    /** The scenario with what differs from its defaults. */
    private static String label(Scenario scenario, JsonObject parameters) {
        Parameters defaults = scenario.defaults();
        StringBuilder label = new StringBuilder(scenario.name());
        for (String key : parameters.keySet()) {
            String value = parameters.get(key).getAsString();
            if (!value.equals(defaults.values().get(key))) {
                label.append(' ').append(key).append('=').append(value);
            }
        }
        return label.toString();
    }

    /** One for each figure, in the order in which they were found. */
    List<Plot> plots() {
        List<Plot> plots = new ArrayList<>();
        byFigure.forEach((figure, found) -> plots.add(new Plot(
                figure,
                found.moreIsBetter(),
                found.rows().values().stream().map(Bars::ofThoseThatRan).toList())));
        return plots;
    }
}
