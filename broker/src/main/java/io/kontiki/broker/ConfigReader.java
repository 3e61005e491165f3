package io.kontiki.broker;

import io.kontiki.metadata.Excerpt;
import io.kontiki.metadata.NearestKey;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;

/** Reads all sources into one table of values, and collects every problem on the way. */
final class ConfigReader {
    /**
     * A value with where it came from.
     *
     * @param text as written: with references, not with what they stand for, which may be secret
     */
    record Setting<T>(ConfigKey<T> key, String text, T value, String origin) {}

    /**
     * What was read.
     *
     * @param warnings one sentence each, of what was set and has no effect
     */
    record Reading(Map<ConfigKey<?>, Setting<?>> settings, List<String> warnings) {}

    /** Read by the start script, the client or the log, not by this table. */
    private static final Set<String> RESERVED = Set.of(
            "KONTIKI_HOME",
            "KONTIKI_CONFIG",
            "KONTIKI_HEAP_OPTS",
            "KONTIKI_JVM_OPTS",
            "KONTIKI_LOG_FORMAT",
            "KONTIKI_LOG_LEVEL",
            "KONTIKI_PID_FILE",
            "KONTIKI_PROCESS_LOG_DIR",
            "KONTIKI_PROFILE",
            "KONTIKI_BOOTSTRAP");
    /** What Kubernetes sets in each pod for a Service whose name begins with "kontiki". */
    private static final Pattern SERVICE_LINK = Pattern.compile(
            "KONTIKI_(.*_)?(SERVICE_(HOST|PORT(_.*)?)|PORT(_[0-9]+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR))?)?)");

    private static final Map<String, String> DEV = Map.of(
            BrokerKeys.LISTENERS.name(), "GRPC://localhost:9392",
            HttpKeys.LISTENER.name(), "localhost:9394");

    /** As one source names a key. */
    private record Named(String name, String text) {}

    private final Map<ConfigKey<?>, Setting<?>> settings = new HashMap<>();
    /** What the source that is being read has set so far. */
    private final Map<ConfigKey<?>, Named> ofThisSource = new HashMap<>();

    private final List<String> problems = new ArrayList<>();
    private final List<String> warnings = new ArrayList<>();
    private final ConfigReferences references;

    private ConfigReader(ConfigReferences references) {
        this.references = references;
    }

    /** @throws ConfigException with every problem found */
    static Reading read(ConfigSources sources) {
        var reader = new ConfigReader(new ConfigReferences(sources.environment()));
        reader.readDefaults(sources.dev());
        sources.file().ifPresent(reader::readFile);
        reader.ofThisSource.clear();
        reader.readEnvironment(sources.environment());
        reader.ofThisSource.clear();
        new TreeMap<>(sources.overrides()).forEach((name, text) -> reader.put(name, text, "--set"));
        if (!reader.problems.isEmpty()) {
            throw new ConfigException(reader.problems);
        }
        return new Reading(reader.settings, List.copyOf(reader.warnings));
    }

    /** @throws IllegalArgumentException with a message that names key, value and limits */
    static <T> Setting<T> setting(ConfigKey<T> key, String text, String origin) {
        return new Setting<>(key, text, key.parse(text, text), origin);
    }

    private void readDefaults(boolean dev) {
        for (var key : BrokerKeys.ALL) {
            key.defaultText().ifPresent(text -> put(key, text, BrokerConfig.DEFAULT));
        }
        if (dev) {
            DEV.forEach((name, text) -> put(name, text, "--dev"));
            ofThisSource.clear();
        }
    }

    private void readFile(Path file) {
        String what = "the configuration file " + file + " ";
        try {
            ConfigFile.read(file).forEach(entry -> put(entry.name(), entry.value(), "file " + file));
        } catch (NoSuchFileException e) {
            problems.add(what + "does not exist");
        } catch (IOException e) {
            problems.add(what + e.getMessage());
        }
    }

    private void readEnvironment(Map<String, String> environment) {
        checkWord(environment, "KONTIKI_LOG_FORMAT", List.of("text", "json"));
        checkWord(environment, "KONTIKI_LOG_LEVEL", List.of("TRACE", "DEBUG", "INFO", "WARN", "ERROR"));
        var names = new HashMap<String, ConfigKey<?>>();
        BrokerKeys.ALL.forEach(key -> names.put(key.environmentName(), key));
        BrokerKeys.ALIASES.forEach((alias, key) -> names.put(ConfigKey.environmentName(alias), key));
        new TreeMap<>(environment).forEach((name, text) -> {
            var key = names.get(name);
            if (key != null) {
                requireOnce(key, name, text, "");
                put(key, text, "environment " + name);
            } else if (isSetting(name)) {
                putUnknown(
                        "environment variable ", name, KafkaKeys.findByVariable(name), List.copyOf(names.keySet()), "");
            }
        });
    }

    /** Whether a variable of this name is meant for this table, right or wrong. */
    static boolean isSetting(String variable) {
        return variable.startsWith(ConfigKey.ENVIRONMENT_PREFIX)
                && !RESERVED.contains(variable)
                && !SERVICE_LINK.matcher(variable).matches();
    }

    /** These are read by the log itself, which would say nothing of a wrong one. */
    private void checkWord(Map<String, String> environment, String name, List<String> allowed) {
        var word = environment.get(name);
        if (word != null && !allowed.contains(word)) {
            problems.add("environment variable " + name + " is \"" + Excerpt.of(word) + "\", but must be one of "
                    + String.join(", ", allowed));
        }
    }

    private void put(String name, String text, String origin) {
        BrokerKeys.find(name)
                .ifPresentOrElse(
                        key -> {
                            requireOnce(key, name, text, " (" + origin + ")");
                            put(key, text, origin);
                        },
                        () -> putUnknown("key ", name, KafkaKeys.find(name), BrokerKeys.names(), " (" + origin + ")"));
    }

    /** Which of two values counts would be anybody's guess. */
    private void requireOnce(ConfigKey<?> key, String name, String text, String origin) {
        var before = ofThisSource.putIfAbsent(key, new Named(name, text));
        if (before == null || before.text().equals(text)) {
            return;
        }
        String values = "\"" + Excerpt.of(before.text()) + "\" and \"" + Excerpt.of(text) + "\"" + origin;
        problems.add(
                before.name().equals(name)
                        ? name + " is set twice, to " + values
                        : before.name() + " and " + name + " mean the same, but are set to " + values);
    }

    private void putUnknown(
            String what, String name, Optional<KafkaKeys.Verdict> kafka, List<String> known, String origin) {
        if (kafka.isEmpty()) {
            problems.add(what + unknown(name, known) + origin);
        } else if (kafka.get().refused()) {
            problems.add(what + "\"" + Excerpt.of(name) + "\" of Kafka cannot be honoured here, because "
                    + kafka.get().why() + "; take it out" + origin);
        } else {
            warnings.add(what + "\"" + Excerpt.of(name) + "\" of Kafka is ignored, because "
                    + kafka.get().why() + origin);
        }
    }

    private <T> void put(ConfigKey<T> key, String text, String origin) {
        String resolved;
        try {
            resolved = references.resolve(text);
        } catch (IllegalArgumentException e) {
            problems.add(key.name() + " " + e.getMessage() + " (" + origin + ")");
            return;
        }
        try {
            settings.put(key, new Setting<>(key, text, key.parse(resolved, text), origin));
        } catch (IllegalArgumentException e) {
            problems.add(e.getMessage() + " (" + origin + ")");
        }
    }

    private static String unknown(String name, List<String> known) {
        return "\"" + Excerpt.of(name) + "\" is unknown"
                + NearestKey.nearest(name, known)
                        .map(nearest -> "; did you mean " + nearest + "?")
                        .orElse("");
    }
}
