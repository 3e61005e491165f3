package io.kontiki.metadata;

import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/**
 * This broker's view of the metadata: its latest image, and those who want to hear of each new one.
 *
 * <p>Threads: one thread publishes (that of the metadata log, or of the stream of a broker without a vote), and for a moment
 * two while a broker becomes a voter or ceases to be one. Any thread may read {@link #current}, wait for an index
 * and add a publisher. Publishers are called one at a time, in the order in which they were added: on the publishing
 * thread, except for the first call of a publisher that is added late, which comes on the thread that adds it.
 */
public final class LocalMetadata {
    private final Consumer<RuntimeException> faultHandler;
    // Orders the first call of a late publisher with the calls of the publishing thread, so that it misses no delta.
    private final Object publishing = new Object();
    private final List<MetadataPublisher> publishers = new ArrayList<>();
    // Guards the waiters alone, so that waiting never waits for a publisher.
    private final Object waiting = new Object();
    private final NavigableMap<Long, CompletableFuture<MetadataImage>> waiters = new TreeMap<>();
    // Up to here all publishers were told; guarded by waiting.
    private long toldIndex;
    private volatile MetadataImage current = MetadataImage.EMPTY;

    /**
     * @param faultHandler told of an exception out of a publisher; the others are called all the same. Such a publisher
     *     has missed a change, so a broker should stop.
     */
    public LocalMetadata(Consumer<RuntimeException> faultHandler) {
        this.faultHandler = Objects.requireNonNull(faultHandler);
    }

    /** The latest image; {@link MetadataImage#EMPTY} until the first one is published. */
    public MetadataImage current() {
        return current;
    }

    /**
     * Adds a publisher. If something was published before, the publisher is told at once of all of it, as one delta,
     * before this method returns.
     */
    public void addPublisher(MetadataPublisher publisher) {
        synchronized (publishing) {
            publishers.add(publisher);
            var image = current;
            if (image != MetadataImage.EMPTY) {
                tell(publisher, MetadataDelta.full(image), image);
            }
        }
    }

    /**
     * Makes {@code image} the current one and tells the publishers. Returns when all were told. An image that is not
     * newer than the current one is dropped: a stream that starts again may repeat what is known.
     */
    public void publish(MetadataDelta delta, MetadataImage image) {
        synchronized (publishing) {
            if (current != MetadataImage.EMPTY
                    && image.position().index() <= current.position().index()) {
                return;
            }
            current = image;
            for (var publisher : publishers) {
                tell(publisher, delta, image);
            }
        }
        completeWaiters(image);
    }

    /**
     * Completes when the current image has reached {@code index} and the publishers were told of it, with that image,
     * whose index may be higher. What is chained to the future runs on the publishing thread without any lock, or on
     * the caller's if the index is reached already; it must not block. Give it a time limit: a cluster without a
     * quorum publishes nothing.
     */
    public CompletableFuture<MetadataImage> awaitIndex(long index) {
        synchronized (waiting) {
            if (toldIndex < index) {
                // A copy, so that a caller who cancels or times out does so for himself only.
                return waiters.computeIfAbsent(index, key -> new CompletableFuture<>())
                        .copy();
            }
        }
        return CompletableFuture.completedFuture(current);
    }

    private void completeWaiters(MetadataImage image) {
        List<CompletableFuture<MetadataImage>> reached;
        synchronized (waiting) {
            toldIndex = Math.max(toldIndex, image.position().index());
            var head = waiters.headMap(toldIndex, true);
            reached = List.copyOf(head.values());
            head.clear();
        }
        reached.forEach(waiter -> waiter.complete(image));
    }

    private void tell(MetadataPublisher publisher, MetadataDelta delta, MetadataImage image) {
        try {
            publisher.onMetadata(delta, image);
        } catch (RuntimeException e) {
            faultHandler.accept(e);
        }
    }
}
