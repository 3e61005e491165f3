package io.kontiki.client;

import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/** Calls a producer's interceptors in order, and keeps the records safe from their failures. Thread-safe. */
final class ProducerInterceptors {
    private final List<ProducerInterceptor> all;
    private final FailureLog failures = new FailureLog(ProducerInterceptor.class);

    ProducerInterceptors(List<ProducerInterceptor> all) {
        this.all = List.copyOf(all);
    }

    ProducerRecord onSend(ProducerRecord record) {
        var current = record;
        for (var interceptor : all) {
            try {
                current = Objects.requireNonNull(interceptor.onSend(current), "onSend returned null");
            } catch (RuntimeException | LinkageError | AssertionError e) {
                failures.add(interceptor, e);
            }
        }
        return current;
    }

    /** A future that is done as the given one is, after the interceptors were told. */
    CompletableFuture<RecordMetadata> telling(ProducerRecord record, CompletableFuture<RecordMetadata> outcome) {
        if (all.isEmpty()) {
            return outcome;
        }
        // Not the future that whenComplete makes: it would wrap the error.
        var told = new CompletableFuture<RecordMetadata>();
        outcome.whenComplete((metadata, error) -> {
            try {
                tell(interceptor -> {
                    if (error == null) {
                        interceptor.onAcknowledged(record, metadata);
                    } else {
                        interceptor.onFailed(record, (KontikiException) error);
                    }
                });
            } finally {
                if (error == null) {
                    told.complete(metadata);
                } else {
                    told.completeExceptionally(error);
                }
            }
        });
        return told;
    }

    private void tell(Consumer<ProducerInterceptor> news) {
        for (var interceptor : all) {
            try {
                news.accept(interceptor);
            } catch (RuntimeException | LinkageError | AssertionError e) {
                failures.add(interceptor, e);
            }
        }
    }
}
