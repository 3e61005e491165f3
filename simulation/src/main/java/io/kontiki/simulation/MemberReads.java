package io.kontiki.simulation;

import io.kontiki.client.MembershipProbe.Partition;
import io.kontiki.metadata.PartitionRegistration;
import io.kontiki.metadata.TopicImage;
import io.kontiki.metadata.TopicPartition;
import io.kontiki.partition.FetchResult;
import io.kontiki.proto.v1.CommitOffsetsRequest;
import io.kontiki.proto.v1.CommitOffsetsResponse;
import io.kontiki.proto.v1.CommitResult;
import io.kontiki.proto.v1.ErrorReason;
import io.kontiki.proto.v1.FetchOffsetsRequest;
import io.kontiki.proto.v1.FetchOffsetsResponse;
import io.kontiki.proto.v1.FetchedOffset;
import io.kontiki.proto.v1.OffsetToCommit;
import io.kontiki.proto.v1.TopicPartitions;
import io.kontiki.record.RecordBatch;
import io.kontiki.record.RecordBatches;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeMap;

/** The partitions that a member reads: where each begins, how far it is, and how much of it is committed. */
final class MemberReads {
    private static final int READ_BYTES = 4_000;
    /** Of one partition in one poll: each ends with a segment at the latest. */
    private static final int READS_MAX = 3;

    private static final int CALM_READS_MAX = 100;
    private static final long COMMIT_MILLIS = 2_000;
    /** Less than a member may take to let go. */
    private static final long CALL_MILLIS = 2_000;

    private static final long UNKNOWN = -1;

    private final Cluster cluster;
    private final Scheduler scheduler;
    private final SimMember member;
    private final Map<Partition, Reading> readings = new TreeMap<>();
    private boolean fetching;
    private boolean committing;
    private long nextCommitNanos;
    /** The highest index that an answer told: a commit that is held up on its way undoes no later one. */
    private long knownIndex = 1;

    /** One partition while it is the member's. */
    private static final class Reading {
        private final Partition name;
        private final TopicPartition id;
        /** The name stood for another topic when it was assigned. */
        private final boolean madeAnew;
        /** Of the next record; unknown until the group has told. */
        private long position = UNKNOWN;
        /** What the last poll found: by polling again, the consumer has shown that all before is worked through (G7). */
        private long settled = UNKNOWN;

        private long committed = UNKNOWN;

        Reading(Partition name, TopicPartition id, boolean madeAnew) {
            this.name = name;
            this.id = id;
            this.madeAnew = madeAnew;
        }

        /** Nothing is read of a topic that was made anew before the group, asked where to begin, says whose it is. */
        boolean isOwned() {
            return !madeAnew || position != UNKNOWN;
        }

        boolean isDue() {
            return settled != UNKNOWN && settled != committed;
        }

        @Override
        public String toString() {
            return name.topic() + "-" + name.number() + " at " + position + " (" + settled + ", committed " + committed
                    + ")";
        }
    }

    MemberReads(Cluster cluster, SimMember member) {
        this.cluster = cluster;
        this.scheduler = cluster.scheduler();
        this.member = member;
    }

    Set<Partition> names() {
        return readings.keySet();
    }

    List<TopicPartition> partitions() {
        return readings.values().stream()
                .filter(Reading::isOwned)
                .map(reading -> reading.id)
                .toList();
    }

    // ---- Which

    void add(Collection<Partition> names) {
        names.forEach(name -> {
            if (!readings.containsKey(name)) {
                find(name).ifPresent(id -> readings.put(name, new Reading(name, id, false)));
            }
        });
    }

    private Optional<TopicPartition> find(Partition name) {
        Optional<TopicImage> topic = cluster.quorum().image().topic(name.topic());
        return topic.map(found -> new TopicPartition(found.id(), name.number()));
    }

    void letGoOfAllBut(Collection<Partition> names) {
        readings.keySet().retainAll(names);
    }

    void letGoOfAll() {
        readings.clear();
    }

    /** A topic that was made anew is read from its start, or where the group is. */
    private void lookAtTopics() {
        readings.replaceAll((name, reading) -> find(name)
                .filter(id -> !id.equals(reading.id))
                .map(id -> new Reading(name, id, true))
                .orElse(reading));
    }

    private boolean isCurrent(Reading reading) {
        return member.believes() && readings.get(reading.name) == reading;
    }

    // ---- A poll

    /**
     * @param mayRead whether nobody else can own what it reads; if somebody can, commits are for the group to judge
     * @param calm whether to commit whatever is read
     */
    void poll(boolean mayRead, boolean calm) {
        lookAtTopics();
        boolean due = calm || scheduler.now() >= nextCommitNanos;
        readings.values().forEach(reading -> reading.settled = reading.position);
        if (due && !committing) {
            commit(due(Set.of()), CALL_MILLIS, () -> {});
        }
        if (mayRead) {
            readOn(calm ? CALM_READS_MAX : READS_MAX);
        }
    }

    private void readOn(int times) {
        List<Reading> unknown = readings.values().stream()
                .filter(reading -> reading.position == UNKNOWN)
                .toList();
        if (!unknown.isEmpty() && !fetching) {
            fetch(unknown);
        }
        readings.values().stream()
                .filter(reading -> reading.position != UNKNOWN)
                .forEach(reading -> read(reading, times));
    }

    private void read(Reading reading, int times) {
        cluster.record(reading.id)
                .filter(PartitionRegistration::hasLeader)
                .flatMap(record -> cluster.node(record.leader()).serving())
                .ifPresent(broker -> broker.executeOnDisk(() -> {
                    long before = UNKNOWN;
                    for (int i = 0; i < times && before != reading.position; i++) {
                        before = reading.position;
                        read(reading, broker);
                    }
                }));
    }

    private void read(Reading reading, SimBroker broker) {
        if (member.paused() || !isCurrent(reading)) {
            return;
        }
        broker.find(reading.id).ifPresent(replica -> {
            FetchResult result = replica.read(reading.position, READ_BYTES, OptionalInt.empty());
            if (result instanceof FetchResult.Records records) {
                for (RecordBatch batch : RecordBatches.of(records.records())) {
                    cluster.checks()
                            .committed(reading.id)
                            .checkRead(batch, replica.name() + " on broker " + broker.id());
                    reading.position = batch.nextOffset();
                }
            } else if (result instanceof FetchResult.Refused refused
                    && refused.reason() == ErrorReason.ERROR_REASON_OFFSET_OUT_OF_RANGE) {
                // Also above its end: what a late commit of an earlier topic of that name gave it.
                reading.position = refused.logStartOffset();
            }
        });
    }

    // ---- Where to begin

    private void fetch(List<Reading> unknown) {
        fetching = true;
        FetchOffsetsRequest request = FetchOffsetsRequest.newBuilder()
                .setGroupId(member.groupId())
                .setMemberId(member.id())
                .setMemberEpoch(member.epoch())
                .addAllTopics(names(unknown))
                .build();
        Map<TopicPartition, Long> least = new TreeMap<>();
        unknown.forEach(
                reading -> least.put(reading.id, cluster.groupChecks().acknowledged(member.groupId(), reading.id)));
        new SimCall(
                        cluster,
                        member,
                        (coordinator, call, now) -> coordinator.onFetch(call, request, now),
                        CALL_MILLIS,
                        told -> {
                            fetching = false;
                            told.ifPresent(answer -> onFetched(unknown, answer, least));
                        })
                .attempt();
    }

    private void onFetched(List<Reading> asked, SimGroups.Answer answer, Map<TopicPartition, Long> least) {
        if (!(answer.response().orElse(null) instanceof FetchOffsetsResponse response)) {
            return;
        }
        knownIndex = Math.max(knownIndex, response.getIndex());
        for (FetchedOffset entry : response.getOffsetsList()) {
            Partition name = new Partition(entry.getTopic(), entry.getPartition());
            asked.stream()
                    .filter(reading -> reading.name.equals(name) && isCurrent(reading) && !entry.hasError())
                    .forEach(reading -> {
                        long offset =
                                entry.hasCommitted() ? entry.getCommitted().getOffset() : 0;
                        cluster.groupChecks().onFetched(member, reading.id, offset, least.get(reading.id), answer.by());
                        reading.position = offset;
                        reading.committed = entry.hasCommitted() ? offset : UNKNOWN;
                    });
        }
    }

    private static List<TopicPartitions> names(Collection<Reading> some) {
        Map<String, TopicPartitions.Builder> topics = new TreeMap<>();
        some.forEach(reading -> topics.computeIfAbsent(
                        reading.name.topic(),
                        topic -> TopicPartitions.newBuilder().setTopic(topic))
                .addPartitions(reading.name.number()));
        return topics.values().stream().map(TopicPartitions.Builder::build).toList();
    }

    // ---- Commits

    /** What was read of those that are not kept. */
    private List<Reading> due(Collection<Partition> kept) {
        return readings.values().stream()
                .filter(reading -> !kept.contains(reading.name) && reading.isDue())
                .toList();
    }

    /** @param then also if that cannot be done in time */
    void commitAllBut(Collection<Partition> kept, Runnable then) {
        afterCommit(() -> commit(due(kept), CALL_MILLIS, then));
    }

    /** @param then also if that cannot be done in time */
    void commitAll(Runnable then) {
        readings.values().forEach(reading -> reading.settled = reading.position);
        commitAllBut(Set.of(), then);
    }

    /** One at a time: two would overtake one another. */
    private void afterCommit(Runnable then) {
        if (committing) {
            scheduler.afterMillis(5, 20, () -> member.execute(() -> afterCommit(then)));
        } else {
            then.run();
        }
    }

    private void commit(List<Reading> due, long timeoutMillis, Runnable then) {
        nextCommitNanos = scheduler.now() + COMMIT_MILLIS * Scheduler.MILLI;
        if (due.isEmpty()) {
            then.run();
            return;
        }
        committing = true;
        CommitOffsetsRequest.Builder request = CommitOffsetsRequest.newBuilder()
                .setGroupId(member.groupId())
                .setMemberId(member.id())
                .setMemberEpoch(member.epoch())
                .setKnownIndex(knownIndex);
        Map<Partition, Reading> sent = new TreeMap<>();
        Map<Partition, Long> offsets = new TreeMap<>();
        List<OffsetToCommit> entries = new ArrayList<>();
        due.forEach(reading -> {
            sent.put(reading.name, reading);
            offsets.put(reading.name, reading.settled);
            entries.add(OffsetToCommit.newBuilder()
                    .setTopic(reading.name.topic())
                    .setPartition(reading.name.number())
                    .setOffset(reading.settled)
                    .build());
        });
        CommitOffsetsRequest complete = request.addAllOffsets(entries).build();
        new SimCall(
                        cluster,
                        member,
                        (coordinator, call, now) -> coordinator.onCommit(call, complete, now),
                        timeoutMillis,
                        told -> {
                            committing = false;
                            told.ifPresent(answer -> onCommitted(answer, sent, offsets));
                            then.run();
                        })
                .attempt();
    }

    private void onCommitted(SimGroups.Answer answer, Map<Partition, Reading> sent, Map<Partition, Long> offsets) {
        if (!(answer.response().orElse(null) instanceof CommitOffsetsResponse response)) {
            return;
        }
        knownIndex = Math.max(knownIndex, response.getIndex());
        for (CommitResult result : response.getResultsList()) {
            Partition name = new Partition(result.getTopic(), result.getPartition());
            if (!result.hasError()) {
                Reading reading = sent.get(name);
                reading.committed = offsets.get(name);
                cluster.groupChecks().onAcknowledged(member.groupId(), reading.id, offsets.get(name), answer.by());
            }
        }
    }

    boolean owesCommits() {
        return !committing && readings.values().stream().anyMatch(Reading::isDue);
    }

    /** Whether all is read that is there, and committed. */
    boolean isDone() {
        return readings.values().stream().allMatch(this::isDone) && !committing;
    }

    private boolean isDone(Reading reading) {
        boolean toTheEnd = cluster.damages()
                || reading.position >= cluster.checks().committed(reading.id).endOffset();
        return reading.position != UNKNOWN && reading.committed == reading.position && toTheEnd;
    }

    @Override
    public String toString() {
        return readings.values() + (committing ? ", committing" : "");
    }
}
