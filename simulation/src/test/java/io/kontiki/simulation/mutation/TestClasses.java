package io.kontiki.simulation.mutation;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** Compiled tests, of this module and of others as far as they are built. */
public final class TestClasses {
    private static final Path OWN = Path.of("target", "test-classes");
    /** Those of the broker, the client and the thin tier run without this module's dependencies on them. */
    private static final List<String> MODULES = List.of("metadata-quorum", "data-plane", "client", "thin", "broker");

    private TestClasses() {}

    /** Of the other modules: classes, and tests. */
    static Stream<Path> directories() {
        return MODULES.stream()
                .map(module -> Path.of("..", module, "target"))
                .flatMap(target -> Stream.of(target.resolve("classes"), target.resolve("test-classes")))
                .filter(Files::exists);
    }

    /** Full names of the test classes whose path below {@code io/kontiki} ends so, in their order. */
    public static List<String> endingWith(String end) {
        return Stream.concat(Stream.of(OWN), directories().filter(path -> path.endsWith("test-classes")))
                .flatMap(root -> in(root, end))
                .toList();
    }

    private static Stream<String> in(Path root, String end) {
        try (Stream<Path> files = Files.walk(root.resolve("io/kontiki"))) {
            return files
                    .map(file -> root.relativize(file).toString())
                    .filter(file -> file.endsWith(end + ".class"))
                    .map(file -> file.replace(".class", "").replace('/', '.'))
                    .sorted()
                    .toList()
                    .stream();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
