package io.kontiki.cli;

import com.google.gson.JsonElement;
import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.kontiki.client.MetadataNode;
import java.nio.charset.StandardCharsets;

/** Nodes of the metadata as the command's JSON. */
final class MetaJson {
    private MetaJson() {}

    /** Everything about a node but its value. */
    static JsonObject stat(MetadataNode node) {
        var object = new JsonObject();
        object.addProperty("path", node.path());
        if (node.version().isPresent()) {
            object.addProperty("version", node.version().getAsLong());
        } else {
            object.add("version", JsonNull.INSTANCE);
        }
        object.addProperty("children", node.children());
        object.addProperty("valueBytes", valueBytes(node));
        object.addProperty("term", node.term());
        object.addProperty("index", node.index());
        return object;
    }

    static JsonElement value(MetadataNode node) {
        return node.value().map(JsonParser::parseString).orElse(JsonNull.INSTANCE);
    }

    /** The same for people, as zkCli shows it. */
    static String statText(MetadataNode node) {
        return "path = " + node.path()
                + "\nversion = "
                + (node.version().isPresent() ? Long.toString(node.version().getAsLong()) : "-")
                + "\nchildren = " + node.children()
                + "\nvalueBytes = " + valueBytes(node)
                + "\nterm = " + node.term()
                + "\nindex = " + node.index() + "\n";
    }

    private static int valueBytes(MetadataNode node) {
        return node.value()
                .map(value -> value.getBytes(StandardCharsets.UTF_8).length)
                .orElse(0);
    }
}
