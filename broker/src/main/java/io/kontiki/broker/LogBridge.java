package io.kontiki.broker;

import org.slf4j.bridge.SLF4JBridgeHandler;

/** Leads java.util.logging, which gRPC and Ratis' copy of it write to, into the broker's log. */
final class LogBridge {
    private LogBridge() {}

    /** Does nothing if it was done before. */
    static synchronized void install() {
        if (!SLF4JBridgeHandler.isInstalled()) {
            SLF4JBridgeHandler.removeHandlersForRootLogger();
            SLF4JBridgeHandler.install();
        }
    }
}
