package io.kontiki.replication;

import static org.assertj.core.api.Assertions.assertThat;

import io.kontiki.metadata.BrokerRegistration;
import io.kontiki.metadata.Endpoint;
import io.kontiki.metadata.FlushMode;
import io.kontiki.metadata.PartitionRegistration;
import io.kontiki.metadata.Reassignment;
import io.kontiki.metadata.TopicPartition;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.TimeUnit;

/** One replica as an event loop would run it: effects on the log are done, all are remembered. */
final class Rig {
    static final long LAG_LIMIT = ReplicaOptions.DEFAULTS.lagLimitNanos();

    final TestLog log;
    final PartitionReplica replica;
    private final int id;
    private final List<Effect> effects = new ArrayList<>();
    private final Map<Integer, BrokerRegistration> brokers = new TreeMap<>();
    private PartitionRegistration record;
    private FlushMode flushMode = FlushMode.OS;
    private int minIsr = 2;
    private Reassignment reassignment = Reassignment.NONE;
    private long now = 1;
    private Lease lease = new Lease(Long.MAX_VALUE);
    private long linkIds;

    Rig(int id, TestLog log) {
        this(id, log, 0);
    }

    Rig(int id, TestLog log, long highWatermark) {
        this(id, log, highWatermark, ReplicaOptions.DEFAULTS);
    }

    Rig(int id, TestLog log, long highWatermark, ReplicaOptions options) {
        this.id = id;
        this.log = log;
        for (int broker = 1; broker <= 3; broker++) {
            brokers.put(broker, broker(broker, epochOf(broker), false));
        }
        ReplicaIdentity identity =
                new ReplicaIdentity(new TopicPartition(new UUID(1, 2), 0), id, epochOf(id), () -> ++linkIds);
        this.replica = new PartitionReplica(identity, log, highWatermark, options);
    }

    static long epochOf(int broker) {
        return 10L * broker;
    }

    private static BrokerRegistration broker(int broker, long epoch, boolean fenced) {
        return new BrokerRegistration(
                broker,
                new UUID(broker, epoch),
                Optional.empty(),
                epoch,
                new TreeMap<>(Map.of(new UUID(0, broker), true)),
                new Endpoint("host", 1),
                Optional.empty(),
                fenced,
                false,
                0);
    }

    // ---- Metadata

    Rig durable() {
        flushMode = FlushMode.ACK;
        return this;
    }

    Rig minIsr(int value) {
        minIsr = value;
        return this;
    }

    /** Some of the replicas are being added from now on. */
    Rig adding(long bytesPerSecondMax, Integer... brokers) {
        reassignment = new Reassignment(List.of(brokers), List.of(), minIsr, bytesPerSecondMax);
        return this;
    }

    /** Record of replicas 1, 2, 3. */
    Rig record(int leader, int leaderEpoch, int partitionEpoch, Integer... isr) {
        record = new PartitionRegistration(
                List.of(1, 2, 3),
                PartitionRegistration.unassigned(3),
                List.of(isr),
                List.of(),
                List.of(),
                leader,
                leaderEpoch,
                partitionEpoch,
                minIsr,
                flushMode,
                reassignment,
                0);
        return tell();
    }

    /** The last record again, as after an unclean election in that epoch. */
    Rig unclean(int epoch) {
        record = record.next().withEpochs(record.leaderEpoch(), epoch);
        return tell();
    }

    Rig register(int broker, long epoch, boolean fenced) {
        brokers.put(broker, broker(broker, epoch, fenced));
        return record == null ? this : tell();
    }

    private Rig tell() {
        return run(replica.onMetadata(record, Map.copyOf(brokers), now));
    }

    // ---- Lease and admission

    Rig lease(Lease other) {
        lease = other;
        return this;
    }

    Admission admit(Acks acks) {
        return admit(acks, OptionalInt.empty());
    }

    Admission admit(Acks acks, OptionalInt knownLeaderEpoch) {
        return replica.admit(acks, knownLeaderEpoch, lease, now);
    }

    Admission admitRead() {
        return replica.standing().admitRead(OptionalInt.empty(), lease, now);
    }

    Admission admitLatest() {
        return replica.standing().admitLatest(lease, now);
    }

    // ---- Time and log

    long now() {
        return now;
    }

    Rig pass(long nanos) {
        now += nanos;
        boolean atRest = replica.isAtRest();
        List<Effect> due = replica.onTick(now);
        if (atRest) {
            assertThat(due).as("effects of a tick that need not have been").isEmpty();
        }
        return run(due);
    }

    Rig passMillis(long millis) {
        return pass(TimeUnit.MILLISECONDS.toNanos(millis));
    }

    Rig produce(int count) {
        log.append(replica.leaderEpoch(), count);
        return run(replica.onAppended(now));
    }

    Rig flush() {
        log.flush();
        return run(replica.onFlushed(now));
    }

    Rig await(long token, long endOffset, Acks acks) {
        return run(replica.awaitCommit(token, endOffset, acks, now + TimeUnit.SECONDS.toNanos(1), now));
    }

    Rig raiseLogStart(long offset) {
        log.raiseStart(offset);
        return run(replica.onLogStartRaised(now));
    }

    Rig storeLogStart() {
        log.storeStart();
        return run(replica.onLogStartRaised(now));
    }

    Rig awaitLogStart(long token, long offset) {
        return run(replica.awaitLogStart(token, offset, now + TimeUnit.SECONDS.toNanos(1), now));
    }

    // ---- Followers of a leader

    Rig attach(int follower, long linkId, int lastEpoch, long end) {
        return attach(follower, epochOf(follower), linkId, lastEpoch, end, end);
    }

    Rig attach(int follower, long brokerEpoch, long linkId, int lastEpoch, long end, long flushed) {
        return attach(follower, brokerEpoch, linkId, lastEpoch, 0, end, flushed);
    }

    Rig attach(int follower, long brokerEpoch, long linkId, int lastEpoch, long start, long end, long flushed) {
        OptionalInt last = lastEpoch < 0 ? OptionalInt.empty() : OptionalInt.of(lastEpoch);
        Link link = new Link(replica.leaderEpoch(), linkId);
        return run(replica.onAttach(follower, brokerEpoch, linkId, new Attach(link, start, last, end, flushed), now));
    }

    Rig ack(int follower, long linkId, long end) {
        return ack(follower, linkId, end, end);
    }

    Rig ack(int follower, long linkId, long end, long flushed) {
        return ack(follower, linkId, end, flushed, 0);
    }

    Rig ack(int follower, long linkId, long end, long flushed, long start) {
        Ack ack = new Ack(new Link(replica.leaderEpoch(), linkId), end, flushed, start);
        return run(replica.onAck(follower, epochOf(follower), ack, now));
    }

    // ---- Effects

    Rig run(List<Effect> more) {
        Deque<Effect> open = new ArrayDeque<>(more);
        while (!open.isEmpty()) {
            Effect effect = open.poll();
            effects.add(effect);
            if (effect instanceof Effect.AppendLeaderChange change) {
                log.append(change.leaderEpoch(), 1);
                open.addAll(replica.onAppended(now));
            } else if (effect instanceof Effect.AppendPushed pushed) {
                TestBatches batches = (TestBatches) pushed.batches();
                log.append(batches.lastEpoch(), (int) (batches.endOffset() - batches.baseOffset()));
                open.addAll(replica.onAppended(now));
            } else if (effect instanceof Effect.TruncateTo truncate) {
                log.truncateTo(truncate.endOffset());
                open.addAll(replica.onTruncated(now));
            } else if (effect instanceof Effect.ResetTo reset) {
                log.resetTo(reset.point().startOffset());
                open.addAll(replica.onReset(now));
            } else if (effect instanceof Effect.RaiseLogStart raise) {
                log.raiseStart(raise.startOffset());
                open.addAll(replica.onLogStartRaised(now));
            }
        }
        return this;
    }

    /** All effects of that kind since the last {@link #forget}. */
    <E extends Effect> List<E> all(Class<E> kind) {
        return effects.stream().filter(kind::isInstance).map(kind::cast).toList();
    }

    /** The last effect of that kind. */
    <E extends Effect> E last(Class<E> kind) {
        List<E> found = all(kind);
        assertThat(found).as(kind.getSimpleName() + " among " + effects).isNotEmpty();
        return found.get(found.size() - 1);
    }

    <E extends Effect> boolean none(Class<E> kind) {
        return all(kind).isEmpty();
    }

    Rig forget() {
        effects.clear();
        return this;
    }

    int id() {
        return id;
    }

    record TestBatches(long baseOffset, long endOffset, int firstEpoch, int lastEpoch) implements PushedBatches {}
}
