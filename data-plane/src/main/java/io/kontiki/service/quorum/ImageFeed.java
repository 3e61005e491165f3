package io.kontiki.service.quorum;

import io.kontiki.metadata.LocalMetadata;
import io.kontiki.metadata.LogPosition;
import io.kontiki.metadata.MetadataDelta;
import io.kontiki.metadata.MetadataImage;
import io.kontiki.metadata.MetadataPublisher;
import io.kontiki.proto.internal.v1.WatchImageResponse.Voters;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * What a voter tells brokers outside the quorum: the latest changes, kept in a ring of bounded length, and the image for
 * those that are further behind. The images of the ring share what did not change between them. All but {@link
 * #onMetadata} runs on the scheduler's one thread, so that applying commands never waits for a slow reader.
 */
public final class ImageFeed implements MetadataPublisher, AutoCloseable {
    static final int CHANGES_MAX = 1_024;

    /** Committed offsets that the changes of the ring name; the last change is kept, however many it names. */
    static final int OFFSETS_MAX = 200_000;

    static final int WATCHERS_MAX = 1_024;

    /** Who has taken nothing for so long, though there was something, is gone or no broker: it must not keep a place. */
    static final long STUCK_NANOS_MAX = TimeUnit.MINUTES.toNanos(1);

    private static final long HEARTBEAT_MILLIS = 500;

    /** One entry of the log: from the image at {@code before} to {@code image}. */
    private record Change(LogPosition before, MetadataDelta delta, MetadataImage image) {
        int offsets() {
            return delta.groups().offsets();
        }
    }

    private final QuorumView view;
    private final ScheduledExecutorService scheduler;
    private final int changesMax;
    private final long stuckNanosMax;
    // Owned by the scheduler's thread.
    private final Deque<Change> changes = new ArrayDeque<>();
    private final Set<ImageWatch> watches = new HashSet<>();
    private int offsets;
    private MetadataImage latest = MetadataImage.EMPTY;

    /**
     * @param view knows whether this voter knows a leader. If not, its image may be old, and it sends no heartbeats
     * @param scheduler of one thread
     */
    public ImageFeed(LocalMetadata metadata, QuorumView view, ScheduledExecutorService scheduler) {
        this(metadata, view, scheduler, CHANGES_MAX, STUCK_NANOS_MAX);
    }

    ImageFeed(
            LocalMetadata metadata,
            QuorumView view,
            ScheduledExecutorService scheduler,
            int changesMax,
            long stuckNanosMax) {
        this.view = view;
        this.scheduler = scheduler;
        this.changesMax = changesMax;
        this.stuckNanosMax = stuckNanosMax;
        metadata.addPublisher(this);
        scheduler.scheduleWithFixedDelay(this::heartbeat, HEARTBEAT_MILLIS, HEARTBEAT_MILLIS, TimeUnit.MILLISECONDS);
    }

    @Override
    public void onMetadata(MetadataDelta delta, MetadataImage image) {
        run(() -> {
            var change = new Change(latest.position(), delta, image);
            offsets += change.offsets();
            while (changes.size() >= changesMax || offsets > OFFSETS_MAX && !changes.isEmpty()) {
                offsets -= changes.removeFirst().offsets();
            }
            changes.addLast(change);
            latest = image;
            watches.forEach(ImageWatch::drain);
        });
    }

    /** Runs on the feed's thread; dropped once that has ended. */
    void run(Runnable step) {
        try {
            scheduler.execute(step);
        } catch (RejectedExecutionException e) {
            // The broker stops, and its streams with it.
        }
    }

    /** False if there are too many already. */
    boolean add(ImageWatch watch) {
        if (watches.size() >= WATCHERS_MAX) {
            return false;
        }
        watches.add(watch);
        return true;
    }

    void remove(ImageWatch watch) {
        watches.remove(watch);
    }

    Voters voters() {
        return view.voters();
    }

    boolean votes() {
        return view.votes();
    }

    LogPosition latest() {
        return latest.position();
    }

    /** What brings a reader at {@code position} on: one change, or the whole image. */
    OutgoingUpdate after(LogPosition position) {
        // From the newest on, since most readers are close behind.
        for (var newestFirst = changes.descendingIterator(); newestFirst.hasNext(); ) {
            var change = newestFirst.next();
            if (change.before().equals(position) && !position.equals(LogPosition.NONE)) {
                return OutgoingUpdate.of(change.delta(), change.image(), OutgoingUpdate.PART_BYTES_MAX);
            }
        }
        return OutgoingUpdate.of(latest, OutgoingUpdate.PART_BYTES_MAX);
    }

    private void heartbeat() {
        long now = System.nanoTime();
        Set.copyOf(watches).forEach(watch -> watch.endIfStuck(now, stuckNanosMax));
        if (!view.votes()) {
            // Those who follow this broker must not follow one that itself follows somebody.
            Set.copyOf(watches).forEach(ImageWatch::sendAway);
        } else if (view.leaderId().isPresent()) {
            watches.forEach(ImageWatch::heartbeat);
        }
    }

    /** Ends the watches. Close the scheduler after it. */
    @Override
    public void close() {
        run(() -> {
            Set.copyOf(watches).forEach(ImageWatch::end);
            watches.clear();
        });
    }
}
