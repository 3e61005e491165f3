package io.kontiki.cli;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeSet;

/**
 * What became of one node of the metadata between two looks.
 *
 * @param path of the node
 * @param value what it holds now, JSON on one line; what it held if it is gone
 */
record MetaChange(Kind kind, String path, String value) {
    enum Kind {
        CREATED,
        CHANGED,
        DELETED
    }

    /** The differences between two trees, each given as values by paths, in the order of the paths. */
    static List<MetaChange> between(SortedMap<String, String> before, SortedMap<String, String> after) {
        var paths = new TreeSet<>(before.keySet());
        paths.addAll(after.keySet());
        var changes = new ArrayList<MetaChange>();
        for (String path : paths) {
            String was = before.get(path);
            String is = after.get(path);
            if (was == null) {
                changes.add(new MetaChange(Kind.CREATED, path, is));
            } else if (is == null) {
                changes.add(new MetaChange(Kind.DELETED, path, was));
            } else if (!Objects.equals(was, is)) {
                changes.add(new MetaChange(Kind.CHANGED, path, is));
            }
        }
        return changes;
    }

    String text(long index) {
        return index + " " + word() + " " + path + (kind == Kind.DELETED ? "" : " " + value);
    }

    JsonObject json(long index) {
        var object = new JsonObject();
        object.addProperty("index", index);
        object.addProperty("change", word());
        object.addProperty("path", path);
        object.add("value", JsonParser.parseString(value));
        return object;
    }

    private String word() {
        return kind.name().toLowerCase(Locale.ROOT);
    }
}
