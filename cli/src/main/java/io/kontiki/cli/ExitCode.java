package io.kontiki.cli;

/** What the process tells the shell. Scripts depend on these numbers: they never change meaning. */
final class ExitCode {
    /** All was done. */
    static final int DONE = 0;
    /** The request was understood and refused, or something broke. */
    static final int FAILED = 1;
    /** The command line cannot be understood. */
    static final int USAGE = 2;
    /** No broker could be reached, or none answered in time. */
    static final int UNREACHABLE = 3;
    /** A topic or other thing named on the command line does not exist. */
    static final int NOT_FOUND = 4;
    /** Not authenticated, or not allowed. */
    static final int DENIED = 5;
    /** It exists already, or something that must hold first does not. */
    static final int CONFLICT = 6;
    /** Some of the work was done and some not; standard error says what. */
    static final int PARTLY_DONE = 7;
    /** A check ran and found problems. */
    static final int PROBLEMS_FOUND = 10;
    /** It was done, and records that were acknowledged are lost by it, or may be. */
    static final int RECORDS_LOST = 11;
    /** Ended by Ctrl-C. */
    static final int INTERRUPTED = 130;

    private ExitCode() {}
}
