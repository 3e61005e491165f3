package io.kontiki.quickstart;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** How the programs below {@code examples/} are run, a language each. One whose runtime is missing skips the test, and says so. */
enum ExampleLanguage {
    JAVA {
        @Override
        ProcessBuilder program(boolean consumes, Path directory) {
            return new ProcessBuilder(
                    Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                    "-cp",
                    RealProcesses.distribution().resolve("lib") + "/*",
                    EXAMPLES.resolve(consumes ? "java/Consume.java" : "java/Produce.java")
                            .toString());
        }
    },
    PYTHON {
        @Override
        ProcessBuilder program(boolean consumes, Path directory) {
            return python(Path.of(consumes ? "consume.py" : "produce.py"), directory);
        }
    },
    NODE {
        @Override
        ProcessBuilder program(boolean consumes, Path directory) throws IOException {
            assumeTrue(works("npm", "--version"), "Node with npm is missing");
            Path copy = directory.resolve("node");
            if (!Files.exists(copy)) {
                Files.createDirectory(copy);
                for (String file :
                        List.of("produce.js", "consume.js", "stubs.js", "package.json", "package-lock.json")) {
                    Files.copy(EXAMPLES.resolve("node").resolve(file), copy.resolve(file));
                }
            }
            assumeTrue(
                    Files.exists(copy.resolve("node_modules/@grpc/grpc-js"))
                            || works("npm", "ci", "--prefix", copy.toString(), "--no-audit", "--no-fund"),
                    "npm ci found no packages");
            return with(
                    new ProcessBuilder(
                            "node",
                            copy.resolve(consumes ? "consume.js" : "produce.js").toString()),
                    Map.of("KONTIKI_PROTO", PROTO));
        }
    },
    RUBY {
        @Override
        ProcessBuilder program(boolean consumes, Path directory) {
            assumeTrue(
                    works("sh", "-c", "command -v protoc && command -v grpc_ruby_plugin"),
                    "protoc for Ruby is missing");
            assumeTrue(works("ruby", "-e", "require 'grpc'"), "Ruby with grpc is missing");
            return with(
                    new ProcessBuilder(EXAMPLES.resolve("ruby/run").toString(), consumes ? "consume.rb" : "produce.rb"),
                    Map.of("STUBS", directory.resolve("ruby").toString()));
        }
    };

    private static final Path EXAMPLES = RealProcesses.source().resolve("examples");
    private static final String PROTO =
            RealProcesses.source().resolve("proto/src/main/protobuf").toString();

    /** Without its arguments; skips the test if the language is not there. */
    abstract ProcessBuilder program(boolean consumes, Path directory) throws IOException;

    /** @param program relative to the examples in Python */
    private static ProcessBuilder python(Path program, Path directory) {
        assumeTrue(
                works("sh", "-c", "command -v protoc && command -v grpc_python_plugin"),
                "protoc for Python is missing");
        String python = List.of("python3", "/usr/bin/python3").stream()
                .filter(candidate -> works(candidate, "-c", "import grpc, google.protobuf"))
                .findFirst()
                .orElse("");
        assumeTrue(!python.isEmpty(), "Python 3 with grpcio is missing");
        return with(
                new ProcessBuilder(EXAMPLES.resolve("python/run").toString(), program.toString()),
                Map.of("PYTHON", python, "STUBS", directory.resolve("python").toString()));
    }

    /** A program in Python that lies elsewhere, with the stubs; skips the test if Python is not there. */
    static ExampleProgram ofPython(Path program, Path input, Path directory) throws IOException {
        Path relative = EXAMPLES.resolve("python").relativize(program);
        return new ExampleProgram(python(relative, directory).redirectInput(input.toFile()), directory);
    }

    ExampleProgram producer(Path directory, String address, String topic, int count) throws IOException {
        return start(program(false, directory), directory, address, topic, Integer.toString(count));
    }

    /** @param more how many events it reads; without, it goes on for ever */
    ExampleProgram consumer(Path directory, String address, String topic, String group, String... more)
            throws IOException {
        List<String> arguments = new ArrayList<>(List.of(address, topic, group));
        arguments.addAll(List.of(more));
        return start(program(true, directory), directory, arguments.toArray(String[]::new));
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
