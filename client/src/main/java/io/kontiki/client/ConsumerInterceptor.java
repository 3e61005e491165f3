package io.kontiki.client;

import java.util.List;

/**
 * Sees the records that a consumer hands to the program, for tracing, counting or auditing. What an interceptor throws is
 * logged, and the records reach the program all the same.
 */
@FunctionalInterface
public interface ConsumerInterceptor {
    /**
     * These records are about to be returned by {@link Consumer#poll}. Called in it, on the caller's thread, and not for
     * an empty answer; the time it takes is the program's.
     *
     * @param records in the order of the answer; not to be changed
     */
    void onReceived(List<ConsumerRecord> records);
}
