package io.kontiki.simulation;

/** The cluster broke a promise or an invariant. */
public final class SimulationFailure extends AssertionError {
    private static final long serialVersionUID = 1L;

    SimulationFailure(String message) {
        super(message);
    }

    static void check(boolean holds, String message) {
        if (!holds) {
            throw new SimulationFailure(message);
        }
    }
}
