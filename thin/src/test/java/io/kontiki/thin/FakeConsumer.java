package io.kontiki.thin;

import com.google.protobuf.ByteString;
import io.kontiki.client.CommittedOffset;
import io.kontiki.client.KontikiException;
import io.kontiki.client.RebalanceListener;
import io.kontiki.client.TopicPartition;
import io.kontiki.proto.v1.ConsumedRecord;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/** A member of a group that does what the test says. Thread-safe. */
final class FakeConsumer implements GroupConsumer {
    /** As the real one has it. */
    static final int POLL_RECORDS_MAX = 500;

    final ConsumeStart start;
    private final RebalanceListener listener;
    private final List<Consumer<RebalanceListener>> events = new ArrayList<>();
    private final TreeMap<TopicPartition, Long> ends = new TreeMap<>();
    private final TreeMap<TopicPartition, Long> positions = new TreeMap<>();
    private final Set<TopicPartition> paused = new TreeSet<>();
    private final List<Map<TopicPartition, CommittedOffset>> commits = new ArrayList<>();
    private final List<CompletableFuture<Void>> outcomes = new ArrayList<>();
    private boolean storesAtOnce = true;
    private boolean woken;
    private int valueBytes = 1;
    private long polled;
    private String end = "";

    FakeConsumer(ConsumeStart start, RebalanceListener listener) {
        this.start = start;
        this.listener = listener;
    }

    // ---- For the test

    synchronized void assign(TopicPartition... partitions) {
        event(told -> {
            synchronized (this) {
                for (var partition : partitions) {
                    positions.putIfAbsent(partition, 0L);
                }
            }
            told.onAssigned(Set.of(partitions));
        });
    }

    synchronized void revoke(TopicPartition... partitions) {
        event(told -> {
            told.onRevoked(Set.of(partitions));
            synchronized (this) {
                positions.keySet().removeAll(Set.of(partitions));
            }
        });
    }

    synchronized void lose(KontikiException why) {
        event(told -> {
            var lost = assignment();
            synchronized (this) {
                positions.clear();
            }
            told.onLost(lost);
            throw why;
        });
    }

    private void event(Consumer<RebalanceListener> event) {
        events.add(event);
        notifyAll();
    }

    /** So many records are in the log. */
    synchronized void fill(TopicPartition partition, long records) {
        ends.put(partition, records);
        notifyAll();
    }

    synchronized void valueBytes(int bytes) {
        valueBytes = bytes;
    }

    synchronized void storeLater() {
        storesAtOnce = false;
    }

    CompletableFuture<Void> outcome(int index) {
        synchronized (this) {
            return outcomes.get(index);
        }
    }

    synchronized List<Map<TopicPartition, CommittedOffset>> commits() {
        return List.copyOf(commits);
    }

    /** How many records were polled. */
    synchronized long polled() {
        return polled;
    }

    /** The offset that is polled next. */
    synchronized long position(TopicPartition partition) {
        return positions.get(partition);
    }

    /** How it ended: "left", "abandoned", or nothing. */
    synchronized String end() {
        return end;
    }

    // ---- For the stream

    @Override
    public List<Fetched> poll(Duration timeout) {
        List<Consumer<RebalanceListener>> due;
        synchronized (this) {
            if (events.isEmpty() && !woken && !hasRecords()) {
                try {
                    wait(timeout.toMillis());
                } catch (InterruptedException e) {
                    throw new AssertionError(e);
                }
            }
            woken = false;
            due = List.copyOf(events);
            events.clear();
        }
        due.forEach(event -> event.accept(listener));
        return take();
    }

    private boolean hasRecords() {
        return positions.entrySet().stream()
                .anyMatch(e -> !paused.contains(e.getKey()) && e.getValue() < ends.getOrDefault(e.getKey(), 0L));
    }

    private synchronized List<Fetched> take() {
        var taken = new ArrayList<Fetched>();
        positions.replaceAll((partition, position) -> {
            long next = position;
            while (!paused.contains(partition)
                    && next < ends.getOrDefault(partition, 0L)
                    && taken.size() < POLL_RECORDS_MAX) {
                taken.add(new Fetched(partition, record(next++), 7));
            }
            return next;
        });
        polled += taken.size();
        return taken;
    }

    private ConsumedRecord record(long offset) {
        return ConsumedRecord.newBuilder()
                .setOffset(offset)
                .setValue(ByteString.copyFrom(new byte[valueBytes]))
                .build();
    }

    @Override
    public synchronized Set<TopicPartition> assignment() {
        return Set.copyOf(positions.keySet());
    }

    @Override
    public synchronized void pause(Collection<TopicPartition> partitions) {
        requireOwned(partitions);
        paused.addAll(partitions);
    }

    @Override
    public synchronized void resume(Collection<TopicPartition> partitions) {
        requireOwned(partitions);
        paused.removeAll(partitions);
    }

    private void requireOwned(Collection<TopicPartition> partitions) {
        if (!positions.keySet().containsAll(partitions)) {
            throw new IllegalArgumentException("not all owned: " + partitions);
        }
    }

    @Override
    public synchronized void seek(TopicPartition partition, long offset) {
        requireOwned(List.of(partition));
        positions.put(partition, offset);
    }

    @Override
    public CompletableFuture<Void> commit(Map<TopicPartition, CommittedOffset> offsets) {
        var outcome = new CompletableFuture<Void>();
        boolean now;
        synchronized (this) {
            commits.add(offsets);
            outcomes.add(outcome);
            now = storesAtOnce;
        }
        if (now) {
            outcome.complete(null);
        }
        return outcome;
    }

    @Override
    public synchronized void wakeup() {
        woken = true;
        notifyAll();
    }

    @Override
    public void leave() {
        listener.onRevoked(assignment());
        synchronized (this) {
            end = "left";
        }
    }

    @Override
    public synchronized void abandon() {
        end = "abandoned";
    }
}
