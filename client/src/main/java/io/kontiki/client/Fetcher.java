package io.kontiki.client;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;

/**
 * Keeps fetches going for the assigned partitions and hands out what has arrived. Belongs to the consumer's thread; other
 * threads only put events on its queue, which holds at most a few per broker and partition.
 */
final class Fetcher implements AutoCloseable {
    private static final long MIN_BACKOFF_NANOS = TimeUnit.MILLISECONDS.toNanos(10);
    private static final long MAX_BACKOFF_NANOS = TimeUnit.MILLISECONDS.toNanos(100);
    private static final long TICK_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    private final ConsumerConfig config;
    private final MetadataTracker tracker;
    private final PositionLookups lookups;
    private final RandomGenerator random;
    private final LinkedBlockingQueue<Runnable> events = new LinkedBlockingQueue<>();
    private final AtomicBoolean metadataChanged = new AtomicBoolean(true);
    private final AtomicBoolean nudged = new AtomicBoolean();
    private final Map<TopicPartition, PartitionFetcher> partitions = new LinkedHashMap<>();
    private final FetchOutcomes outcomes;
    private final FetchLinks links;
    private boolean wokenUp;

    /** What has its say in a poll besides. */
    interface Turn {
        /** Before records are taken, again and again. May change what is assigned. */
        void take();

        /** Whether records may be returned now. */
        boolean mayRead();
    }

    Fetcher(
            ConsumerConfig config,
            MetadataTracker tracker,
            Channels channels,
            OffsetLookup lookup,
            RandomGenerator random) {
        this.config = config;
        this.tracker = tracker;
        this.lookups = new PositionLookups(lookup, events::add);
        this.outcomes = new FetchOutcomes(config, tracker);
        this.links = new FetchLinks(config, channels, partitions, outcomes, events::add);
        this.random = random;
        tracker.onChange(() -> {
            if (metadataChanged.compareAndSet(false, true)) {
                events.add(() -> {});
            }
        });
    }

    Map<TopicPartition, PartitionFetcher> partitions() {
        return partitions;
    }

    /** From now on partitions start where the group has committed. */
    void startWith(GroupStarts starts) {
        lookups.startWith(starts);
    }

    /** Reads these and no others. Those that stay keep their place. */
    void assign(SortedSet<TopicPartition> wanted) {
        partitions.keySet().retainAll(wanted);
        wanted.stream().filter(p -> !partitions.containsKey(p)).forEach(this::add);
    }

    private void add(TopicPartition partition) {
        var fetcher = new PartitionFetcher(
                partition,
                config.group().isPresent() ? Optional.empty() : Optional.of(config.startAt()),
                config.fetchMaxBytes(),
                config.checkCrc(),
                newBackoff());
        outcomes.forget(partition);
        partitions.put(partition, fetcher);
        tell(fetcher, tracker.current());
    }

    private void tell(PartitionFetcher partition, ClusterMetadata metadata) {
        var name = partition.partition();
        metadata.topic(name.topic())
                .ifPresentOrElse(
                        topic -> partition.onTopic(
                                topic.id(), !config.resetPolicy().equals(ResetPolicy.ERROR)),
                        partition::onDeleted);
        partition.onLeader(metadata.leader(name));
    }

    /** Where a commit of all that was returned would be. */
    Map<TopicPartition, CommittedOffset> positions() {
        var positions = new TreeMap<TopicPartition, CommittedOffset>();
        partitions.forEach((name, partition) -> partition.toCommit().ifPresent(offset -> positions.put(name, offset)));
        return positions;
    }

    Set<TopicPartition> paused() {
        return partitions.values().stream()
                .filter(PartitionFetcher::isPaused)
                .map(PartitionFetcher::partition)
                .collect(Collectors.toCollection(TreeSet::new));
    }

    /** Makes the poll that waits look at what has changed. From any thread. */
    void nudge() {
        if (nudged.compareAndSet(false, true)) {
            events.add(() -> nudged.set(false));
        }
    }

    /** Runs in the next poll. From any thread. */
    void post(Runnable event) {
        events.add(event);
    }

    private Backoff newBackoff() {
        return new Backoff(MIN_BACKOFF_NANOS, MAX_BACKOFF_NANOS, random);
    }

    /** From any thread. */
    void wakeup() {
        events.add(() -> wokenUp = true);
    }

    /** The next records; empty after the time is over or a wake-up. */
    List<ConsumerRecord> poll(long timeoutNanos, Optional<Turn> turn) {
        long deadlineNanos = System.nanoTime() + timeoutNanos;
        partitions.values().forEach(PartitionFetcher::onPoll);
        while (true) {
            turn.ifPresent(Turn::take);
            work(0);
            boolean mayRead = turn.isEmpty() || turn.get().mayRead();
            var records = mayRead ? drain() : List.<ConsumerRecord>of();
            // Asks for more before the caller is busy with these.
            links.send(System.nanoTime());
            long leftNanos = deadlineNanos - System.nanoTime();
            if (!records.isEmpty() || leftNanos <= 0 || takeWakeup()) {
                return records;
            }
            work(leftNanos);
        }
    }

    private boolean takeWakeup() {
        boolean woken = wokenUp;
        wokenUp = false;
        return woken;
    }

    /** Looks the position up, waiting at most until then. */
    OptionalLong awaitPosition(PartitionFetcher partition, long deadlineNanos) {
        while (partition.position().isEmpty() && deadlineNanos - System.nanoTime() > 0) {
            work(deadlineNanos - System.nanoTime());
            partition.takeFailure().ifPresent(failure -> {
                throw failure;
            });
        }
        return partition.position();
    }

    /** Handles the events that are there or, if there are none, the next one within this time; starts what is due. */
    private void work(long maxWaitNanos) {
        long nowNanos = System.nanoTime();
        takeMetadata();
        lookups.start(partitions.values(), nowNanos);
        partitions.values().forEach(partition -> partition.onTick(nowNanos));
        links.send(nowNanos);
        handleEvents(Math.min(maxWaitNanos, nextDueNanos(nowNanos)));
        // Not before: an answer that waited for a caller who was long away is no silence.
        links.watchSilence(System.nanoTime());
        takeMetadata();
    }

    private long nextDueNanos(long nowNanos) {
        long wait = TICK_NANOS;
        for (var partition : partitions.values()) {
            var retry = partition.retryAtNanos();
            if (retry.isPresent() && retry.getAsLong() - nowNanos > 0) {
                wait = Math.min(wait, retry.getAsLong() - nowNanos);
            }
        }
        return wait;
    }

    private void handleEvents(long maxWaitNanos) {
        try {
            var first = maxWaitNanos > 0 ? events.poll(maxWaitNanos, TimeUnit.NANOSECONDS) : events.poll();
            for (var event = first; event != null; event = events.poll()) {
                event.run();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new KontikiException(ErrorReason.INTERRUPTED, "interrupted while waiting for records", e);
        }
    }

    private void takeMetadata() {
        if (metadataChanged.getAndSet(false)) {
            var metadata = tracker.current();
            partitions.values().forEach(partition -> tell(partition, metadata));
        }
    }

    /** Takes records from the partitions in turn; the one that was first goes last next time. */
    private List<ConsumerRecord> drain() {
        var records = new ArrayList<ConsumerRecord>();
        for (var partition : List.copyOf(partitions.values())) {
            int room = config.maxPollRecords() - records.size();
            if (room == 0) {
                break;
            }
            int before = records.size();
            partition.drainInto(records, room);
            if (records.size() > before) {
                partitions.remove(partition.partition());
                partitions.put(partition.partition(), partition);
            }
        }
        if (records.isEmpty()) {
            for (var partition : partitions.values()) {
                partition.takeFailure().ifPresent(failure -> {
                    throw failure;
                });
            }
        }
        return records;
    }

    @Override
    public void close() {
        lookups.close();
        links.close();
    }
}
