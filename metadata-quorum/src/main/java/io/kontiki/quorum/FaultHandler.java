package io.kontiki.quorum;

/**
 * Ends the process, or in tests records the fault. Called when going on would let this member differ from the others.
 * Any thread; must not throw.
 */
@FunctionalInterface
public interface FaultHandler {
    /**
     * @param message what failed and where, for the operator
     * @param cause the defect itself
     */
    void onFault(String message, Throwable cause);
}
