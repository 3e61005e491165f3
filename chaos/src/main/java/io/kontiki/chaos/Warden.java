package io.kontiki.chaos;

import io.kontiki.chaos.network.NetworkLeftovers;
import io.kontiki.faults.Leftovers;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A process that outlives this one, and takes away what it leaves if it is killed: brokers, networks, file systems. It
 * hears of the death by the end of its input.
 */
final class Warden implements AutoCloseable {
    private static final String SCRIPT = "trap '' INT TERM HUP; read -r word || :; [ \"$word\" = done ] || exec \"$@\"";

    private final Process process;

    private Warden(Process process) {
        this.process = process;
    }

    /** @param directory of all brokers that this process starts */
    static Warden watch(Path directory) throws IOException {
        return new Warden(new ProcessBuilder(
                        "sh",
                        "-c",
                        SCRIPT,
                        "warden",
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        Warden.class.getName(),
                        Long.toString(ProcessHandle.current().pid()),
                        directory.toString())
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start());
    }

    /** Takes away what a process left. Arguments: its id, the directory of its brokers. */
    public static void main(String[] args) {
        String directory = args[1] + "/";
        ProcessHandle.allProcesses()
                .filter(process -> process.pid() != ProcessHandle.current().pid())
                .filter(process -> commandOf(process.pid()).contains(directory))
                .forEach(ProcessHandle::destroyForcibly);
        long pid = Long.parseLong(args[0]);
        Leftovers.takeAwayOf(pid);
        NetworkLeftovers.takeAwayOf(pid);
    }

    private static String commandOf(long pid) {
        try {
            return Files.readString(Path.of("/proc", Long.toString(pid), "cmdline"), StandardCharsets.ISO_8859_1);
        } catch (IOException gone) {
            return "";
        }
    }

    /** There is nothing left to take away. */
    @Override
    public void close() {
        try (OutputStream input = process.getOutputStream()) {
            input.write("done\n".getBytes(StandardCharsets.US_ASCII));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
