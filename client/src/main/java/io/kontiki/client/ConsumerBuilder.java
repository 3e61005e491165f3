package io.kontiki.client;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.UUID;
import java.util.regex.Pattern;

/**
 * The settings of {@link Consumer.Builder}. Not thread-safe.
 *
 * @param <B> the builder itself
 */
public abstract class ConsumerBuilder<B extends ConsumerBuilder<B>> extends ClientBuilder<B> {
    private static final Pattern GROUP_ID = Pattern.compile("[A-Za-z0-9._-]{1,249}");
    private static final Pattern MEMBER_ID = Pattern.compile("[A-Za-z0-9._-]{1,128}");
    private static final Duration SECOND = Duration.ofSeconds(1);

    private Optional<Position> startAt = Optional.empty();
    private Optional<ResetPolicy> resetPolicy = Optional.empty();
    private int maxPollRecords = 1000;
    private int fetchMaxBytes = 1 << 20;
    private long prefetchMaxBytes = 64 << 20;
    private int fetchMinBytes = 1;
    private Duration fetchMaxWait = Duration.ofMillis(500);
    private boolean checkCrc = true;
    private Optional<String> group = Optional.empty();
    private Optional<String> memberId = Optional.empty();
    private Optional<String> instanceId = Optional.empty();
    private Optional<Assignor> assignor = Optional.empty();
    private OptionalInt sessionTimeoutMillis = OptionalInt.empty();
    private OptionalInt rebalanceTimeoutMillis = OptionalInt.empty();
    private boolean rejoin = true;
    private boolean autoCommit = true;
    private Duration autoCommitInterval = Duration.ofSeconds(5);

    private List<ConsumerInterceptor> interceptors = List.of();

    ConsumerBuilder() {}

    /** The group to commit for, and to be a member of by {@code subscribe}: 1 to 249 characters of A-Z a-z 0-9 . _ - */
    public B group(String id) {
        this.group = Optional.of(matching("group", id, GROUP_ID));
        return self();
    }

    /**
     * Id of the member, 1 to 128 characters of A-Z a-z 0-9 . _ - Default drawn at random, which is what nearly all want: two
     * members under one id take each other's place.
     */
    public B memberId(String id) {
        this.memberId = Optional.of(matching("memberId", id, MEMBER_ID));
        return self();
    }

    /**
     * A name that outlives the process, 1 to 128 characters of A-Z a-z 0-9 . _ - A member that comes back under it within the
     * session time-out has its partitions again, and no others change hands (static membership, KIP-345). Whoever joins
     * under it fences the one who had it. Default none.
     */
    public B instanceId(String id) {
        this.instanceId = Optional.of(matching("instanceId", id, MEMBER_ID));
        return self();
    }

    /**
     * Whether a member that was fenced joins the group again by itself. Default true. Otherwise {@code poll} fails with
     * UNKNOWN_MEMBER or STALE_MEMBER_EPOCH then: for those who may meet another one under their {@link #memberId}, and are
     * to make way.
     */
    public B rejoin(boolean on) {
        this.rejoin = on;
        return self();
    }

    /** How the group's partitions are spread. Default as the group has it; {@link Assignor#STICKY} for a new one. */
    public B assignor(Assignor way) {
        this.assignor = Optional.of(way);
        return self();
    }

    /** Silent for longer, the member is fenced: 1 s to 30 min. Default as the brokers have it, 10 s. */
    public B sessionTimeout(Duration timeout) {
        var checked = Limits.within("sessionTimeout", timeout, SECOND, Duration.ofMinutes(30));
        this.sessionTimeoutMillis = OptionalInt.of((int) checked.toMillis());
        return self();
    }

    /**
     * How long the member may take to let go of partitions, so also to come back to {@code poll}, before it is fenced: 1 s to
     * 1 h. Default as the brokers have it, 60 s.
     */
    public B rebalanceTimeout(Duration timeout) {
        var checked = Limits.within("rebalanceTimeout", timeout, SECOND, Duration.ofHours(1));
        this.rebalanceTimeoutMillis = OptionalInt.of((int) checked.toMillis());
        return self();
    }

    /**
     * Whether {@code poll}, revocations, {@code unsubscribe} and {@code close} commit what earlier polls returned, so what
     * was worked through by then. Default true, in a group.
     */
    public B autoCommit(boolean on) {
        this.autoCommit = on;
        return self();
    }

    /** How often {@code poll} does that, 1 ms to 1 day. Default 5 s. */
    public B autoCommitInterval(Duration interval) {
        this.autoCommitInterval =
                Limits.within("autoCommitInterval", interval, Duration.ofMillis(1), Duration.ofDays(1));
        return self();
    }

    private static String matching(String field, String value, Pattern pattern) {
        if (!pattern.matcher(value).matches()) {
            throw new IllegalArgumentException(field + " is '" + value + "', must match " + pattern);
        }
        return value;
    }

    /**
     * Where assigned partitions start, without a group. Default the end: only new records. (In a group they start at the
     * commit, or by {@link #resetPolicy}.)
     */
    public B startAt(Position position) {
        this.startAt = Optional.of(position);
        return self();
    }

    /**
     * What to do if the position is not in the log or, in a group, if nothing was committed. Default
     * {@link ResetPolicy#LATEST} in a group, else {@link ResetPolicy#ERROR}.
     */
    public B resetPolicy(ResetPolicy policy) {
        this.resetPolicy = Optional.of(policy);
        return self();
    }

    /** Most records that one {@code poll} returns, 1 to 1,000,000. Default 1000. */
    public B maxPollRecords(int records) {
        this.maxPollRecords = (int) Limits.within("maxPollRecords", records, 1, 1_000_000);
        return self();
    }

    /** Most bytes fetched per partition at a time, 1 KiB to 32 MiB; a larger batch still comes whole. Default 1 MiB. */
    public B fetchMaxBytes(int bytes) {
        this.fetchMaxBytes = (int) Limits.within("fetchMaxBytes", bytes, 1 << 10, 32 << 20);
        return self();
    }

    /**
     * Most bytes fetched ahead of {@code poll}, of all partitions together, 64 KiB to 1 GiB. Each broker has an equal share,
     * and each answer, of which two may be on their way, may be larger by one batch. Default 64 MiB.
     */
    public B prefetchMaxBytes(long bytes) {
        this.prefetchMaxBytes = Limits.within("prefetchMaxBytes", bytes, 64 << 10, 1 << 30);
        return self();
    }

    /** Bytes a broker waits for before it answers, 1 to 1 MiB. Default 1: answers at once. */
    public B fetchMinBytes(int bytes) {
        this.fetchMinBytes = (int) Limits.within("fetchMinBytes", bytes, 1, 1 << 20);
        return self();
    }

    /** How long a broker waits for them, 0 to 60 s. Default 500 ms. */
    public B fetchMaxWait(Duration wait) {
        this.fetchMaxWait = Limits.within("fetchMaxWait", wait, Duration.ZERO, Duration.ofSeconds(60));
        return self();
    }

    /** Whether the checksum of every batch is verified. Default true. */
    public B checkCrc(boolean check) {
        this.checkCrc = check;
        return self();
    }

    /** Who sees the records that {@code poll} returns, in this order. Default none. */
    public B interceptors(List<? extends ConsumerInterceptor> all) {
        this.interceptors = List.copyOf(all);
        return self();
    }

    List<ConsumerInterceptor> interceptors() {
        return interceptors;
    }

    ConsumerConfig consumerConfig(ClientConfig client) {
        if (group.isPresent() && startAt.isPresent()) {
            throw new IllegalArgumentException("startAt is set, and group too: in a group, set resetPolicy instead");
        }
        if (group.isEmpty() && (instanceId.isPresent() || memberId.isPresent())) {
            throw new IllegalArgumentException("instanceId or memberId is set, but not group");
        }
        return new ConsumerConfig(
                startAt.orElse(Position.latest()),
                resetPolicy.orElse(group.isPresent() ? ResetPolicy.LATEST : ResetPolicy.ERROR),
                maxPollRecords,
                fetchMaxBytes,
                prefetchMaxBytes,
                fetchMinBytes,
                (int) fetchMaxWait.toMillis(),
                checkCrc,
                client.requestTimeout().toNanos(),
                group.map(id -> groupConfig(id, client)));
    }

    private GroupConfig groupConfig(String id, ClientConfig client) {
        return new GroupConfig(
                id,
                memberId.orElseGet(() -> UUID.randomUUID().toString()),
                instanceId,
                assignor,
                sessionTimeoutMillis,
                rebalanceTimeoutMillis,
                autoCommit,
                autoCommitInterval,
                client.clientId(),
                rejoin);
    }
}
