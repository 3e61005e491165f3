package io.kontiki.client;

import java.util.concurrent.atomic.AtomicLong;

/**
 * Logs failures of code that programs plug in, which may fail for each record: the first one, then ever more rarely.
 * Thread-safe.
 */
final class FailureLog {
    private final System.Logger log;
    private final AtomicLong count = new AtomicLong();

    /** @param source whose name the log entries carry */
    FailureLog(Class<?> source) {
        log = System.getLogger(source.getName());
    }

    void add(Object who, Throwable failure) {
        long number = count.incrementAndGet();
        boolean powerOfTwo = Long.bitCount(number) == 1;
        if (powerOfTwo) {
            log.log(
                    System.Logger.Level.WARNING,
                    who.getClass().getName() + " failed and is passed over, failure " + number + " of this kind",
                    failure);
        }
    }
}
