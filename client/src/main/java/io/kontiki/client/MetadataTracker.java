package io.kontiki.client;

import io.grpc.Status;
import io.kontiki.proto.v1.LeaderHint;
import io.kontiki.proto.v1.WatchMetadataResponse;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;

/**
 * Keeps the cluster's metadata up to date through a watch on one broker, and moves to another broker when that one is
 * gone or suspect. Nothing polls: a change of leader arrives as soon as the watched broker knows it.
 *
 * <p>All changes happen on one thread of its own; {@link #current} may be read, and the other methods called, from
 * anywhere. Listeners run on that thread and must not block.
 */
final class MetadataTracker implements AutoCloseable {
    private static final long MIN_REDIAL_NANOS = TimeUnit.MILLISECONDS.toNanos(20);
    private static final long MAX_REDIAL_NANOS = TimeUnit.MILLISECONDS.toNanos(250);
    private static final long FIRST_ANSWER_MILLIS = 1000;
    private static final int MAX_FIRST_ANSWER_FACTOR = 10;

    private final List<HostPort> bootstrapServers;
    private final Channels channels;
    private final List<Runnable> listeners = new CopyOnWriteArrayList<>();
    private final Map<HostPort, String> failures = new LinkedHashMap<>();
    private final ScheduledThreadPoolExecutor thread;
    private final Backoff backoff;
    private volatile ClusterMetadata current = ClusterMetadata.EMPTY;
    private volatile String failureText = "";
    private MetadataWatch watch;
    /** A watch on another broker that replaces the present one with its first answer. */
    private MetadataWatch successor;

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
    }

    void start() {
        run(this::dial);
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

    /** A broker keeps silent: if it is the watched one, watch another as well, and change over when that one answers. */
    void suspect(HostPort address) {
        run(() -> {
            if (watch != null && watch.address().equals(address) && successor == null) {
                var others = candidates();
                others.remove(address);
                if (!others.isEmpty()) {
                    successor = startWatch(others.get(dials++ % others.size()));
                }
            }
        });
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
            if (watch != null) {
                watch.cancel();
            }
            if (successor != null) {
                successor.cancel();
            }
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

    private void schedule(Runnable task, long nanos) {
        try {
            thread.schedule(task, nanos, TimeUnit.NANOSECONDS);
        } catch (RejectedExecutionException e) {
            // As above.
        }
    }

    /** Every address worth a try: the known brokers, then the bootstrap servers. */
    List<HostPort> candidates() {
        var all = new LinkedHashSet<>(current.addresses());
        all.addAll(bootstrapServers);
        return new ArrayList<>(all);
    }

    private void dial() {
        var all = candidates();
        watch = startWatch(all.get(dials++ % all.size()));
    }

    private MetadataWatch startWatch(HostPort address) {
        var started = new MetadataWatch(address);
        try {
            started.start(
                    channels.to(address),
                    (source, change) -> run(() -> onMessage(source, change)),
                    (source, error) -> run(() -> onEnd(source, error)));
        } catch (RuntimeException e) {
            run(() -> onEnd(started, e));
        }
        long factor = Math.min(
                MAX_FIRST_ANSWER_FACTOR,
                1 + failedInRow / Math.max(1, candidates().size()));
        schedule(() -> requireAnswer(started), TimeUnit.MILLISECONDS.toNanos(FIRST_ANSWER_MILLIS * factor));
        return started;
    }

    private void requireAnswer(MetadataWatch source) {
        if (!source.isAnswered()) {
            source.cancel();
            onEnd(source, Status.UNAVAILABLE.withDescription("no answer").asRuntimeException());
        }
    }

    private void onMessage(MetadataWatch source, WatchMetadataResponse change) {
        if (source == successor) {
            watch.cancel();
            watch = successor;
            successor = null;
        }
        if (source != watch) {
            return;
        }
        failedInRow = 0;
        backoff.reset();
        failures.clear();
        failureText = "";
        var state = source.apply(change);
        // A broker that lags behind the last one must not turn the clock back; it will catch up.
        if (state.version() >= current.version() || !state.clusterId().equals(current.clusterId())) {
            publish(state);
        }
    }

    private void onEnd(MetadataWatch source, Throwable error) {
        if (source == successor) {
            successor = null;
            return;
        }
        if (source != watch) {
            return;
        }
        watch = null;
        failures.put(source.address(), Errors.describe(error));
        failureText = failures.entrySet().stream()
                .map(e -> e.getKey() + " (" + e.getValue() + ")")
                .collect(Collectors.joining(", "));
        failedInRow++;
        if (successor != null) {
            watch = successor;
            successor = null;
            return;
        }
        // Every address gets its chance at once; only a whole round of failures asks for a pause.
        boolean wholeRound = failedInRow % candidates().size() == 0;
        schedule(this::dial, wholeRound ? backoff.nextNanos() : 0);
    }

    private void publish(ClusterMetadata state) {
        if (state == current) {
            return;
        }
        current = state;
        listeners.forEach(Runnable::run);
    }
}
