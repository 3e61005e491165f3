package io.kontiki.cli;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import io.kontiki.broker.BrokerConfig;
import io.kontiki.broker.ConfigException;
import io.kontiki.broker.ConfigSources;
import io.kontiki.cli.output.DocumentFormat;
import io.kontiki.cli.output.JsonText;
import io.kontiki.cli.output.Table;
import io.kontiki.cli.output.Table.Column;

/** Reads a configuration as a broker would, and shows what counts. */
final class ServerConfigCheck {
    private final Messages messages;

    ServerConfigCheck(Messages messages) {
        this.messages = messages;
    }

    /** @throws Failure if a broker would not start with it */
    String of(ConfigSources sources, DocumentFormat format) {
        var config = load(sources);
        config.warnings().forEach(warning -> messages.tell("warning: " + warning));
        return switch (format) {
            case TABLE -> table(config);
            case JSON -> JsonText.document(json(config));
        };
    }

    private static BrokerConfig load(ConfigSources sources) {
        try {
            return BrokerConfig.load(sources);
        } catch (ConfigException e) {
            throw ServerProcess.refused(e);
        }
    }

    private static String table(BrokerConfig config) {
        var table = new Table(Column.text("KEY"), Column.text("VALUE"), Column.text("ORIGIN"));
        config.effective().forEach(each -> table.row(each.key(), each.value().orElse(""), each.origin()));
        return table.render();
    }

    private static JsonObject json(BrokerConfig config) {
        var keys = new JsonArray();
        for (var each : config.effective()) {
            var key = new JsonObject();
            key.addProperty("key", each.key());
            key.addProperty("value", each.value().orElse(null));
            key.addProperty("origin", each.origin());
            keys.add(key);
        }
        var warnings = new JsonArray();
        config.warnings().forEach(warnings::add);
        var object = new JsonObject();
        object.add("settings", keys);
        object.add("warnings", warnings);
        return object;
    }
}
