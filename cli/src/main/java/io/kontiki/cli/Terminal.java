package io.kontiki.cli;

import java.io.BufferedOutputStream;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;

/**
 * What surrounds the command: its three streams, whether people or programs are at their ends, and the environment.
 *
 * <p>Text is UTF-8 whatever the locale says, because records are, mostly, and a pipe has no locale. {@code out} takes
 * bytes, so that records leave as they are.
 */
record Terminal(
        InputStream in,
        OutputStream out,
        PrintStream err,
        boolean inIsTerminal,
        boolean outIsTerminal,
        boolean errIsTerminal,
        Map<String, String> environment) {

    private static final int BUFFER_BYTES = 64 * 1024;

    /** The process's own. */
    static Terminal ofProcess() {
        return new Terminal(
                new FileInputStream(FileDescriptor.in),
                new FileOutputStream(FileDescriptor.out),
                new PrintStream(new FileOutputStream(FileDescriptor.err), true, StandardCharsets.UTF_8),
                TerminalCheck.isTerminal(0),
                TerminalCheck.isTerminal(1),
                TerminalCheck.isTerminal(2),
                System.getenv());
    }

    /**
     * Writes a result to standard output. A reader that went away is no fault.
     *
     * @throws Failure if it cannot be written for another reason, such as a full disk
     */
    void print(String text) {
        try {
            out.write(text.getBytes(StandardCharsets.UTF_8));
            out.flush();
        } catch (IOException e) {
            if (!readerIsGone(e)) {
                throw outputFailure(e);
            }
        }
    }

    /** Standard output for many small writes of bytes; the caller flushes. */
    OutputStream bufferedOut() {
        return new BufferedOutputStream(out, BUFFER_BYTES);
    }

    /** Standard output for text that may be lost without harm, such as help; the caller flushes. */
    PrintWriter textOut() {
        return new PrintWriter(new OutputStreamWriter(out, StandardCharsets.UTF_8));
    }

    /** Whether a write failed only because whoever read the pipe has seen enough: POSIX systems say so in these words. */
    static boolean readerIsGone(IOException failure) {
        return String.valueOf(failure.getMessage()).contains("Broken pipe");
    }

    /** Tells that standard output does not take the result. */
    static Failure outputFailure(IOException cause) {
        return new Failure(
                ExitCode.FAILED,
                "cannot write to standard output: " + cause.getMessage(),
                "Is there room where it goes?",
                cause);
    }

    /** A variable that is set and not empty. */
    Optional<String> variable(String name) {
        return Optional.ofNullable(environment.get(name)).filter(value -> !value.isEmpty());
    }

    /** Whether a stream may carry colours; {@code NO_COLOR} wins over {@code CLICOLOR_FORCE}. */
    boolean coloursAllowed(boolean streamIsTerminal) {
        if (variable("NO_COLOR").isPresent()) {
            return false;
        }
        boolean forced =
                variable("CLICOLOR_FORCE").filter(value -> !value.equals("0")).isPresent();
        boolean dumb = "dumb".equals(environment.get("TERM"));
        return forced || (streamIsTerminal && !dumb);
    }
}
