package io.kontiki.client;

import java.time.Duration;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Pattern;

/**
 * Reads committed records in the order of their offsets within each partition: of partitions that it is told to read,
 * {@link #assign}, or of those that it gets as a member of a group, {@link #subscribe(Collection)}. It follows leader
 * changes and fetches ahead of {@link #poll} by a bounded amount.
 *
 * <p>A member keeps its place by a thread of its own, so the work between two polls may take as long as it needs. Partitions
 * come and go only inside {@code poll}: a member that is to let go of some and does not poll for the rebalance time-out is
 * fenced. See KIP-848 for the protocol.
 *
 * <p>Belongs to one thread at a time: a call while another thread is inside fails with
 * {@link java.util.ConcurrentModificationException}. Only {@link #wakeup} may be called from anywhere.
 */
public final class Consumer implements AutoCloseable {
    private static final Duration CLOSE_TIME = Duration.ofSeconds(10);

    private final ClientConfig client;
    private final Channels channels;
    private final MetadataTracker tracker;
    private final TopicDirectory topics;
    private final OffsetLookup lookup;
    private final Fetcher fetcher;
    private final Optional<Subscriber> group;
    private final ConsumerInterceptors interceptors;
    private final OneThread turn = new OneThread();

    private Consumer(ConsumerBuilder<?> builder) {
        client = builder.clientConfig();
        var config = builder.consumerConfig(client);
        channels = new Channels(builder.transport());
        tracker = new MetadataTracker(client.bootstrapServers(), channels, new SplittableRandom());
        topics = new TopicDirectory(tracker, client.requestTimeout());
        lookup = new OffsetLookup(tracker, topics, channels, client);
        fetcher = new Fetcher(config, tracker, channels, lookup, new SplittableRandom());
        group = config.group().map(settings -> new Subscriber(settings, config, client, fetcher, tracker, channels));
        interceptors = new ConsumerInterceptors(builder.interceptors());
        tracker.start();
    }

    /** Settings for a new consumer. */
    public static Builder builder() {
        return new Builder();
    }

    /**
     * Replaces the assignment. Partitions that stay keep their position; new ones start where the group has committed, or
     * without a group at {@link Builder#startAt}, which is looked up by the next {@code poll} or {@code position}.
     *
     * @throws IllegalStateException if the consumer subscribes to topics
     * @throws KontikiException TOPIC_NOT_FOUND or PARTITION_NOT_FOUND if one of them does not exist, NO_BROKER if none
     *     was reached within the connect time-out; the assignment stays as it was then
     */
    public void assign(Collection<TopicPartition> partitions) {
        turn.alone(() -> {
            group.ifPresent(Subscriber::requireNoSubscription);
            long deadlineNanos = connectDeadlineNanos();
            partitions.forEach(partition -> topics.await(partition, deadlineNanos));
            group.ifPresent(member -> member.commits().commitAutomatically());
            fetcher.assign(new TreeSet<>(partitions));
        });
    }

    /** As {@link #subscribe(Collection, RebalanceListener)}, told nothing of partitions that come and go. */
    public void subscribe(Collection<String> topicNames) {
        subscribe(topicNames, RebalanceListener.NONE);
    }

    /**
     * Joins the group, or changes what this member reads. The next {@code poll}s bring the partitions. Topics need not
     * exist yet: they are read once they do.
     *
     * @param topicNames 1 to 1000
     * @throws IllegalStateException without {@link Builder#group}, or if partitions are assigned
     */
    public void subscribe(Collection<String> topicNames, RebalanceListener listener) {
        turn.alone(() -> requireGroup().subscribe(Subscription.to(topicNames), listener));
    }

    /** As {@link #subscribe(Pattern, RebalanceListener)}, told nothing of partitions that come and go. */
    public void subscribe(Pattern topicNames) {
        subscribe(topicNames, RebalanceListener.NONE);
    }

    /**
     * As {@link #subscribe(Collection, RebalanceListener)}, to all topics whose whole name matches, those to come as well.
     * The brokers match it: it is to be one that RE2 and Java understand alike, and without flags.
     *
     * @param topicNames at most 1000 bytes of UTF-8
     */
    public void subscribe(Pattern topicNames, RebalanceListener listener) {
        turn.alone(() -> requireGroup().subscribe(Subscription.to(topicNames), listener));
    }

    /** The topic names subscribed to; none with a pattern, or without a subscription. */
    public Set<String> subscription() {
        return turn.take(() -> group.map(Subscriber::topicNames).orElse(Set.of()));
    }

    /**
     * Leaves the group for good, a static member too, and lets go of all partitions, those of {@link #assign} too. Commits
     * before, as {@link #close()} does. Nothing happens if there are none.
     */
    public void unsubscribe() {
        turn.alone(() -> {
            group.ifPresent(member -> member.unsubscribe(CLOSE_TIME));
            fetcher.assign(new TreeSet<>());
        });
    }

    private Subscriber requireGroup() {
        return group.orElseThrow(
                () -> new IllegalStateException("group is not set: name one, or use assign, which needs none"));
    }

    private ConsumerCommits requireCommits() {
        return requireGroup().commits();
    }

    /** This member's id within the group; empty without a group. */
    public Optional<String> memberId() {
        return group.map(Subscriber::memberId);
    }

    /** The partitions that are assigned, or that this member owns. */
    public Set<TopicPartition> assignment() {
        return turn.take(() -> Set.copyOf(fetcher.partitions().keySet()));
    }

    /** Makes {@code poll} leave these partitions out, until {@link #resume}, or until they are gone. They stay owned. */
    public void pause(Collection<TopicPartition> partitions) {
        setPaused(partitions, true);
    }

    /** Ends {@link #pause} of these partitions. */
    public void resume(Collection<TopicPartition> partitions) {
        setPaused(partitions, false);
    }

    private void setPaused(Collection<TopicPartition> partitions, boolean paused) {
        turn.run(() -> partitions.stream()
                .map(this::assigned)
                .toList()
                .forEach(partition -> partition.setPaused(paused, System.nanoTime())));
    }

    /** Those that are paused. */
    public Set<TopicPartition> paused() {
        return turn.take(fetcher::paused);
    }

    /**
     * Goes on at this place. What was fetched ahead is dropped.
     *
     * @throws IllegalArgumentException if the partition is not assigned
     */
    public void seek(TopicPartition partition, Position position) {
        Objects.requireNonNull(position, "position");
        turn.run(() -> assigned(partition).seek(position));
    }

    /**
     * Returns the next records, at most {@link Builder#maxPollRecords}; waits for the first one at most so long. Empty
     * after that time or a {@link #wakeup}. The position moves behind the records returned. Calls the rebalance listener
     * when partitions come and go, which may take longer.
     *
     * @throws KontikiException for a failure that a retry does not mend, such as a deleted topic, a corrupt batch or,
     *     with {@link ResetPolicy#ERROR}, a position that is not in the log; records before it are returned first, and
     *     the position stays. FENCED_INSTANCE if another member took the instance id, GROUP_FULL if the group takes no
     *     more members. INTERRUPTED if the thread is. Unreachable brokers are no failure here: the consumer goes on
     *     trying.
     */
    public List<ConsumerRecord> poll(Duration timeout) {
        return turn.takeAlone(() ->
                interceptors.telling(fetcher.poll(timeout.toNanos(), group.map(member -> (Fetcher.Turn) member))));
    }

    /**
     * Offset of the next record to return; looks it up if need be, within the request time-out.
     *
     * @throws IllegalArgumentException if the partition is not assigned
     * @throws KontikiException TIMED_OUT, or why the look-up failed
     */
    public long position(TopicPartition partition) {
        return turn.take(() -> {
            long deadlineNanos = System.nanoTime() + client.requestTimeout().toNanos();
            return fetcher.awaitPosition(assigned(partition), deadlineNanos)
                    .orElseThrow(() -> new KontikiException(
                            ErrorReason.TIMED_OUT,
                            "position of " + partition + " not found within requestTimeout, "
                                    + client.requestTimeout()));
        });
    }

    private PartitionFetcher assigned(TopicPartition partition) {
        var fetching = fetcher.partitions().get(partition);
        if (fetching == null) {
            throw new IllegalArgumentException("partition " + partition + " is not assigned");
        }
        return fetching;
    }

    /**
     * Stores the positions of all assigned partitions: everything that {@code poll} returned counts as worked through.
     * Returns once the quorum has them; earlier commits are stored before.
     *
     * @throws IllegalStateException without a group
     * @throws KontikiException STALE_MEMBER_EPOCH or UNKNOWN_MEMBER if a partition has or may have another owner by now,
     *     who goes on from the commit before; or why it could not be stored within the request time-out. What belongs to
     *     other partitions may be stored all the same
     */
    public void commit() {
        turn.run(() -> requireCommits().commit(fetcher.positions()));
    }

    /** As {@link #commit()}, of these partitions, at these places. */
    public void commit(Map<TopicPartition, CommittedOffset> offsets) {
        turn.run(() -> requireCommits().commit(offsets));
    }

    /**
     * As {@link #commit()}, without waiting. Commits are stored in the order of the calls. What depends on the future runs on
     * a thread of the consumer, which must not be blocked, and must not call the consumer.
     *
     * @return fails as {@code commit} does; OVERLOADED if 1000 commits are waiting
     */
    public CompletableFuture<Void> commitAsync() {
        return turn.take(() -> requireCommits().commitAsync(fetcher.positions()));
    }

    /** As {@link #commitAsync()}, of these partitions, at these places. */
    public CompletableFuture<Void> commitAsync(Map<TopicPartition, CommittedOffset> offsets) {
        return turn.take(() -> requireCommits().commitAsync(offsets));
    }

    /**
     * What the group has committed in these partitions, by whichever member; those without a commit are not in the answer.
     *
     * @throws KontikiException if it cannot be read within the request time-out
     */
    public Map<TopicPartition, CommittedOffset> committed(Set<TopicPartition> partitions) {
        return turn.take(() -> requireCommits().committed(partitions));
    }

    /** First readable offset of each; they need not be assigned. */
    public Map<TopicPartition, Long> beginningOffsets(Collection<TopicPartition> partitions) {
        return offsetsAt(partitions, Position.earliest());
    }

    /** End of the committed records of each: the offset that comes after the last one readable now. */
    public Map<TopicPartition, Long> endOffsets(Collection<TopicPartition> partitions) {
        return offsetsAt(partitions, Position.latest());
    }

    private Map<TopicPartition, Long> offsetsAt(Collection<TopicPartition> partitions, Position position) {
        var wanted = new LinkedHashMap<TopicPartition, Position>();
        partitions.forEach(partition -> wanted.put(partition, position));
        var offsets = new TreeMap<TopicPartition, Long>();
        offsets(wanted).forEach((partition, info) -> offsets.put(partition, info.offset()));
        return offsets;
    }

    /**
     * Offsets of any kind of position, by partition; they need not be assigned.
     *
     * @throws KontikiException if one of them cannot be found within the request time-out
     */
    public Map<TopicPartition, OffsetInfo> offsets(Map<TopicPartition, Position> positions) {
        return turn.take(() -> lookup.find(positions));
    }

    /**
     * The topic as the cluster's metadata has it now.
     *
     * @throws KontikiException TOPIC_NOT_FOUND, or NO_BROKER if none was reached within the connect time-out
     */
    public TopicInfo topic(String name) {
        return turn.take(() -> topics.await(new TopicPartition(name, 0), connectDeadlineNanos()));
    }

    private long connectDeadlineNanos() {
        return System.nanoTime() + client.connectTimeout().toNanos();
    }

    /** Makes the {@code poll} that waits now, or else the next one, return at once. From any thread. */
    public void wakeup() {
        fetcher.wakeup();
    }

    /** As {@link #close(Duration)}, within 10 s. */
    @Override
    public void close() {
        close(CLOSE_TIME);
    }

    /**
     * Commits, if that is automatic, leaves the group and frees all resources. A static member keeps its partitions until its
     * session time-out, so that it can come back to them. Idempotent.
     *
     * <p>What the last {@code poll} returned is not committed automatically: whether it was worked through is not known
     * here, as this may be the end of a failure. Call {@link #commit()} before if it was.
     *
     * @param timeout for the commit and for leaving; what is not done by then is given up
     */
    public void close(Duration timeout) {
        turn.end(() -> {
            try {
                group.ifPresent(member -> member.close(timeout));
            } finally {
                free();
            }
        });
    }

    /**
     * Frees all resources as if the process had died: nothing is committed, the listener is not called, and the group is not
     * told. The member keeps its place until its session time-out, for whoever joins under its id ({@link Builder#memberId}).
     * Idempotent.
     */
    public void abandon() {
        turn.end(() -> {
            try {
                group.ifPresent(Subscriber::abandon);
            } finally {
                free();
            }
        });
    }

    private void free() {
        fetcher.close();
        tracker.close();
        channels.close(Duration.ZERO);
    }

    /** Settings of a consumer. Not thread-safe. */
    public static final class Builder extends ConsumerBuilder<Builder> {
        private Builder() {}

        @Override
        Builder self() {
            return this;
        }

        /** A new consumer, with nothing assigned. */
        public Consumer build() {
            return new Consumer(this);
        }
    }
}
