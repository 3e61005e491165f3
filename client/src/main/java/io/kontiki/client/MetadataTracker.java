package io.kontiki.client;

import io.kontiki.proto.v1.LeaderHint;
import io.kontiki.proto.v1.WatchMetadataResponse;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;

/**
 * Keeps the cluster's metadata up to date through a watch on one broker. Nothing polls: a change of leader arrives as soon
 * as the watched broker knows it. Brokers that are up to date say something every second, so silence tells of one that is
 * gone, hangs, or is cut off from the others: then further brokers are asked, one after another and each beside those before,
 * and the first that answers is watched from then on.
 *
 * <p>All changes happen on one thread of its own; {@link #current} may be read, and the other methods called, from
 * anywhere. Listeners run on that thread and must not block.
 */
final class MetadataTracker implements AutoCloseable {
    private static final long MIN_REDIAL_NANOS = TimeUnit.MILLISECONDS.toNanos(20);
    private static final long MAX_REDIAL_NANOS = TimeUnit.MILLISECONDS.toNanos(250);
    /** How long the watched broker may be silent. */
    private static final long SILENCE_NANOS = TimeUnit.MILLISECONDS.toNanos(2_500);
    /** How long one that was asked may take before another is asked, too. */
    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(1);

    private static final long CHECK_MILLIS = 250;
    private static final int ASKED_MAX = 3;

    private final List<HostPort> bootstrapServers;
    private final Channels channels;
    private final List<Runnable> listeners = new CopyOnWriteArrayList<>();
    private final Map<HostPort, String> failures = new LinkedHashMap<>();
    private final ScheduledThreadPoolExecutor thread;
    private final Backoff backoff;
    /** Those that may take the place of the watched one, oldest first. */
    private final Set<MetadataWatch> asked = new LinkedHashSet<>();

    private volatile ClusterMetadata current = ClusterMetadata.EMPTY;
    private volatile String failureText = "";
    private Optional<MetadataWatch> watched = Optional.empty();
    private long askedAtNanos;
    private boolean askScheduled;
    private int dials;
    private int failedInRow;

    MetadataTracker(List<HostPort> bootstrapServers, Channels channels, RandomGenerator random) {
        this.bootstrapServers = bootstrapServers;
        this.channels = channels;
        this.dials = random.nextInt(bootstrapServers.size());
        this.backoff = new Backoff(MIN_REDIAL_NANOS, MAX_REDIAL_NANOS, random);
        this.thread = new ScheduledThreadPoolExecutor(1, task -> Threads.daemon("kontiki-metadata", task));
        thread.setRemoveOnCancelPolicy(true);
        thread.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
        thread.setContinueExistingPeriodicTasksAfterShutdownPolicy(false);
    }

    void start() {
        run(this::ask);
        thread.scheduleWithFixedDelay(this::check, CHECK_MILLIS, CHECK_MILLIS, TimeUnit.MILLISECONDS);
    }

    ClusterMetadata current() {
        return current;
    }

    /** Calls back after each change of {@link #current}. */
    void onChange(Runnable listener) {
        listeners.add(listener);
    }

    /** Takes over what a broker said when it refused a request. */
    void hint(TopicPartition partition, LeaderHint hint) {
        run(() -> publish(current.withHint(partition, hint)));
    }

    /** Whether some broker is connected, so that an answer may be expected. */
    boolean isConnected() {
        return channels.anyConnected();
    }

    /** What a call should fail with when no broker has been heard. */
    KontikiException noBroker() {
        var where = failureText.isEmpty()
                ? bootstrapServers.stream().map(HostPort::toString).collect(Collectors.joining(", "))
                : failureText;
        return new KontikiException(
                ErrorReason.NO_BROKER, "no broker answered at " + where + ". Is one running there?");
    }

    @Override
    public void close() {
        run(() -> {
            watched.ifPresent(MetadataWatch::cancel);
            cancelAsked();
        });
        thread.shutdown();
    }

    private void run(Runnable task) {
        try {
            thread.execute(task);
        } catch (RejectedExecutionException e) {
            // Closed: nobody needs the metadata any more.
        }
    }

    /** Every address worth a try: the known brokers, then the bootstrap servers. */
    List<HostPort> candidates() {
        var all = new LinkedHashSet<>(current.addresses());
        all.addAll(bootstrapServers);
        return new ArrayList<>(all);
    }

    // ---- Whom to hear

    private void check() {
        long now = System.nanoTime();
        if (watched.isPresent() && !isSilent(now)) {
            cancelAsked();
        } else if (!askScheduled && now - askedAtNanos >= PATIENCE_NANOS) {
            ask();
        }
    }

    private boolean isSilent(long now) {
        return watched.filter(watch -> now - watch.heardNanos() < SILENCE_NANOS).isEmpty();
    }

    /** Asks the next broker that is not asked already. */
    private void ask() {
        askScheduled = false;
        var others = candidates();
        watched.ifPresent(watch -> others.remove(watch.address()));
        asked.forEach(watch -> others.remove(watch.address()));
        if (others.isEmpty()) {
            return;
        }
        if (asked.size() == ASKED_MAX) {
            var oldest = asked.iterator().next();
            asked.remove(oldest);
            oldest.cancel();
        }
        askedAtNanos = System.nanoTime();
        var started = new MetadataWatch(others.get(dials++ % others.size()));
        asked.add(started);
        try {
            started.start(
                    channels.to(started.address()),
                    (source, change) -> run(() -> onMessage(source, change)),
                    (source, error) -> run(() -> onEnd(source, error)));
        } catch (RuntimeException e) {
            onEnd(started, e);
        }
    }

    private void cancelAsked() {
        asked.forEach(MetadataWatch::cancel);
        asked.clear();
    }

    private void onMessage(MetadataWatch source, WatchMetadataResponse change) {
        boolean candidate = asked.contains(source);
        if (!candidate && !isWatched(source)) {
            return;
        }
        var state = source.apply(change);
        if (change.getMore()) {
            // Topics that are still to come would seem to be gone.
            return;
        }
        // A broker that lags behind the last one must not turn the clock back; it will catch up.
        boolean upToDate =
                state.version() >= current.version() || !state.clusterId().equals(current.clusterId());
        if (candidate && upToDate) {
            asked.remove(source);
            watched.ifPresent(MetadataWatch::cancel);
            cancelAsked();
            watched = Optional.of(source);
        }
        failedInRow = 0;
        backoff.reset();
        failures.clear();
        failureText = "";
        if (upToDate && (source.takeChanged() || candidate)) {
            publish(state);
        }
    }

    private boolean isWatched(MetadataWatch source) {
        return watched.filter(watch -> watch == source).isPresent();
    }

    private void onEnd(MetadataWatch source, Throwable error) {
        if (isWatched(source)) {
            watched = Optional.empty();
        } else if (!asked.remove(source)) {
            return;
        }
        failures.put(source.address(), Errors.describe(error));
        failureText = failures.entrySet().stream()
                .map(e -> e.getKey() + " (" + e.getValue() + ")")
                .collect(Collectors.joining(", "));
        failedInRow++;
        if (!askScheduled && isSilent(System.nanoTime())) {
            // Every address gets its chance at once; only a whole round of failures asks for a pause.
            boolean wholeRound = failedInRow % candidates().size() == 0;
            askScheduled = true;
            try {
                thread.schedule(this::ask, wholeRound ? backoff.nextNanos() : 0, TimeUnit.NANOSECONDS);
            } catch (RejectedExecutionException e) {
                // As above.
            }
        }
    }

    private void publish(ClusterMetadata state) {
        if (state == current) {
            return;
        }
        var before = current;
        current = state;
        if (state.brokers() != before.brokers()) {
            state.brokers().values().stream()
                    .filter(broker -> runsAnew(before, broker))
                    .forEach(broker -> channels.forget(new HostPort(broker.host(), broker.port()), broker.epoch()));
        }
        listeners.forEach(Runnable::run);
    }

    private static boolean runsAnew(ClusterMetadata before, BrokerInfo broker) {
        var earlier = before.brokers().get(broker.id());
        // Of one that was only hinted at, the run is not known.
        return earlier != null && earlier.epoch() > 0 && earlier.epoch() < broker.epoch();
    }
}
