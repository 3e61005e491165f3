package io.kontiki.quorum.ratis;

import org.apache.ratis.util.ExitUtils;

/** Keeps Ratis from ending the process: a broker ends by its own fault handler, and tests do not end at all. */
final class ProcessGuard {
    private ProcessGuard() {}

    /** Idempotent. Loading Ratis' class puts its own handler of uncaught exceptions in the place of ours. */
    static synchronized void install() {
        var handler = Thread.getDefaultUncaughtExceptionHandler();
        ExitUtils.disableSystemExit();
        ExitUtils.setTerminateOnUncaughtException(false);
        Thread.setDefaultUncaughtExceptionHandler(handler);
    }
}
