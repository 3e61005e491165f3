package io.kontiki.simulation;

import java.util.function.Supplier;

/** What is simulated broke a promise or an invariant. */
public final class SimulationFailure extends AssertionError {
    private static final long serialVersionUID = 1L;

    public SimulationFailure(String message) {
        super(message);
    }

    SimulationFailure(String message, Throwable cause) {
        super(message, cause);
    }

    static void check(boolean holds, Supplier<String> message) {
        if (!holds) {
            throw new SimulationFailure(message.get());
        }
    }
}
