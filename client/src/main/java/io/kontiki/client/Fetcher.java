package io.kontiki.client;

import com.google.protobuf.ByteString;
import io.kontiki.proto.v1.FetchPartitionResult;
import io.kontiki.proto.v1.FetchResponse;
import io.kontiki.record.InvalidBatchException;
import java.util.ArrayList;
import java.util.HashMap;
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
    private static final System.Logger LOG = System.getLogger(Fetcher.class.getName());
    private static final long MIN_BACKOFF_NANOS = TimeUnit.MILLISECONDS.toNanos(10);
    private static final long MAX_BACKOFF_NANOS = TimeUnit.MILLISECONDS.toNanos(100);
    private static final long TICK_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    /** The longest wait while a partition of the same broker has enough and is left out: it must not wait for idle ones. */
    private static final int SHORT_WAIT_MILLIS = 10;

    private static final int MAX_PARTITIONS = 1000;
    /** How often a broker may not know a topic that the metadata has. */
    private static final int MAX_NOT_FOUND = 20;

    private final ConsumerConfig config;
    private final MetadataTracker tracker;
    private final Channels channels;
    private final PositionLookups lookups;
    private final RandomGenerator random;
    private final LinkedBlockingQueue<Runnable> events = new LinkedBlockingQueue<>();
    private final AtomicBoolean metadataChanged = new AtomicBoolean(true);
    private final AtomicBoolean nudged = new AtomicBoolean();
    private final Map<TopicPartition, PartitionFetcher> partitions = new LinkedHashMap<>();
    private final Map<TopicPartition, Integer> notFound = new HashMap<>();
    private final Map<HostPort, FetchLink> links = new HashMap<>();
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
        this.channels = channels;
        this.lookups = new PositionLookups(lookup, events::add);
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
        notFound.remove(partition);
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
            sendFetches(System.nanoTime());
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
        sendFetches(nowNanos);
        watchSilence(nowNanos);
        handleEvents(Math.min(maxWaitNanos, nextDueNanos(nowNanos)));
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

    private void sendFetches(long nowNanos) {
        var due = new LinkedHashMap<HostPort, List<PartitionFetcher>>();
        for (var partition : partitions.values()) {
            partition
                    .fetchDue(nowNanos)
                    .ifPresent(address ->
                            due.computeIfAbsent(address, a -> new ArrayList<>()).add(partition));
        }
        due.forEach((address, wanted) -> {
            var link = links.computeIfAbsent(address, a -> new FetchLink(a, this::dial));
            if (link.isIdle()) {
                boolean heldBack = wanted.size() > MAX_PARTITIONS
                        || partitions.values().stream().anyMatch(p -> p.isHeldBackAt(address, nowNanos));
                int maxWait = config.fetchMaxWaitMillis();
                link.request(
                        wanted.subList(0, Math.min(wanted.size(), MAX_PARTITIONS)),
                        config,
                        heldBack ? Math.min(maxWait, SHORT_WAIT_MILLIS) : maxWait,
                        nowNanos);
            }
        });
    }

    private FetchStream dial(HostPort address) {
        return FetchStream.open(channels.to(address), address, new Posting());
    }

    private void watchSilence(long nowNanos) {
        for (var link : links.values()) {
            long silentNanos = nowNanos - link.sentNanos() - TimeUnit.MILLISECONDS.toNanos(config.fetchMaxWaitMillis());
            if (!link.isIdle() && silentNanos > config.requestTimeoutNanos()) {
                link.cancel("no answer within the request time-out");
            }
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

    private void onResponse(FetchStream stream, FetchResponse response) {
        var asked = links.get(stream.address()).onResponse(stream, response);
        for (var result : response.getPartitionsList()) {
            var name = new TopicPartition(result.getTopic(), result.getPartition());
            var partition = partitions.get(name);
            var generation = asked.get(name);
            if (partition != null && generation != null && partition.awaits(generation)) {
                onResult(partition, result);
            }
        }
        // A partition without an entry has nothing new.
        release(asked, partition -> partition.onFetched(ByteString.EMPTY));
    }

    private void release(Map<TopicPartition, Long> asked, java.util.function.Consumer<PartitionFetcher> action) {
        asked.forEach((name, generation) -> {
            var partition = partitions.get(name);
            if (partition != null && partition.awaits(generation)) {
                action.accept(partition);
            }
        });
    }

    private void onResult(PartitionFetcher partition, FetchPartitionResult result) {
        long nowNanos = System.nanoTime();
        if (result.hasError()) {
            onError(partition, result, nowNanos);
            return;
        }
        notFound.remove(partition.partition());
        try {
            partition.onFetched(result.getRecords());
        } catch (InvalidBatchException e) {
            var what = "partition " + partition.partition() + ", offset " + partition.fetchOffset() + ": ";
            partition.onFatal(new KontikiException(ErrorReason.CORRUPT_BATCH, what + e.getMessage(), e), nowNanos);
        }
    }

    private void onError(PartitionFetcher partition, FetchPartitionResult result, long nowNanos) {
        var name = partition.partition();
        if (result.getError().hasLeaderHint()) {
            tracker.hint(name, result.getError().getLeaderHint());
        }
        var error = Errors.of(result.getError(), "partition " + name);
        switch (error.reason()) {
            case OFFSET_OUT_OF_RANGE -> {
                if (result.hasDivergingOffset()) {
                    onDiverged(partition, result.getDivergingOffset(), error, nowNanos);
                } else {
                    onOutOfRange(partition, error, nowNanos);
                }
            }
            case TOPIC_NOT_FOUND, PARTITION_NOT_FOUND -> {
                // A leader may hear of a new topic later than this client did.
                boolean patient = tracker.current().topic(name.topic()).isPresent()
                        && notFound.merge(name, 1, Integer::sum) <= MAX_NOT_FOUND;
                if (patient) {
                    partition.onFailed(nowNanos);
                } else {
                    partition.onFatal(error, nowNanos);
                }
            }
            default -> {
                if (error.retriable()) {
                    partition.onFailed(nowNanos);
                } else {
                    partition.onFatal(error, nowNanos);
                }
            }
        }
    }

    private void onOutOfRange(PartitionFetcher partition, KontikiException error, long nowNanos) {
        config.resetPolicy()
                .position(System.currentTimeMillis())
                .map(partition::resetTo)
                .ifPresentOrElse(partition::seek, () -> partition.onFatal(error, nowNanos));
    }

    /** Whoever lets positions be reset goes on where the log parts, which passes over nothing that is new (KIP-320). */
    private void onDiverged(PartitionFetcher partition, long offset, KontikiException error, long nowNanos) {
        if (!partition.onDiverged(offset)) {
            return;
        }
        if (config.resetPolicy().equals(ResetPolicy.ERROR)) {
            partition.onFatal(error, nowNanos);
        } else {
            LOG.log(System.Logger.Level.WARNING, "{0}; going on at {1}", error.getMessage(), offset);
            partition.seek(Position.offset(offset));
        }
    }

    private void onBroken(FetchStream stream) {
        var asked = links.get(stream.address()).onBroken(stream);
        long nowNanos = System.nanoTime();
        release(asked, partition -> partition.onFailed(nowNanos));
    }

    @Override
    public void close() {
        lookups.close();
        links.values().forEach(link -> link.cancel("the consumer is closed"));
    }

    /** Moves what happens on a stream to the consumer's thread. */
    private final class Posting implements FetchStream.Listener {
        @Override
        public void onResponse(FetchStream stream, FetchResponse response) {
            events.add(() -> Fetcher.this.onResponse(stream, response));
        }

        @Override
        public void onBroken(FetchStream stream, Throwable error) {
            events.add(() -> Fetcher.this.onBroken(stream));
        }
    }
}
