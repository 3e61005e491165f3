package io.kontiki.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Tells whether a file descriptor of this process is a terminal. Java only knows whether input and output both are
 * ({@code System.console()}), which is wrong for the usual {@code kontiki consume t | less}; Linux shows each one.
 */
final class TerminalCheck {
    private TerminalCheck() {}

    static boolean isTerminal(int fileDescriptor) {
        Path link = Path.of("/proc/self/fd", Integer.toString(fileDescriptor));
        try {
            return namesTerminal(Files.readSymbolicLink(link).toString());
        } catch (IOException | UnsupportedOperationException notLinux) {
            return System.console() != null;
        }
    }

    static boolean namesTerminal(String device) {
        return device.startsWith("/dev/pts/") || device.startsWith("/dev/tty") || device.equals("/dev/console");
    }
}
