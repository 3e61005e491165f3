package io.kontiki.benchmark.versus;

import com.google.gson.GsonBuilder;
import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import io.kontiki.benchmark.Figures;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Comparisons for programs: all runs of all figures. */
final class ComparisonJson {
    private ComparisonJson() {}

    static void write(List<Comparison> comparisons, Path file) throws IOException {
        JsonArray all = new JsonArray();
        comparisons.forEach(comparison -> all.add(of(comparison)));
        JsonObject root = new JsonObject();
        root.addProperty("processors", Runtime.getRuntime().availableProcessors());
        root.addProperty("java", Runtime.version().toString());
        root.add("comparisons", all);
        Files.writeString(file, new GsonBuilder().setPrettyPrinting().create().toJson(root) + "\n");
    }

    private static JsonObject of(Comparison comparison) {
        JsonObject parameters = new JsonObject();
        comparison.chosen().parameters().values().forEach(parameters::addProperty);
        JsonArray figures = new JsonArray();
        comparison.rows().forEach((name, row) -> figures.add(of(comparison, name, row)));
        JsonObject json = new JsonObject();
        json.addProperty("scenario", comparison.chosen().scenario().name());
        json.add("parameters", parameters);
        json.add("figures", figures);
        return json;
    }

    private static JsonObject of(Comparison comparison, String name, Comparison.Row row) {
        JsonObject json = new JsonObject();
        json.addProperty("name", name);
        json.addProperty("better", row.moreIsBetter() ? "more" : "less");
        row.byContender().forEach((contender, values) -> json.add(contender, of(values)));
        JsonObject ratios = new JsonObject();
        for (String other : comparison.others()) {
            comparison
                    .ratio(row, other)
                    .ifPresent(ratio -> ratios.addProperty(comparison.subject() + "/" + other, ratio));
        }
        json.add("ratios", ratios);
        return json;
    }

    private static JsonObject of(Figures values) {
        JsonArray runs = new JsonArray();
        values.all().forEach(runs::add);
        JsonObject json = new JsonObject();
        json.addProperty("median", values.median());
        json.addProperty("min", values.min());
        json.addProperty("max", values.max());
        json.add("runs", runs);
        return json;
    }
}
