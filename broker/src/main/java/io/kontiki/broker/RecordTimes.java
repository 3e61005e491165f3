package io.kontiki.broker;

import io.kontiki.metadata.TopicPartition;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Time stamps of records, for scrapes. They are looked up on a thread of their own, since a disk may hang: then a scrape goes
 * without, and none waits twice. What was found is remembered, up to a limit, so that a group that stands still costs
 * nothing. One thread at a time calls {@link #find}.
 */
final class RecordTimes implements AutoCloseable {
    /** Looked up for one scrape. Where there are more, the next scrape goes on behind. */
    static final int LOOK_UPS_MAX = 5_000;

    static final int REMEMBERED_MAX = 50_000;

    /** @param offset of the record, or of one that is not there any more: then the next one counts */
    record Place(TopicPartition partition, long offset) {}

    /** Reads the time stamp of the record at a place, in milliseconds since 1970; empty if there is none. May block. */
    @FunctionalInterface
    interface LookUp {
        OptionalLong timestampMs(Place place);
    }

    private final LookUp lookUp;
    private final Duration patience;
    private final ExecutorService reading =
            Executors.newSingleThreadExecutor(DaemonThreads.named("kontiki-record-times"));
    private final Map<Place, Long> remembered = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Place, Long> eldest) {
            return size() > REMEMBERED_MAX;
        }
    };
    private Future<Map<Place, Long>> underWay = CompletableFuture.completedFuture(Map.of());
    private int next;

    /** @param patience longest wait of a scrape */
    RecordTimes(LookUp lookUp, Duration patience) {
        this.lookUp = lookUp;
        this.patience = patience;
    }

    /**
     * What is known, or can be found in time.
     *
     * @param wanted each once, in the order of the last call as far as may be
     */
    Map<Place, Long> find(List<Place> wanted) {
        if (!underWay.isDone()) {
            return known(wanted);
        }
        await();
        var missing =
                wanted.stream().filter(place -> !remembered.containsKey(place)).toList();
        if (!missing.isEmpty() && submit(turn(missing))) {
            await();
        }
        return known(wanted);
    }

    /** Those whose turn it is. */
    private List<Place> turn(List<Place> missing) {
        if (missing.size() <= LOOK_UPS_MAX) {
            return missing;
        }
        int from = next >= missing.size() ? 0 : next;
        int to = Math.min(missing.size(), from + LOOK_UPS_MAX);
        next = to;
        return missing.subList(from, to);
    }

    private boolean submit(List<Place> places) {
        try {
            underWay = reading.submit(() -> {
                var found = new HashMap<Place, Long>();
                for (var place : places) {
                    lookUp.timestampMs(place).ifPresent(time -> found.put(place, time));
                }
                return found;
            });
            return true;
        } catch (RejectedExecutionException e) {
            return false; // Closed: the broker stops.
        }
    }

    /** Takes over what was found; false if it is not there yet. */
    private boolean await() {
        try {
            remembered.putAll(underWay.get(patience.toNanos(), TimeUnit.NANOSECONDS));
            underWay = CompletableFuture.completedFuture(Map.of());
            return true;
        } catch (TimeoutException e) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        } catch (ExecutionException e) {
            underWay = CompletableFuture.completedFuture(Map.of());
            throw new IllegalStateException("looking up time stamps failed", e.getCause());
        }
    }

    private Map<Place, Long> known(List<Place> wanted) {
        var known = new HashMap<Place, Long>();
        for (var place : wanted) {
            var time = remembered.get(place);
            if (time != null) {
                known.put(place, time);
            }
        }
        return known;
    }

    /** Without an interrupt, which would close files under their other users. */
    @Override
    public void close() {
        reading.shutdown();
    }
}
