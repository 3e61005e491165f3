package io.kontiki.group;

import io.kontiki.proto.v1.CommitOffsetsRequest;
import io.kontiki.proto.v1.CommitOffsetsResponse;
import io.kontiki.proto.v1.ErrorReason;
import io.kontiki.proto.v1.FetchOffsetsRequest;
import io.kontiki.proto.v1.FetchOffsetsResponse;
import io.kontiki.proto.v1.JoinGroup;
import io.kontiki.proto.v1.JoinResponse;
import io.kontiki.proto.v1.LeaveGroup;
import io.kontiki.proto.v1.MemberAssignment;
import io.kontiki.proto.v1.OffsetToCommit;
import io.kontiki.proto.v1.OwnedPartitions;
import io.kontiki.proto.v1.Subscription;
import io.kontiki.proto.v1.TopicPartitions;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;

/**
 * A process that is a member of a group, by the rules that bind members: it owns what it was told, until it let go of it or
 * its session is over by its own clock, counted from when it sent the last message that was answered.
 */
final class SwarmMember {
    static final int SESSION_MS = 10_000;
    private static final int HEARTBEAT_MS = 2000;
    private static final int COMMIT_MS = 3000;
    private static final long NONE = -1;

    /** A partition by name; topics of a swarm have a new name each. */
    record Part(String topic, int number) implements Comparable<Part> {
        @Override
        public int compareTo(Part other) {
            int byTopic = topic.compareTo(other.topic);
            return byTopic != 0 ? byTopic : Integer.compare(number, other.number);
        }
    }

    final String groupId;
    private final GroupSwarm swarm;
    private final SwarmTime time;
    private final Optional<String> instanceId;
    private String id = "";
    private boolean alive;
    private SwarmBroker broker;
    private long stream = NONE;
    private boolean joined;
    private boolean leaving;
    private long outAt;
    private long inAt;
    private int epoch;
    private long joinSentAt;
    private long heardAt;
    private long nextHeartbeat;
    private final Deque<Long> heartbeats = new ArrayDeque<>();
    private Set<Part> owned = new TreeSet<>();
    private Set<Part> told = new TreeSet<>();
    private boolean dropping;
    // One commit at a time, and each names what was known before it: one that overtakes another on its way makes that
    // void.
    private long nextCommit;
    private long knownIndex = 1;
    private final Map<Part, Long> positions = new HashMap<>();
    private Subscription subscription = Subscription.getDefaultInstance();

    SwarmMember(GroupSwarm swarm, String groupId, Optional<String> instanceId) {
        this.swarm = swarm;
        this.time = swarm.time;
        this.groupId = groupId;
        this.instanceId = instanceId;
    }

    String id() {
        return id;
    }

    boolean alive() {
        return alive;
    }

    /** What it believes to own now. */
    Set<Part> owned() {
        return alive && time.now() < heardAt + SESSION_MS ? owned : Set.of();
    }

    /** Begins as a new process. */
    void start() {
        alive = true;
        subscription = swarm.drawSubscription();
        anew();
        connect();
    }

    private void anew() {
        id = instanceId.orElse("m") + "-" + swarm.nextNumber();
        epoch = 0;
        owned = new TreeSet<>();
        told = new TreeSet<>();
        positions.clear();
        heardAt = time.now();
    }

    /** Dies without a word. */
    void crash() {
        alive = false;
        owned = new TreeSet<>();
        cut();
    }

    /** Leaves in order; a static member may say that it comes back. */
    void leave(boolean temporarily) {
        if (!joined) {
            crash();
            return;
        }
        owned = new TreeSet<>();
        positions.clear();
        leaving = true;
        say(it -> it.onLeave(
                stream, LeaveGroup.newBuilder().setTemporarily(temporarily).build(), time.moment()));
    }

    /** Its connection breaks; it opens another one. */
    void cut() {
        if (stream != NONE) {
            var was = broker;
            long gone = stream;
            closed();
            outAt = Math.max(outAt, time.now() + swarm.random.nextInt(50));
            time.at(outAt, () -> was.onStreamGone(gone));
        }
        reconnect();
    }

    /** The broker died. */
    void onBroken(long streamId) {
        if (streamId == stream) {
            closed();
            reconnect();
        }
    }

    private void closed() {
        stream = NONE;
        joined = false;
        heartbeats.clear();
        if (leaving) {
            leaving = false;
            alive = false;
        }
    }

    private void reconnect() {
        var then = id;
        time.after(10 + swarm.random.nextInt(100), () -> {
            if (alive && stream == NONE && id.equals(then)) {
                connect();
            }
        });
    }

    private void connect() {
        var found = swarm.coordinatorOf(groupId);
        if (found.isEmpty()) {
            reconnect();
            return;
        }
        broker = found.get();
        stream = swarm.nextNumber();
        outAt = time.now();
        inAt = time.now();
        joinSentAt = time.now();
        var join = JoinGroup.newBuilder()
                .setGroupId(groupId)
                .setMemberId(id)
                .setMemberEpoch(epoch)
                .addAllOwned(names(owned))
                .setInstanceId(instanceId.orElse(""))
                .setSubscription(subscription)
                .setSessionTimeoutMs(SESSION_MS)
                .build();
        long opened = stream;
        send(true, it -> it.onJoin(opened, join, "", time.moment()));
    }

    private void say(Function<GroupCoordinator, List<Effect>> message) {
        send(false, message);
    }

    private void send(boolean first, Function<GroupCoordinator, List<Effect>> message) {
        var to = broker;
        long on = stream;
        outAt = Math.max(outAt, time.now() + swarm.drawLatency());
        time.at(outAt, () -> to.onStream(on, this, first, message));
    }

    void onSent(long streamId, JoinResponse response) {
        arrive(streamId, () -> onResponse(response));
    }

    void onEnded(long streamId, Optional<Refusal> refusal) {
        arrive(streamId, () -> {
            closed();
            if (alive) {
                onRefused(refusal.map(Refusal::reason).orElse(ErrorReason.ERROR_REASON_UNSPECIFIED));
            }
        });
    }

    private void arrive(long streamId, Runnable action) {
        if (streamId == stream) {
            inAt = Math.max(inAt, time.now() + swarm.drawLatency());
            time.at(inAt, () -> {
                if (alive && streamId == stream) {
                    action.run();
                    swarm.checks.onBelief(this);
                }
            });
        }
    }

    private void onRefused(ErrorReason reason) {
        switch (reason) {
            case ERROR_REASON_NOT_COORDINATOR, ERROR_REASON_LEASE_EXPIRED -> reconnect();
            case ERROR_REASON_UNSPECIFIED, ERROR_REASON_FENCED_INSTANCE -> {
                alive = false;
                owned = new TreeSet<>();
            }
            case ERROR_REASON_UNKNOWN_MEMBER -> {
                anew();
                reconnect();
            }
            // Its own earlier join came late and took the place of the later one: it is the same process.
            case ERROR_REASON_STALE_MEMBER_EPOCH -> reconnect();
            default -> throw new AssertionError("member " + id + " is refused by " + reason);
        }
    }

    private void onResponse(JoinResponse response) {
        if (response.hasJoined()) {
            joined = true;
            epoch = response.getJoined().getMemberEpoch();
            heardAt = Math.max(heardAt, joinSentAt);
            nextHeartbeat = time.now() + HEARTBEAT_MS;
        } else if (response.hasHeartbeat()) {
            // Where some were not answered this is too early a time, which is safe.
            heardAt = Math.max(heardAt, heartbeats.remove());
        } else if (!leaving) {
            onAssignment(response.getAssignment());
        }
    }

    private void onAssignment(MemberAssignment assignment) {
        epoch = assignment.getMemberEpoch();
        told = new TreeSet<>();
        assignment
                .getPartitionsList()
                .forEach(topic ->
                        topic.getPartitionsList().forEach(number -> told.add(new Part(topic.getTopic(), number))));
        boolean loses = !told.containsAll(owned);
        owned.addAll(told);
        if (loses && !dropping) {
            dropping = true;
            var then = id;
            time.after(swarm.drawDrop(), () -> {
                dropping = false;
                if (alive && id.equals(then)) {
                    drop();
                }
            });
        }
    }

    /** Stops reading what it lost, commits, and says so. */
    private void drop() {
        if (joined && !leaving) {
            commit();
        }
        owned = new TreeSet<>(told);
        positions.keySet().retainAll(owned);
        if (joined && !leaving) {
            var message = OwnedPartitions.newBuilder()
                    .setMemberEpoch(epoch)
                    .addAllPartitions(names(owned))
                    .build();
            long on = stream;
            say(it -> it.onOwned(on, message, time.moment()));
        }
    }

    /** What it does of its own accord: heartbeats when they are due, and else commits. */
    void step() {
        if (!alive || leaving) {
            return;
        }
        if (time.now() >= heardAt + SESSION_MS) {
            // By its own clock it may be fenced by now; or its join went to a broker that died with it.
            cut();
            anew();
            reconnect();
        }
        if (joined && time.now() >= nextHeartbeat) {
            nextHeartbeat = time.now() + HEARTBEAT_MS;
            heartbeats.add(time.now());
            long on = stream;
            say(it -> it.onHeartbeat(on, time.moment()));
        } else if (joined) {
            fetch();
            commit();
            if (swarm.random.nextInt(20) == 0) {
                observe();
            }
        }
    }

    void resubscribe() {
        if (joined && !leaving) {
            subscription = swarm.drawSubscription();
            var wanted = subscription;
            long on = stream;
            say(it -> it.onSubscription(on, wanted, time.moment()));
        }
    }

    private void commit() {
        if (time.now() < nextCommit) {
            return;
        }
        var request = CommitOffsetsRequest.newBuilder()
                .setGroupId(groupId)
                .setMemberId(id)
                .setMemberEpoch(epoch)
                .setKnownIndex(knownIndex);
        var offsets = new TreeMap<Part, Long>();
        for (var part : owned) {
            if (positions.containsKey(part)) {
                long offset = positions.merge(part, (long) swarm.random.nextInt(4), Long::sum);
                offsets.put(part, offset);
                request.addOffsets(OffsetToCommit.newBuilder()
                        .setTopic(part.topic())
                        .setPartition(part.number())
                        .setOffset(offset));
            }
        }
        if (!offsets.isEmpty()) {
            long until = time.now() + COMMIT_MS;
            nextCommit = until;
            swarm.commit(groupId, (it, call) -> it.onCommit(call, request.build(), time.moment()), answer -> {
                nextCommit = nextCommit == until ? time.now() : nextCommit;
                if (answer instanceof Effect.Reply reply
                        && reply.response() instanceof CommitOffsetsResponse response) {
                    knownIndex = Math.max(knownIndex, response.getIndex());
                    response.getResultsList().stream()
                            .filter(result -> !result.hasError())
                            .map(result -> new Part(result.getTopic(), result.getPartition()))
                            .forEach(part -> swarm.checks.onAcknowledged(groupId, part, offsets.get(part)));
                }
            });
        }
    }

    private void fetch() {
        var unknown = new TreeSet<>(owned);
        unknown.removeAll(positions.keySet());
        if (unknown.isEmpty()) {
            return;
        }
        var request = FetchOffsetsRequest.newBuilder()
                .setGroupId(groupId)
                .setMemberId(id)
                .setMemberEpoch(epoch)
                .addAllTopics(names(unknown))
                .build();
        var least = new HashMap<Part, Long>();
        unknown.forEach(part -> least.put(part, swarm.checks.acknowledged(groupId, part)));
        var asker = id;
        var held = owned;
        swarm.call(groupId, (it, call) -> it.onFetch(call, request, time.moment()), answer -> {
            // If it has let go of anything since, it asks again: what it lost may have been with others.
            if (answer instanceof Effect.Reply reply
                    && reply.response() instanceof FetchOffsetsResponse response
                    && id.equals(asker)
                    && held == owned) {
                knownIndex = Math.max(knownIndex, response.getIndex());
                onFetched(response, least);
            }
        });
    }

    /** Looks from outside at what was committed, as a monitor does: it must see all that was acknowledged before. */
    private void observe() {
        if (owned.isEmpty()) {
            return;
        }
        var request = FetchOffsetsRequest.newBuilder()
                .setGroupId(groupId)
                .addAllTopics(names(owned))
                .build();
        var least = new HashMap<Part, Long>();
        owned.forEach(part -> least.put(part, swarm.checks.acknowledged(groupId, part)));
        swarm.call(groupId, (it, call) -> it.onFetch(call, request, time.moment()), answer -> {
            if (answer instanceof Effect.Reply reply && reply.response() instanceof FetchOffsetsResponse response) {
                for (var entry : response.getOffsetsList()) {
                    if (!entry.hasError()) {
                        var part = new Part(entry.getTopic(), entry.getPartition());
                        swarm.checks.onFetched(
                                groupId, part, entry.getCommitted().getOffset(), least.get(part));
                    }
                }
            }
        });
    }

    private void onFetched(FetchOffsetsResponse response, Map<Part, Long> least) {
        for (var entry : response.getOffsetsList()) {
            var part = new Part(entry.getTopic(), entry.getPartition());
            if (!entry.hasError() && owned.contains(part)) {
                long offset = entry.hasCommitted() ? entry.getCommitted().getOffset() : 0;
                swarm.checks.onFetched(groupId, part, offset, least.get(part));
                positions.putIfAbsent(part, offset);
            }
        }
    }

    private static List<TopicPartitions> names(Collection<Part> parts) {
        var topics = new TreeMap<String, TopicPartitions.Builder>();
        parts.forEach(part -> topics.computeIfAbsent(
                        part.topic(), topic -> TopicPartitions.newBuilder().setTopic(topic))
                .addPartitions(part.number()));
        return topics.values().stream().map(TopicPartitions.Builder::build).toList();
    }

    @Override
    public String toString() {
        return "member " + id + " of " + groupId + " at epoch " + epoch + " owning " + owned
                + (joined ? "" : ", not joined");
    }
}
