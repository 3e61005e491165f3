package io.kontiki.benchmark.group;

import io.kontiki.benchmark.ResidentMemory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a broker's process occupies: MiB that are resident, MiB of the heap in use right after a collection, and MiB of buffers
 * outside of it. Native memory tracking must be on in its JVM.
 */
record BrokerMemory(double resident, double heap, double buffers) {
    /** Tells the JVM to count what it takes outside the heap; costs some percent. */
    static final String JVM_OPTION = "-XX:NativeMemoryTracking=summary";

    private static final double KIBIBYTES_PER_MEBIBYTE = 1024;
    private static final Pattern HEAP_USED = Pattern.compile("(?:heap|generation|Gen) +total \\d+K, used (\\d+)K");
    private static final Pattern BUFFERS = Pattern.compile("Other \\(reserved=\\d+KB, committed=(\\d+)KB");
    private static final Pattern HEAP_OPTION = Pattern.compile("-X.*");

    /** As it is now, after a collection of the whole heap. */
    static BrokerMemory collected(long pid) throws IOException {
        double resident = ResidentMemory.mebibytes(pid);
        ask(pid, "GC.run");
        return new BrokerMemory(resident, sum(HEAP_USED, ask(pid, "GC.heap_info")), buffers(pid));
    }

    /** Outside the heap, in MiB. */
    static double buffers(long pid) throws IOException {
        return sum(BUFFERS, ask(pid, "VM.native_memory", "summary"));
    }

    /** The options of its JVM that limit memory. */
    static String options(long pid) throws IOException {
        return String.join(
                " ",
                Files.readString(Path.of("/proc", Long.toString(pid), "cmdline"))
                        .lines()
                        .flatMap(line -> java.util.Arrays.stream(line.split("\0")))
                        .filter(HEAP_OPTION.asMatchPredicate())
                        .filter(option -> option.matches("-Xm.*|-XX:.*Size=.*|-XX:.*RAM.*"))
                        .toList());
    }

    private static double sum(Pattern pattern, String answer) {
        double sum = 0;
        Matcher found = pattern.matcher(answer);
        while (found.find()) {
            sum += Long.parseLong(found.group(1)) / KIBIBYTES_PER_MEBIBYTE;
        }
        return sum;
    }

    private static String ask(long pid, String... question) throws IOException {
        String[] command = new String[question.length + 2];
        command[0] = Path.of(System.getProperty("java.home"), "bin", "jcmd").toString();
        command[1] = Long.toString(pid);
        System.arraycopy(question, 0, command, 2, question.length);
        Process jcmd = new ProcessBuilder(command).redirectErrorStream(true).start();
        jcmd.getOutputStream().close();
        return new String(jcmd.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
    }
}
