package io.kontiki.quorum.ratis;

import io.kontiki.metadata.Endpoint;
import io.kontiki.metadata.LocalMetadata;
import io.kontiki.metadata.UuidBytes;
import io.kontiki.proto.internal.v1.VoterGreeting;
import io.kontiki.quorum.FaultHandler;
import io.kontiki.quorum.LeadershipListener;
import io.kontiki.quorum.MembershipListener;
import io.kontiki.quorum.QuorumStartException;
import io.kontiki.quorum.QuorumVoter;
import io.kontiki.quorum.VoterMessages;
import java.time.InstantSource;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.apache.ratis.protocol.ClientId;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * This broker's storage, from its making to its end, and the member that has it open.
 *
 * <pre>
 * no storage -- configured as a founder --> forming -- all founders are there --> voting
 *     |  ^                                     |                                    ^  |
 *     |  +-- there is a quorum without it -----+                                    |  |
 *     |  +------------------------ leave, after it was removed ---------------------+--+
 *     +-- join --> waiting -- the leader adds it -----------------------------------+
 * </pre>
 *
 * <p>Any thread. Steps come from callers, from the member's timers and from Ratis; the lock of this brings them into one
 * order. Nobody is asked under it.
 */
final class MemberLife {
    private static final Logger LOG = LoggerFactory.getLogger(MemberLife.class);
    private static final long ROUND_MILLIS = 100;

    private final QuorumConfig config;
    private final LocalMetadata metadata;
    private final Supplier<Endpoint> brokerEndpoint;
    private final Formation.Ask founders;
    private final FaultHandler faults;
    // Leadership and membership on one thread, which listeners may hold for a moment.
    private final ScheduledExecutorService events;
    // Changed under the lock of this.
    private LeadershipListener leadership;
    private MembershipListener membership;
    private boolean forming;
    private volatile Optional<VoterStorage> storage = Optional.empty();
    private volatile Optional<Member> member = Optional.empty();
    private volatile boolean closed;

    MemberLife(
            QuorumConfig config,
            LocalMetadata metadata,
            Supplier<Endpoint> brokerEndpoint,
            Formation.Ask founders,
            FaultHandler faults) {
        this.config = Objects.requireNonNull(config);
        this.metadata = Objects.requireNonNull(metadata);
        this.brokerEndpoint = Objects.requireNonNull(brokerEndpoint);
        this.founders = Objects.requireNonNull(founders);
        this.faults = Objects.requireNonNull(faults);
        this.events = Executors.newSingleThreadScheduledExecutor(runnable -> {
            var thread = new Thread(runnable, "kontiki-quorum-events");
            thread.setDaemon(true);
            return thread;
        });
    }

    synchronized void listen(MembershipListener membershipListener) {
        membership = Objects.requireNonNull(membershipListener);
    }

    synchronized void start(LeadershipListener leadershipListener) {
        Objects.requireNonNull(membership, "nobody listens");
        if (leadership != null || closed) {
            throw new IllegalStateException("the metadata log is started once");
        }
        leadership = Objects.requireNonNull(leadershipListener);
        var found = VoterStorage.find(config.storageDirectory());
        StartChecks.storageIsWhole(config.storageDirectory(), found);
        storage = found;
        boolean known = found.flatMap(VoterStorage::quorumId).isPresent();
        if (!known && config.founders().isEmpty()) {
            return;
        }
        var present = found.orElseGet(() -> VoterStorage.draw(config.storageDirectory()));
        if (!known && config.founders().size() == 1) {
            StartChecks.mayFormQuorum(config);
            var founders = List.of(own(present));
            present = present.in(Peers.quorumId(config.clusterId(), founders)).among(founders);
            known = true;
        }
        open(present);
    }

    private QuorumVoter own(VoterStorage present) {
        return present.voter(config.nodeId(), config.endpoint());
    }

    private void open(VoterStorage present) {
        ProcessGuard.install();
        StartChecks.portIsFree(config);
        boolean votesMayBeLost = present.mayHaveLostVotes(config.bootId());
        if (present.opened()) {
            var group = present.group().orElseThrow();
            VoteFile.mendIfEmpty(group, InstantSource.system());
            if (votesMayBeLost) {
                VoteFile.forgetVote(group);
            }
        }
        keep(present.running(config.bootId()));
        var own = own(present);
        var tracker = new LeadershipTracker(events, leadership, new MembershipEvents(own), faults);
        boolean isMember = present.voters().stream().anyMatch(own::sameMember);
        boolean single = isMember && present.voters().size() == 1;
        var opened = Member.open(
                config,
                single,
                own,
                present.quorumId().map(id -> Peers.group(id, isMember ? present.voters() : List.of())),
                new QuorumStateMachine(ClientId.randomId(), metadata, tracker, faults),
                tracker,
                this::greeting);
        member = Optional.of(opened);
        if (present.quorumId().isPresent() && !present.opened()) {
            keep(storage.orElseThrow().asOpened());
        }
        opened.every(RatisProperties.snapshots(config, single).interval().toMillis(), opened::takeSnapshot);
        if (isMember) {
            events.execute(() -> membership.onVoting(present.voters()));
        } else if (config.founders().size() > 1) {
            // One that joins after a loss learns in the same way whom it can follow until it is added.
            forming = true;
            var formation = new Formation(config, own, greeting(), founders);
            opened.every(ROUND_MILLIS, () -> guarded(() -> form(formation)));
        }
    }

    private void keep(VoterStorage changed) {
        storage = Optional.of(changed.save());
    }

    /** Asks the other founders. What they say is judged by what holds afterwards: the leader may add this one meanwhile. */
    private void form(Formation formation) {
        if (isForming()) {
            judge(formation.round());
        }
    }

    private synchronized boolean isForming() {
        return forming && !closed && member.isPresent();
    }

    private synchronized void judge(Formation.Outcome outcome) {
        if (!isForming()) {
            return;
        }
        var present = storage.orElseThrow();
        if (votes(present)) {
            forming = false;
        } else if (outcome instanceof Formation.Formed formed
                && present.quorumId().isEmpty()) {
            forming = false;
            formed(present, formed);
        } else if (outcome instanceof Formation.Outside outside) {
            forming = false;
            outside(present, outside);
        }
    }

    private void formed(VoterStorage present, Formation.Formed formed) {
        LOG.info("Metadata quorum {} is formed by {}", formed.quorumId(), formed.voters());
        keep(present.in(formed.quorumId()).among(formed.voters()));
        member.orElseThrow().enter(Peers.group(formed.quorumId(), formed.voters()));
        keep(storage.orElseThrow().asOpened());
        events.execute(() -> membership.onVoting(formed.voters()));
    }

    private void outside(VoterStorage present, Formation.Outside outside) {
        // One that was asked to join stays open, for the leader may be about to add it.
        if (present.quorumId().isEmpty()) {
            LOG.warn(
                    "The metadata quorum was formed by {} without this broker's storage, {}: broker {} has joined later, or has"
                            + " lost its metadata log. It serves without a vote. To let it vote: \"kontiki quorum replace {}\""
                            + " if \"kontiki quorum status\" shows it as a voter, else \"kontiki quorum add {}\"",
                    outside.voters(),
                    own(present).memberId(),
                    config.nodeId(),
                    config.nodeId(),
                    config.nodeId());
            closeMember();
        }
        events.execute(() -> membership.onOutside(outside.brokers()));
    }

    /** What this voter tells others on the Raft port. */
    private VoterGreeting greeting() {
        var endpoint = brokerEndpoint.get();
        var present = storage.orElseThrow();
        var greeting = VoterGreeting.newBuilder()
                .setClusterId(config.clusterId())
                .setVoter(VoterMessages.message(own(present)))
                .setBrokerHost(endpoint.host())
                .setBrokerPort(endpoint.port())
                .addAllFounders(config.founders().keySet());
        present.quorumId().or(config::quorumId).ifPresent(id -> greeting.setQuorumId(UuidBytes.toBytes(id)));
        present.voters().forEach(voter -> greeting.addVoters(VoterMessages.message(voter)));
        return greeting.build();
    }

    /** Of Ratis, on the thread of the events. */
    private final class MembershipEvents implements LeadershipTracker.Members {
        private final QuorumVoter own;

        MembershipEvents(QuorumVoter own) {
            this.own = own;
        }

        @Override
        public void votersChanged() {
            noteVoters();
        }

        @Override
        public void leaderless() {
            membership.onLeaderless(own);
        }

        @Override
        public void closedItself() {
            membership.onClosed(own);
        }
    }

    private void noteVoters() {
        List<QuorumVoter> present;
        synchronized (this) {
            var division = member.flatMap(Member::seat).map(Member.Seat::division);
            if (closed || division.isEmpty() || storage.isEmpty()) {
                return;
            }
            var configuration = division.get().getRaftConf();
            present = Peers.voters(configuration.getCurrentPeers());
            if (!configuration.getPreviousPeers().isEmpty()
                    || present.isEmpty()
                    || present.equals(storage.get().voters())) {
                return;
            }
            keep(storage.get().among(present));
        }
        LOG.info("Voters of the metadata quorum: {}", present);
        if (votes(storage.orElseThrow())) {
            membership.onVoting(present);
        }
    }

    Optional<UUID> quorumId() {
        return storage.flatMap(VoterStorage::quorumId).or(config::quorumId);
    }

    List<QuorumVoter> voters() {
        // What Ratis has comes a moment before what is stored.
        return member.flatMap(Member::seat)
                .map(seat -> Peers.voters(seat.division().getRaftConf()))
                .filter(present -> !present.isEmpty())
                .orElseGet(() -> storage.map(VoterStorage::voters).orElse(List.of()));
    }

    /** Empty while no storage is open. */
    Optional<Member> member() {
        return closed ? Optional.empty() : member;
    }

    boolean isClosed() {
        return closed;
    }

    Optional<QuorumVoter> own() {
        return storage.map(this::own);
    }

    synchronized QuorumVoter join(UUID quorumId) {
        if (leadership == null || closed) {
            throw new QuorumStartException("the metadata log is not open");
        }
        if (!config.fixedEndpoint()) {
            throw new QuorumStartException(
                    "its Raft listener takes any free port at each start; set quorum.listener, such"
                            + " as :9393, and restart it");
        }
        var present = storage.orElseGet(() -> VoterStorage.draw(config.storageDirectory()));
        var known = present.quorumId().or(config::quorumId);
        if (known.isPresent() && !known.get().equals(quorumId)) {
            throw new QuorumStartException(
                    "its metadata log in " + config.storageDirectory() + ", or its logs, are of quorum " + known.get()
                            + ", not " + quorumId + "; stop the broker and move them away");
        }
        if (present.quorumId().isEmpty()) {
            closeMember(); // It waited for a quorum to be formed, and there is one.
        }
        if (member.isEmpty()) {
            open(present.in(quorumId));
        }
        return own(storage.orElseThrow());
    }

    synchronized boolean leave(String storageId) {
        if (closed
                || storage.filter(present -> present.storageId().equals(storageId))
                        .isEmpty()) {
            return false;
        }
        LOG.info("The storage {} of broker {} leaves the metadata quorum", storageId, config.nodeId());
        if (!closeMember()) {
            throw new QuorumStartException("the storage " + storageId + " is still in use, and is not deleted");
        }
        storage.orElseThrow().delete();
        storage = Optional.empty();
        return true;
    }

    private boolean votes(VoterStorage present) {
        return voters().stream().anyMatch(own(present)::sameMember);
    }

    private boolean closeMember() {
        forming = false;
        var open = member;
        member = Optional.empty();
        return open.map(Member::close).orElse(true);
    }

    private void guarded(Runnable step) {
        try {
            step.run();
        } catch (RuntimeException | Error e) {
            faults.onFault("The metadata quorum cannot be formed", e);
        }
    }

    /** Idempotent. */
    void close() {
        if (!closeStorage()) {
            return;
        }
        // What was handed over before still runs, so that the listener hears of the loss; it may want the lock.
        events.shutdown();
        try {
            if (!events.awaitTermination(10, TimeUnit.SECONDS)) {
                LOG.warn("A listener of the metadata log does not return");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private synchronized boolean closeStorage() {
        if (closed) {
            return false;
        }
        closed = true;
        boolean wasOpen = member.isPresent();
        if (closeMember() && wasOpen) {
            keep(storage.orElseThrow().stopped());
        }
        return true;
    }
}
