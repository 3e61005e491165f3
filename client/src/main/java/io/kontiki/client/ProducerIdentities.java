package io.kontiki.client;

import io.kontiki.proto.v1.AllocateProducerIdRequest;
import io.kontiki.proto.v1.ProduceServiceGrpc;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Predicate;

/**
 * Holds the producer id in use and fetches a new one in the background when the present one is no longer good.
 * Thread-safe.
 */
final class ProducerIdentities implements AutoCloseable {
    private static final long RETRY_MILLIS = 100;

    private final AnyBroker anyBroker;
    private final AtomicBoolean fetching = new AtomicBoolean();
    private volatile ProducerIdentity current;
    private volatile Runnable listener = () -> {};
    private volatile Thread thread;
    private volatile boolean closed;

    ProducerIdentities(AnyBroker anyBroker) {
        this.anyBroker = anyBroker;
    }

    /** Calls back, on another thread, when an id has come or an attempt to get one failed. */
    void onChange(Runnable listener) {
        this.listener = listener;
    }

    /** An id that is not spent, if there is one; else one is on its way after this call. */
    Optional<ProducerIdentity> otherThan(Predicate<ProducerIdentity> spent) {
        var known = current;
        if (known != null && !spent.test(known)) {
            return Optional.of(known);
        }
        if (!closed && fetching.compareAndSet(false, true)) {
            thread = Threads.daemon("kontiki-producer-id", this::fetch);
            thread.start();
        }
        return Optional.empty();
    }

    private void fetch() {
        try {
            var request = AllocateProducerIdRequest.getDefaultInstance();
            // Safe to repeat: an id lost on the way is merely never used.
            var answer = anyBroker.read((channel, options) -> ProduceServiceGrpc.newBlockingStub(channel)
                    .withDeadline(options)
                    .allocateProducerId(request));
            current = new ProducerIdentity(answer.getProducerId(), (short) answer.getProducerEpoch());
        } catch (KontikiException e) {
            if (!closed) {
                System.getLogger(ProducerIdentities.class.getName())
                        .log(System.Logger.Level.WARNING, "no producer id yet: " + e.getMessage());
                pauseBeforeNext();
            }
        } finally {
            fetching.set(false);
            listener.run();
        }
    }

    private static void pauseBeforeNext() {
        try {
            Thread.sleep(RETRY_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        closed = true;
        var running = thread;
        if (running != null) {
            running.interrupt();
        }
    }
}
