package io.kontiki.quickstart;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * What the quickstart was asked to do.
 *
 * @param distribution unpacked distribution to start brokers from
 * @param directory below which a run makes its own directory
 * @param files what to send; empty for generated text
 * @param keep whether the cluster stays
 * @param progress whether to draw a progress bar
 */
record Options(Path distribution, Path directory, List<Path> files, boolean keep, boolean progress) {
    static final String USAGE = "usage: deploy/quickstart [--keep] [FILE...]";

    Options {
        files = List.copyOf(files);
    }

    /** @throws IllegalArgumentException with a message for people */
    static Options parse(String... args) {
        Path distribution = null;
        Path directory = null;
        List<Path> files = new ArrayList<>();
        boolean keep = false;
        boolean progress = false;
        for (int i = 0; i < args.length; i++) {
            switch (args[i]) {
                case "--distribution" -> distribution = Path.of(valueOf(args, i++));
                case "--directory" -> directory = Path.of(valueOf(args, i++));
                case "--keep" -> keep = true;
                case "--progress" -> progress = true;
                default -> files.add(file(args[i]));
            }
        }
        return new Options(
                Objects.requireNonNull(distribution, "--distribution").toAbsolutePath(),
                Objects.requireNonNull(directory, "--directory").toAbsolutePath(),
                files,
                keep,
                progress);
    }

    private static String valueOf(String[] args, int option) {
        if (option + 1 == args.length) {
            throw new IllegalArgumentException(args[option] + " needs a value");
        }
        return args[option + 1];
    }

    private static Path file(String name) {
        if (name.startsWith("-")) {
            throw new IllegalArgumentException("unknown option " + name + "\n" + USAGE);
        }
        Path file = Path.of(name);
        if (!Files.isRegularFile(file) || !Files.isReadable(file)) {
            throw new IllegalArgumentException(name + " is not a readable file");
        }
        return file;
    }
}
