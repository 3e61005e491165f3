package io.kontiki.broker;

import io.kontiki.metadata.MetadataDelta;
import io.kontiki.metadata.MetadataImage;
import io.kontiki.metadata.MetadataPublisher;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whether this run of the broker serves: it is registered and not fenced, as its own image tells. Called by the thread
 * that publishes the metadata.
 */
final class Serving implements MetadataPublisher {
    private static final Logger LOG = LoggerFactory.getLogger(Serving.class);

    private final int brokerId;
    private final long brokerEpoch;
    private final long startedNanos;
    private final Consumer<Boolean> listener;
    private final CompletableFuture<Void> first;
    private boolean serving;

    /**
     * @param startedNanos when the process began to start, of {@link System#nanoTime}
     * @param listener told of each change
     * @param first completed when the broker serves for the first time
     */
    Serving(
            int brokerId,
            long brokerEpoch,
            long startedNanos,
            Consumer<Boolean> listener,
            CompletableFuture<Void> first) {
        this.brokerId = brokerId;
        this.brokerEpoch = brokerEpoch;
        this.startedNanos = startedNanos;
        this.listener = listener;
        this.first = first;
    }

    @Override
    public void onMetadata(MetadataDelta delta, MetadataImage image) {
        boolean now = image.broker(brokerId)
                .filter(broker -> broker.epoch() == brokerEpoch && broker.usable())
                .isPresent();
        if (now == serving) {
            return;
        }
        serving = now;
        listener.accept(now);
        if (!now) {
            LOG.info(
                    "Broker {} is fenced at metadata index {}",
                    brokerId,
                    image.position().index());
        } else if (first.complete(null)) {
            LOG.info(
                    "Broker {} serves, {} ms after its start",
                    brokerId,
                    (System.nanoTime() - startedNanos) / 1_000_000);
        } else {
            LOG.info(
                    "Broker {} serves again at metadata index {}",
                    brokerId,
                    image.position().index());
        }
    }
}
