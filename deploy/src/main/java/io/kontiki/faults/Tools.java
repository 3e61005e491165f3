package io.kontiki.faults;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** Commands of the system, and our own small ones, compiled when they are first needed. */
public final class Tools {
    private static final long TIMEOUT_SECONDS = 30;
    private static final List<String> NEEDED =
            List.of("mkfs.ext4", "losetup", "mount", "umount", "fsfreeze", "sh", "gcc");
    private static final List<Path> PLACES =
            List.of(Path.of("/usr/sbin"), Path.of("/usr/bin"), Path.of("/sbin"), Path.of("/bin"));

    private Tools() {}

    /** What keeps this process from making and breaking file systems, if anything does. */
    public static Optional<String> fileSystemsObstacle() {
        if (!"root".equals(System.getProperty("user.name"))) {
            return Optional.of("only root may mount file systems");
        }
        if (!Files.exists(Path.of("/dev/loop-control"))) {
            return Optional.of("there are no loop devices");
        }
        return NEEDED.stream().flatMap(name -> missing(name).stream()).findFirst();
    }

    /** What keeps this process from compiling a library and preloading it, if anything does. */
    public static Optional<String> compilerObstacle() {
        return "Linux".equals(System.getProperty("os.name"))
                ? missing("gcc")
                : Optional.of("only Linux preloads libraries like this");
    }

    /** Says so if a command of the system is not there. */
    public static Optional<String> missing(String command) {
        return find(command).isPresent() ? Optional.empty() : Optional.of("the command " + command + " is not there");
    }

    private static Optional<Path> find(String name) {
        return PLACES.stream()
                .map(place -> place.resolve(name))
                .filter(Files::isExecutable)
                .findFirst();
    }

    /** What {@link #attempt} found. */
    public record Outcome(boolean succeeded, String output) {}

    /** Runs a command to its end, and returns what it printed. */
    public static String run(String... command) {
        Outcome outcome = attempt(command);
        if (!outcome.succeeded()) {
            throw new IllegalStateException(String.join(" ", command) + " failed: " + outcome.output());
        }
        return outcome.output();
    }

    /** As {@link #run}, for a command that may fail. */
    public static Outcome attempt(String... command) {
        try {
            Path output = Files.createTempFile("kontiki-faults-command", ".txt");
            try {
                Process process = new ProcessBuilder(command)
                        .redirectErrorStream(true)
                        .redirectOutput(output.toFile())
                        .start();
                process.getOutputStream().close();
                boolean ended = process.waitFor(TIMEOUT_SECONDS, TimeUnit.SECONDS);
                if (!ended) {
                    process.destroyForcibly();
                }
                return new Outcome(
                        ended && process.exitValue() == 0,
                        (ended ? "" : "it did not end; ")
                                + Files.readString(output).strip());
            } finally {
                Files.delete(output);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }

    /** The program that cuts the power of a file system. */
    static Path cutPower() {
        return CutPower.PROGRAM;
    }

    /** The library that lets flushes fail. */
    public static Path failFlush() {
        return FailFlush.LIBRARY;
    }

    /** The library that lets the wall clock jump. */
    public static Path shiftClock() {
        return ShiftClock.LIBRARY;
    }

    private static final class CutPower {
        static final Path PROGRAM = compile("cut-power.c", "cut-power");
    }

    private static final class FailFlush {
        static final Path LIBRARY = compile("fail-flush.c", "fail-flush.so", "-shared", "-fPIC", "-ldl");
    }

    private static final class ShiftClock {
        static final Path LIBRARY = compile("shift-clock.c", "shift-clock.so", "-shared", "-fPIC", "-ldl");
    }

    private static Path compile(String source, String target, String... options) {
        try (InputStream text = Tools.class.getResourceAsStream(source)) {
            Path directory = Files.createTempDirectory("kontiki-faults-tools");
            Path copy = directory.resolve(source);
            Files.copy(text, copy, StandardCopyOption.REPLACE_EXISTING);
            Path result = directory.resolve(target);
            String[] command = new String[4 + options.length];
            command[0] = "gcc";
            command[1] = copy.toString();
            command[2] = "-o";
            command[3] = result.toString();
            System.arraycopy(options, 0, command, 4, options.length);
            run(command);
            // In the reverse of this order.
            List.of(directory, copy, result).forEach(made -> made.toFile().deleteOnExit());
            return result;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The content of a small file, or nothing if it cannot be read. */
    static String textOf(Path file) {
        try {
            return Files.readString(file, StandardCharsets.ISO_8859_1);
        } catch (IOException e) {
            return "";
        }
    }
}
