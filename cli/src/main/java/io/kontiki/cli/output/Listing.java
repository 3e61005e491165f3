package io.kontiki.cli.output;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * How a list of things is shown, in every {@link ListFormat}: what its columns are, what its JSON looks like, what its
 * names are.
 *
 * @param <T> the things
 */
public final class Listing<T> {
    private record View<T>(Table.Column column, boolean wideOnly, Function<T, Object> cell) {}

    private final String plural;
    private final Function<T, String> name;
    private final Function<T, ? extends JsonElement> json;
    private final List<View<T>> views = new ArrayList<>();

    /**
     * @param plural the field of the JSON document that holds the list
     * @param name what a script would call one of them
     * @param json one of them for programs
     */
    public Listing(String plural, Function<T, String> name, Function<T, ? extends JsonElement> json) {
        this.plural = plural;
        this.name = name;
        this.json = json;
    }

    /** Adds a column of words. */
    public Listing<T> text(String heading, Function<T, Object> cell) {
        views.add(new View<>(Table.Column.text(heading), false, cell));
        return this;
    }

    /** Adds a column of numbers. */
    public Listing<T> number(String heading, Function<T, Object> cell) {
        views.add(new View<>(Table.Column.number(heading), false, cell));
        return this;
    }

    /** Adds a column of words that only {@link ListFormat#WIDE} shows. */
    public Listing<T> wideText(String heading, Function<T, Object> cell) {
        views.add(new View<>(Table.Column.text(heading), true, cell));
        return this;
    }

    /** Adds a column of numbers that only {@link ListFormat#WIDE} shows. */
    public Listing<T> wideNumber(String heading, Function<T, Object> cell) {
        views.add(new View<>(Table.Column.number(heading), true, cell));
        return this;
    }

    /** The whole text of the list. */
    public String render(List<T> items, ListFormat format) {
        return switch (format) {
            case TABLE -> table(items, false);
            case WIDE -> table(items, true);
            case JSON -> JsonText.document(document(items));
            case JSONL -> items.stream().map(json).map(JsonText::line).collect(Collectors.joining());
            case NAME -> items.stream().map(name).map(n -> n + "\n").collect(Collectors.joining());
        };
    }

    private String table(List<T> items, boolean wide) {
        List<View<T>> shown =
                views.stream().filter(view -> wide || !view.wideOnly()).toList();
        var table = new Table(shown.stream().map(View::column).toList());
        for (T item : items) {
            table.row(shown.stream()
                    .map(view -> String.valueOf(view.cell().apply(item)))
                    .toList());
        }
        return table.render();
    }

    private JsonObject document(List<T> items) {
        var array = new JsonArray();
        items.forEach(item -> array.add(json.apply(item)));
        var document = new JsonObject();
        document.add(plural, array);
        return document;
    }
}
