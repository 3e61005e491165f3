package io.kontiki.compatibility;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.stream.Collectors;
import org.apache.kafka.tools.DumpLogSegments;

/** Kafka's {@code kafka-dump-log.sh}, run in this process. */
final class DumpTool {
    private DumpTool() {}

    /** What it prints for the files, its complaints too, line by line. */
    static List<String> run(Collection<Path> files, String... flags) throws IOException {
        List<String> arguments = new ArrayList<>(List.of(flags));
        arguments.add("--files");
        arguments.add(files.stream().map(Path::toString).collect(Collectors.joining(",")));
        PrintStream console = System.out;
        PrintStream errors = System.err;
        ByteArrayOutputStream printed = new ByteArrayOutputStream();
        PrintStream target = new PrintStream(printed, true, StandardCharsets.UTF_8);
        System.setOut(target);
        System.setErr(target);
        try {
            DumpLogSegments.main(arguments.toArray(String[]::new));
        } finally {
            System.setOut(console);
            System.setErr(errors);
        }
        return printed.toString(StandardCharsets.UTF_8).lines().toList();
    }
}
