package io.kontiki.cli;

import java.time.InstantSource;

/** The process: gives {@link Kontiki} the real streams, clock and signals, and the shell its exit code. */
public final class Main {
    private Main() {}

    /** Runs one command line and ends the process. */
    public static void main(String[] args) {
        NameMemory.shorten();
        var stop = new StopSignal();
        // On Ctrl-C and SIGTERM the virtual machine runs this and then ends with 128 + the signal's number. The
        // actions of a command that has ended already do nothing.
        Runtime.getRuntime().addShutdownHook(new Thread(stop::request, "kontiki-stop"));
        System.exit(new Kontiki(Terminal.ofProcess(), InstantSource.system(), stop).run(args));
    }
}
