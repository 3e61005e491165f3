package io.kontiki.client;

import io.grpc.Channel;
import io.grpc.Deadline;
import io.kontiki.proto.v1.CommitOffsetsRequest;
import io.kontiki.proto.v1.FetchOffsetsRequest;
import io.kontiki.proto.v1.GroupServiceGrpc;
import io.kontiki.proto.v1.OffsetToCommit;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Stores and reads the offsets of groups. What a retry may mend is tried again within the time-out: storing an offset
 * twice does no harm. Commits of one partition are to be made one after the other: each begins when the one before has come
 * to its end, then what is left of that one on its way is void. Calls block. Thread-safe.
 */
final class OffsetCalls {
    /** With the longest names and metadata still below the largest message. */
    private static final int COMMITS_MAX = 800;

    private static final int FETCHES_MAX = 10_000;
    private static final long MIN_BACKOFF_NANOS = TimeUnit.MILLISECONDS.toNanos(20);
    private static final long MAX_BACKOFF_NANOS = TimeUnit.MILLISECONDS.toNanos(250);

    private final AnyBroker anyBroker;
    // The highest that an answer told. Named in each commit: one that is held up on its way undoes no later one.
    private final AtomicLong knownIndex = new AtomicLong(1);

    OffsetCalls(AnyBroker anyBroker) {
        this.anyBroker = anyBroker;
    }

    /**
     * On whose behalf.
     *
     * @param memberId empty from outside of the group
     */
    record Asker(String groupId, String memberId, int memberEpoch) {
        static Asker outsideOf(String groupId) {
            return new Asker(groupId, "", 0);
        }
    }

    /**
     * Stores offsets; each partition is judged alone.
     *
     * @return why an offset is not stored, or not known to be, by partition; empty where it is
     * @throws KontikiException if the call as a whole fails
     */
    Map<TopicPartition, Optional<KontikiException>> commit(
            Asker asker, Map<TopicPartition, CommittedOffset> offsets, Duration timeout) {
        var open = new TreeMap<>(offsets);
        var results = new TreeMap<TopicPartition, Optional<KontikiException>>();
        repeat(timeout, left -> {
            for (var part : WireValues.parts(open.keySet(), COMMITS_MAX)) {
                results.putAll(commitPart(asker, part, offsets, left));
            }
            open.keySet().removeIf(p -> !mayRetry(results.get(p)));
            return open.isEmpty();
        });
        return results;
    }

    private static boolean mayRetry(Optional<KontikiException> failure) {
        return failure.isPresent() && failure.get().retriable();
    }

    /** Until it says that it is done, or the time is over. */
    private static void repeat(Duration timeout, Attempt attempt) {
        long deadlineNanos = System.nanoTime() + timeout.toNanos();
        var backoff = new Backoff(MIN_BACKOFF_NANOS, MAX_BACKOFF_NANOS, ThreadLocalRandom.current());
        while (!attempt.isDone(Duration.ofNanos(Math.max(1, deadlineNanos - System.nanoTime())))) {
            long pauseNanos = backoff.nextNanos();
            if (deadlineNanos - System.nanoTime() <= pauseNanos) {
                return;
            }
            AnyBroker.pause(pauseNanos);
        }
    }

    private interface Attempt {
        boolean isDone(Duration timeLeft);
    }

    private Map<TopicPartition, Optional<KontikiException>> commitPart(
            Asker asker, List<TopicPartition> part, Map<TopicPartition, CommittedOffset> offsets, Duration timeLeft) {
        var request = CommitOffsetsRequest.newBuilder()
                .setGroupId(asker.groupId())
                .setMemberId(asker.memberId())
                .setMemberEpoch(asker.memberEpoch())
                .setKnownIndex(knownIndex.get());
        part.forEach(partition -> request.addOffsets(toCommit(partition, offsets.get(partition))));
        var built = request.build();
        var response =
                anyBroker.read((channel, deadline) -> groups(channel, deadline).commitOffsets(built), timeLeft);
        onIndex(response.getIndex());
        var results = new TreeMap<TopicPartition, Optional<KontikiException>>();
        part.forEach(partition -> results.put(partition, Optional.of(unanswered("commit of", partition))));
        response.getResultsList().forEach(result -> {
            var partition = new TopicPartition(result.getTopic(), result.getPartition());
            results.put(
                    partition,
                    result.hasError()
                            ? Optional.of(Errors.of(result.getError(), "commit of partition " + partition))
                            : Optional.empty());
        });
        return results;
    }

    private void onIndex(long index) {
        knownIndex.accumulateAndGet(index, Math::max);
    }

    private static KontikiException unanswered(String what, TopicPartition partition) {
        return new KontikiException(
                ErrorReason.UNKNOWN, what + " partition " + partition + ": the answer does not name it");
    }

    private static OffsetToCommit toCommit(TopicPartition partition, CommittedOffset offset) {
        var wire = OffsetToCommit.newBuilder()
                .setTopic(partition.topic())
                .setPartition(partition.partition())
                .setOffset(offset.offset())
                .setMetadata(offset.metadata());
        offset.leaderEpoch().ifPresent(wire::setLeaderEpoch);
        return wire.build();
    }

    /**
     * What the group has committed in these partitions; those without a commit are not in the answer.
     *
     * @throws KontikiException if any of them could not be read: that is never to be taken for "none" (rule G8)
     */
    Map<TopicPartition, CommittedOffset> fetch(Asker asker, Set<TopicPartition> wanted, Duration timeout) {
        var found = new TreeMap<TopicPartition, CommittedOffset>();
        for (var part : WireValues.parts(new TreeSet<>(wanted), FETCHES_MAX)) {
            found.putAll(fetchPart(asker, part, timeout));
        }
        return found;
    }

    /** All that the group has committed. Fails as {@link #fetch}. */
    Map<TopicPartition, CommittedOffset> fetchAll(Asker asker, Duration timeout) {
        return fetchPart(asker, List.of(), timeout);
    }

    private Map<TopicPartition, CommittedOffset> fetchPart(
            Asker asker, Collection<TopicPartition> part, Duration timeout) {
        var last = new AtomicReference<Fetched>();
        repeat(timeout, left -> {
            last.set(fetchPartOnce(asker, part, left));
            return last.get().failures().values().stream().noneMatch(KontikiException::retriable);
        });
        var failures = last.get().failures();
        if (!failures.isEmpty()) {
            throw failures.get(failures.firstKey());
        }
        return last.get().found();
    }

    /**
     * What is known of committed offsets.
     *
     * @param found those that there are
     * @param failures of partitions that could not be told of; those in neither have none
     */
    record Fetched(
            SortedMap<TopicPartition, CommittedOffset> found, SortedMap<TopicPartition, KontikiException> failures) {}

    /** As {@link #fetch}, but each partition is judged alone, and none asked for again. */
    Fetched fetchOnce(Asker asker, Set<TopicPartition> wanted, Duration timeout) {
        var all = new Fetched(new TreeMap<>(), new TreeMap<>());
        for (var part : WireValues.parts(new TreeSet<>(wanted), FETCHES_MAX)) {
            var fetched = fetchPartOnce(asker, part, timeout);
            all.found().putAll(fetched.found());
            all.failures().putAll(fetched.failures());
        }
        return all;
    }

    private Fetched fetchPartOnce(Asker asker, Collection<TopicPartition> part, Duration timeout) {
        var request = FetchOffsetsRequest.newBuilder()
                .setGroupId(asker.groupId())
                .addAllTopics(WireValues.byTopic(part))
                .setMemberId(asker.memberId())
                .setMemberEpoch(asker.memberEpoch())
                .build();
        var response =
                anyBroker.read((channel, deadline) -> groups(channel, deadline).fetchOffsets(request), timeout);
        onIndex(response.getIndex());
        var fetched = new Fetched(new TreeMap<>(), new TreeMap<>());
        var missing = new TreeSet<>(part);
        for (var offset : response.getOffsetsList()) {
            var partition = new TopicPartition(offset.getTopic(), offset.getPartition());
            missing.remove(partition);
            if (offset.hasError()) {
                fetched.failures()
                        .put(partition, Errors.of(offset.getError(), "committed offset of partition " + partition));
            } else if (offset.hasCommitted()) {
                fetched.found().put(partition, offset(offset.getCommitted()));
            }
        }
        missing.forEach(partition -> fetched.failures().put(partition, unanswered("committed offset of", partition)));
        return fetched;
    }

    private static CommittedOffset offset(io.kontiki.proto.v1.CommittedOffset wire) {
        return new CommittedOffset(
                wire.getOffset(),
                wire.hasLeaderEpoch() ? OptionalInt.of(wire.getLeaderEpoch()) : OptionalInt.empty(),
                wire.getMetadata(),
                OptionalLong.of(wire.getCommittedAtMs()));
    }

    private static GroupServiceGrpc.GroupServiceBlockingStub groups(Channel channel, Deadline deadline) {
        return GroupServiceGrpc.newBlockingStub(channel).withDeadline(deadline);
    }
}
