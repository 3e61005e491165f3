package io.kontiki.cli;

import java.io.PrintStream;
import java.time.Instant;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogManager;
import java.util.logging.LogRecord;
import java.util.logging.Logger;

/**
 * What becomes of the logs of the client and of gRPC inside the command: silence, because whatever matters reaches the
 * user as an error; or with {@code --verbose} one line each on standard error. Uses the JDK's logging, which both reach
 * without a framework: loading one would take longer than most commands.
 */
final class ClientLogs {
    private static final Logger ROOT = Logger.getLogger("");
    // Held here because the JDK keeps loggers weakly, and a level set on one that is gone is lost.
    private static final Logger KONTIKI = Logger.getLogger("io.kontiki");

    private ClientLogs() {}

    static void configure(boolean verbose, PrintStream err) {
        // Netty prefers SLF4J, which would load and configure the broker's framework.
        System.setProperty("slf4j.provider", "org.slf4j.helpers.NOP_FallbackServiceProvider");
        System.setProperty("slf4j.internal.verbosity", "ERROR");
        LogManager.getLogManager().reset();
        if (verbose) {
            ROOT.addHandler(new LineHandler(err));
            KONTIKI.setLevel(Level.FINE);
        }
    }

    private static final class LineHandler extends Handler {
        private final PrintStream err;

        LineHandler(PrintStream err) {
            this.err = err;
        }

        @Override
        public void publish(LogRecord record) {
            if (!isLoggable(record)) {
                return;
            }
            Object[] parameters = record.getParameters();
            String message = parameters == null || parameters.length == 0
                    ? record.getMessage()
                    : java.text.MessageFormat.format(record.getMessage(), parameters);
            Instant time = Instant.ofEpochMilli(record.getMillis());
            err.println(time + " " + record.getLevel() + " " + record.getLoggerName() + ": " + message);
            if (record.getThrown() != null) {
                record.getThrown().printStackTrace(err);
            }
        }

        @Override
        public void flush() {
            err.flush();
        }

        @Override
        public void close() {
            flush();
        }
    }
}
