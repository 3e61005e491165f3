package io.kontiki.client;

import java.util.List;

/** Calls a consumer's interceptors in order, and keeps the records safe from their failures. */
final class ConsumerInterceptors {
    private final List<ConsumerInterceptor> all;
    private final FailureLog failures = new FailureLog(ConsumerInterceptor.class);

    ConsumerInterceptors(List<ConsumerInterceptor> all) {
        this.all = List.copyOf(all);
    }

    /** Tells them of these records, which come back as they are. */
    List<ConsumerRecord> telling(List<ConsumerRecord> records) {
        if (all.isEmpty() || records.isEmpty()) {
            return records;
        }
        var view = List.copyOf(records);
        for (var interceptor : all) {
            try {
                interceptor.onReceived(view);
            } catch (RuntimeException | LinkageError | AssertionError e) {
                failures.add(interceptor, e);
            }
        }
        return records;
    }
}
