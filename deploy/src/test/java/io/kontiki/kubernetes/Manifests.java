package io.kontiki.kubernetes;

import io.kubernetes.client.util.Yaml;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** The files in {@code k8s}, read as what they are. */
final class Manifests {
    static final Path ROOT = Path.of("../k8s");
    static final String KUSTOMIZATION = "kustomization.yaml";

    private Manifests() {}

    /** Every YAML file of the folder and of those in it. */
    static List<Path> files() {
        try (Stream<Path> files = Files.walk(ROOT)) {
            return files.filter(file -> file.toString().endsWith(".yaml"))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The one object in a file, as the client's class for it: a field that its schema does not have is an error. */
    static <T> T object(Path file, Class<T> type) {
        try {
            return Yaml.loadAs(Files.readString(file), type);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static <T> T base(String file, Class<T> type) {
        return object(ROOT.resolve("base").resolve(file), type);
    }

    /** Any document, as maps, lists and scalars. */
    static Map<String, Object> plain(Path file) {
        try {
            return new org.yaml.snakeyaml.Yaml().load(Files.readString(file));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @SuppressWarnings("unchecked") // Documents have texts as keys.
    static Map<String, Object> map(Object value) {
        return (Map<String, Object>) value;
    }

    @SuppressWarnings("unchecked") // For lists that the test knows.
    static <T> List<T> list(Object value) {
        return value == null ? List.of() : (List<T>) value;
    }

    /** The lines {@code NAME=value} of a file, in its order. */
    static Map<String, String> variables(Path file) {
        try {
            var variables = new LinkedHashMap<String, String>();
            for (String line : Files.readAllLines(file)) {
                if (!line.startsWith("#") && !line.isBlank()) {
                    variables.put(line.substring(0, line.indexOf('=')), line.substring(line.indexOf('=') + 1));
                }
            }
            return variables;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
