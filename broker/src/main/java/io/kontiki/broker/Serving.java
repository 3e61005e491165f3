package io.kontiki.broker;

import io.kontiki.metadata.MetadataDelta;
import io.kontiki.metadata.MetadataImage;
import io.kontiki.metadata.MetadataPublisher;
import io.kontiki.metadata.PartitionRegistration;
import java.util.concurrent.CompletableFuture;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.spi.LoggingEventBuilder;

/**
 * Whether this run of the broker serves: it is registered and not fenced, as its own image tells. It is ready if it serves
 * and has caught up once: its replicas were all in sync, those without a leader aside. Only then may the next broker be
 * stopped. Thread-safe.
 */
final class Serving implements MetadataPublisher {
    private static final Logger LOG = LoggerFactory.getLogger(Serving.class);

    /** Told at each change, one call at a time. */
    @FunctionalInterface
    interface Listener {
        /** The broker is ready if both hold. */
        void onServing(boolean serving, boolean caughtUp);
    }

    private final int brokerId;
    private final long brokerEpoch;
    private final long startedNanos;
    private final Listener listener;
    private final CompletableFuture<Void> first;
    // Guarded by this.
    private boolean serving;
    private boolean caughtUp;

    /**
     * @param startedNanos when the process began to start, of {@link System#nanoTime}
     * @param first completed when the broker serves for the first time
     */
    Serving(int brokerId, long brokerEpoch, long startedNanos, Listener listener, CompletableFuture<Void> first) {
        this.brokerId = brokerId;
        this.brokerEpoch = brokerEpoch;
        this.startedNanos = startedNanos;
        this.listener = listener;
        this.first = first;
    }

    @Override
    public synchronized void onMetadata(MetadataDelta delta, MetadataImage image) {
        if (delta.isOfGroupsOnly()) {
            return;
        }
        boolean now = image.broker(brokerId)
                .filter(broker -> broker.epoch() == brokerEpoch && broker.usable())
                .isPresent();
        boolean complete = caughtUp || now && isInSync(image);
        if (now == serving && complete == caughtUp) {
            return;
        }
        if (now != serving) {
            log(now, image);
        }
        if (complete && !caughtUp) {
            LOG.info("Broker {} is in sync, {} ms after its start", brokerId, millisSinceStart());
        }
        serving = now;
        caughtUp = complete;
        listener.onServing(serving, caughtUp);
    }

    /** Takes it for caught up: a replica that cannot get in sync must not hold up for ever what waits for this broker. */
    synchronized void stopWaiting() {
        if (!caughtUp) {
            LOG.warn("Broker {} counts as ready, though some of its replicas are not in sync yet", brokerId);
            caughtUp = true;
            listener.onServing(serving, true);
        }
    }

    private boolean isInSync(MetadataImage image) {
        return image.topics().all().stream()
                .flatMap(topic -> topic.partitions().stream())
                .allMatch(this::isInSync);
    }

    /** A replica that is being added may take as long as its throttle has it. */
    private boolean isInSync(PartitionRegistration partition) {
        return !partition.hasReplica(brokerId)
                || partition.reassignment().adding().contains(brokerId)
                || !partition.hasLeader()
                || partition.isr().contains(brokerId);
    }

    private void log(boolean now, MetadataImage image) {
        long index = image.position().index();
        if (!now) {
            changed("fenced", index).log("Broker {} is fenced at metadata index {}", brokerId, index);
        } else if (first.complete(null)) {
            changed("serving", index).log("Broker {} serves, {} ms after its start", brokerId, millisSinceStart());
        } else {
            changed("serving", index).log("Broker {} serves again at metadata index {}", brokerId, index);
        }
    }

    private LoggingEventBuilder changed(String state, long index) {
        return LOG.atInfo()
                .addKeyValue("state", state)
                .addKeyValue("epoch", brokerEpoch)
                .addKeyValue("index", index);
    }

    private long millisSinceStart() {
        return (System.nanoTime() - startedNanos) / 1_000_000;
    }
}
