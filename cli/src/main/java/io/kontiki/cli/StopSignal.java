package io.kontiki.cli;

import java.util.ArrayDeque;
import java.util.Deque;

/**
 * The wish to end early, from Ctrl-C or SIGTERM. A command registers what ends it in good order and looks at
 * {@link #requested} between steps. Thread-safe: the request comes from another thread than the command's.
 */
final class StopSignal {
    private final Deque<Runnable> actions = new ArrayDeque<>();
    private boolean requested;

    /** Registers an action for the request; runs at once if that was made already. Must not throw. */
    void onRequest(Runnable action) {
        synchronized (this) {
            if (!requested) {
                actions.push(action);
                return;
            }
        }
        action.run();
    }

    synchronized boolean requested() {
        return requested;
    }

    /** Asks the command to end: runs the actions, the last registered first. Later calls do nothing. */
    void request() {
        Deque<Runnable> due;
        synchronized (this) {
            if (requested) {
                return;
            }
            requested = true;
            due = new ArrayDeque<>(actions);
            actions.clear();
        }
        due.forEach(Runnable::run);
    }
}
