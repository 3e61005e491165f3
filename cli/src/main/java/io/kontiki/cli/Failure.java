package io.kontiki.cli;

/** Ends a command with one line saying what is wrong, one saying what to do, and an exit code. */
final class Failure extends RuntimeException {
    private final int exitCode;
    private final String advice;

    /**
     * @param exitCode one of {@link ExitCode}
     * @param what the fault, one line without a full stop
     * @param advice what to do about it, one line; empty if nothing sensible can be said
     */
    Failure(int exitCode, String what, String advice) {
        this(exitCode, what, advice, null);
    }

    Failure(int exitCode, String what, String advice, Throwable cause) {
        super(what, cause);
        this.exitCode = exitCode;
        this.advice = advice;
    }

    int exitCode() {
        return exitCode;
    }

    String advice() {
        return advice;
    }
}
