package io.kontiki.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Pattern;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code kontiki server stop}: asks a broker of this machine, by a signal, and waits for its process to end. */
@Command(
        name = "stop",
        description = {
            "Stop a broker that \"server start --daemon\" started on this machine.",
            "It hands its leaderships over first, as on SIGTERM."
        })
final class ServerStop implements Callable<Integer> {
    private static final int FILE_BYTES_MAX = 64;
    /** Of a process; others mean groups of them, or all. */
    private static final Pattern NUMBER = Pattern.compile("[1-9][0-9]{0,17}");
    /** How much later than its file a process may seem to have begun: clocks are set, and files have coarse times. */
    private static final Duration FILE_TIME_DOUBT = Duration.ofSeconds(10);

    private final Terminal terminal;
    private final Messages messages;

    @Option(
            names = "--pid-file",
            paramLabel = "FILE",
            description = "Where the number of its process stands. Default: KONTIKI_PID_FILE")
    private Path pidFile;

    @Option(
            names = "--wait",
            paramLabel = "TIME",
            description = "Longest wait for it to end, such as 30s or 2m. Default: 2m")
    private Duration wait = Duration.ofMinutes(2);

    ServerStop(Terminal terminal, Messages messages) {
        this.terminal = terminal;
        this.messages = messages;
    }

    @Override
    public Integer call() throws InterruptedException {
        Path file = Optional.ofNullable(pidFile)
                .or(() -> terminal.variable("KONTIKI_PID_FILE").map(Path::of))
                .orElseThrow(() -> new Failure(
                        ExitCode.USAGE,
                        "it is not known which broker is meant",
                        "Name the file with the number of its process: --pid-file FILE"));
        Optional<ProcessHandle> broker = ProcessHandle.of(number(file)).filter(ProcessHandle::isAlive);
        if (broker.isEmpty()) {
            messages.tell("the broker of " + file + " does not run");
            return ExitCode.DONE;
        }
        check(broker.get(), file);
        stop(broker.get());
        messages.tell("stopped the broker with process " + broker.get().pid());
        return ExitCode.DONE;
    }

    private static long number(Path file) {
        try {
            if (Files.size(file) > FILE_BYTES_MAX) {
                throw new NumberFormatException("longer than " + FILE_BYTES_MAX + " bytes");
            }
            String text = Files.readString(file).strip();
            if (!NUMBER.matcher(text).matches()) {
                throw new NumberFormatException("it holds \"" + text + "\"");
            }
            return Long.parseLong(text);
        } catch (NoSuchFileException e) {
            throw new Failure(
                    ExitCode.NOT_FOUND,
                    "there is no " + file,
                    "Was the broker started with --daemon? One in the foreground is stopped by Ctrl-C or SIGTERM.",
                    e);
        } catch (IOException | NumberFormatException e) {
            throw new Failure(
                    ExitCode.FAILED, file + " cannot be read as the number of a process: " + e.getMessage(), "", e);
        }
    }

    /** Numbers are used again: another process must not be ended for a file that is left over. */
    private static void check(ProcessHandle process, Path file) {
        String command = process.info().commandLine().orElse("");
        if (!command.contains(Main.class.getName()) || !command.contains("server")) {
            throw new Failure(
                    ExitCode.CONFLICT,
                    "process " + process.pid() + " of " + file + " is no broker, as far as can be seen from here",
                    "If the broker is gone, delete the file. If it runs as another user, stop it as that user.");
        }
        if (beganAfter(process, file)) {
            throw new Failure(
                    ExitCode.CONFLICT,
                    "process " + process.pid() + " began after its number was written to " + file
                            + ": it is another broker",
                    "If the broker of the file is gone, delete the file. To stop this one all the same: kill "
                            + process.pid());
        }
    }

    /** The number is written once the process runs. */
    private static boolean beganAfter(ProcessHandle process, Path file) {
        try {
            var written = Files.getLastModifiedTime(file).toInstant();
            return process.info()
                    .startInstant()
                    .filter(began -> began.isAfter(written.plus(FILE_TIME_DOUBT)))
                    .isPresent();
        } catch (IOException e) {
            return false; // It was there a moment ago; what it said was judged.
        }
    }

    private void stop(ProcessHandle broker) throws InterruptedException {
        if (!broker.destroy()) {
            throw new Failure(
                    ExitCode.FAILED,
                    "process " + broker.pid() + " cannot be asked to stop",
                    "Only its user, or root, may do so.");
        }
        try {
            broker.onExit().get(wait.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            throw new Failure(
                    ExitCode.UNREACHABLE,
                    "process " + broker.pid() + " still runs after " + wait.toSeconds() + " s",
                    "It has been asked to stop, and may need longer. Its log says what it waits for.",
                    e);
        } catch (ExecutionException e) {
            throw new IllegalStateException(e);
        }
    }
}
