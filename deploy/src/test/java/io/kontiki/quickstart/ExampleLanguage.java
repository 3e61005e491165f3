package io.kontiki.quickstart;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** How the programs below {@code examples/} are run, a language each. One whose runtime is missing skips the test, and says so. */
enum ExampleLanguage {
    JAVA("java", "Produce.java", "Consume.java") {
        @Override
        ProcessBuilder program(Path file, Path directory) {
            return new ProcessBuilder(
                    Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                    "-cp",
                    RealProcesses.distribution().resolve("lib") + "/*",
                    file.toString());
        }
    },
    PYTHON("python", "produce.py", "consume.py") {
        @Override
        ProcessBuilder program(Path file, Path directory) {
            return python(file, directory);
        }
    },
    NODE("node", "produce.js", "consume.js") {
        @Override
        ProcessBuilder program(Path file, Path directory) throws IOException {
            assumeTrue(works("npm", "--version"), "Node with npm is missing");
            Path copy = directory.resolve("node");
            if (!Files.exists(copy)) {
                Files.createDirectory(copy);
                for (String needed : List.of("stubs.js", "package.json", "package-lock.json")) {
                    Files.copy(EXAMPLES.resolve("node").resolve(needed), copy.resolve(needed));
                }
            }
            assumeTrue(
                    Files.exists(copy.resolve("node_modules/@grpc/grpc-js"))
                            || works("npm", "ci", "--prefix", copy.toString(), "--no-audit", "--no-fund"),
                    "npm ci found no packages");
            Path program = copy.resolve(file.getFileName());
            Files.copy(file, program, StandardCopyOption.REPLACE_EXISTING);
            return with(new ProcessBuilder("node", program.toString()), Map.of("KONTIKI_PROTO", PROTO));
        }
    },
    RUBY("ruby", "produce.rb", "consume.rb") {
        @Override
        ProcessBuilder program(Path file, Path directory) {
            assumeTrue(
                    works("sh", "-c", "command -v protoc && command -v grpc_ruby_plugin"),
                    "protoc for Ruby is missing");
            assumeTrue(works("ruby", "-e", "require 'grpc'"), "Ruby with grpc is missing");
            return with(
                    new ProcessBuilder(
                            EXAMPLES.resolve("ruby/run").toString(),
                            file.getFileName().toString()),
                    Map.of("STUBS", directory.resolve("ruby").toString()));
        }
    };

    private static final Path EXAMPLES = RealProcesses.source().resolve("examples");
    private static final String PROTO =
            RealProcesses.source().resolve("proto/src/main/protobuf").toString();

    private final String folder;
    private final String producer;
    private final String consumer;

    ExampleLanguage(String folder, String producer, String consumer) {
        this.folder = folder;
        this.producer = producer;
        this.consumer = consumer;
    }

    /**
     * Without its arguments; skips the test if the language is not there.
     *
     * @param file in the language; in Ruby, one of the examples
     * @param directory for what it needs; the same for all programs
     */
    abstract ProcessBuilder program(Path file, Path directory) throws IOException;

    private static ProcessBuilder python(Path file, Path directory) {
        assumeTrue(
                works("sh", "-c", "command -v protoc && command -v grpc_python_plugin"),
                "protoc for Python is missing");
        String python = List.of("python3", "/usr/bin/python3").stream()
                .filter(candidate -> works(candidate, "-c", "import grpc, google.protobuf"))
                .findFirst()
                .orElse("");
        assumeTrue(!python.isEmpty(), "Python 3 with grpcio is missing");
        return with(
                new ProcessBuilder(
                        EXAMPLES.resolve("python/run").toString(),
                        EXAMPLES.resolve("python").relativize(file).toString()),
                Map.of(
                        "PYTHON",
                        python,
                        "PYTHONUNBUFFERED",
                        "1",
                        "STUBS",
                        directory.resolve("python").toString()));
    }

    /** A program in Python that lies elsewhere, with the stubs; skips the test if Python is not there. */
    static ExampleProgram ofPython(Path program, Path input, Path directory) throws IOException {
        return new ExampleProgram(python(program, directory).redirectInput(input.toFile()), directory);
    }

    ExampleProgram producer(Path directory, String address, String topic, int count) throws IOException {
        return start(program(example(producer), directory), directory, address, topic, Integer.toString(count));
    }

    /** @param more how many events it reads; without, it goes on for ever */
    ExampleProgram consumer(Path directory, String address, String topic, String group, String... more)
            throws IOException {
        List<String> arguments = new ArrayList<>(List.of(address, topic, group));
        arguments.addAll(List.of(more));
        return start(program(example(consumer), directory), directory, arguments.toArray(String[]::new));
    }

    /** A program that lies elsewhere, without arguments. */
    ExampleProgram other(Path file, Path directory) throws IOException {
        return start(program(file, directory), directory);
    }

    private Path example(String name) {
        return EXAMPLES.resolve(folder).resolve(name);
    }

    private static ExampleProgram start(ProcessBuilder builder, Path directory, String... arguments)
            throws IOException {
        List<String> command = new ArrayList<>(builder.command());
        command.addAll(List.of(arguments));
        return new ExampleProgram(builder.command(command), directory);
    }

    private static ProcessBuilder with(ProcessBuilder builder, Map<String, String> environment) {
        builder.environment().putAll(environment);
        return builder;
    }

    private static boolean works(String... command) {
        try {
            Process process = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
            return process.waitFor(2, TimeUnit.MINUTES) && process.exitValue() == 0;
        } catch (IOException missing) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
