package io.kontiki.quorum.ratis;

import io.kontiki.metadata.Endpoint;
import io.kontiki.metadata.LocalMetadata;
import io.kontiki.metadata.UuidBytes;
import io.kontiki.proto.internal.v1.Command;
import io.kontiki.proto.internal.v1.CommandReply;
import io.kontiki.proto.internal.v1.VoterGreeting;
import io.kontiki.proto.v1.ErrorReason;
import io.kontiki.quorum.FaultHandler;
import io.kontiki.quorum.LeadershipListener;
import io.kontiki.quorum.MembershipListener;
import io.kontiki.quorum.MetadataLog;
import io.kontiki.quorum.QuorumMembers;
import io.kontiki.quorum.QuorumStartException;
import io.kontiki.quorum.QuorumStatus;
import io.kontiki.quorum.QuorumStatus.LifeCycle;
import io.kontiki.quorum.QuorumVoter;
import io.kontiki.quorum.Submission;
import io.kontiki.quorum.VoterMessages;
import java.io.IOException;
import java.time.InstantSource;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Supplier;
import org.apache.ratis.protocol.Message;
import org.apache.ratis.protocol.RaftClientReply;
import org.apache.ratis.protocol.RaftClientRequest;
import org.apache.ratis.protocol.SnapshotManagementRequest;
import org.apache.ratis.thirdparty.com.google.protobuf.UnsafeByteOperations;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The metadata log as one Ratis group of voters, and this broker's place in it. Commands are submitted to the local
 * server, which takes them only if it leads; nothing is forwarded here.
 *
 * <pre>
 * no storage -- configured as a founder --> forming -- all founders are there --> voting
 *     |  ^                                     |                                    ^  |
 *     |  +-- there is a quorum without it -----+                                    |  |
 *     |  +------------------------ leave, after it was removed ---------------------+--+
 *     +-- join --> waiting -- the leader adds it -----------------------------------+
 * </pre>
 */
public final class RatisMetadataLog implements MetadataLog, QuorumMembers {
    private static final Logger LOG = LoggerFactory.getLogger(RatisMetadataLog.class);
    private static final long SNAPSHOT_MILLIS_MAX = 60_000;
    private static final long ROUND_MILLIS = 100;

    private final QuorumConfig config;
    private final LocalMetadata metadata;
    private final MembershipListener membership;
    private final Supplier<Endpoint> brokerEndpoint;
    private final FaultHandler faults;
    // Leadership and membership on one thread, which listeners may hold for a moment.
    private final ScheduledExecutorService events;
    // Changed under the lock of this.
    private LeadershipListener listener;
    private volatile Optional<VoterStorage> storage = Optional.empty();
    private volatile Optional<Member> member = Optional.empty();
    private volatile boolean started;
    private volatile boolean closed;

    /**
     * @param metadata where images are published
     * @param brokerEndpoint where this broker takes gRPC calls; asked once the log is started
     * @param faults told of an entry that cannot be applied and a log that cannot be written: the process must end
     */
    public RatisMetadataLog(
            QuorumConfig config,
            LocalMetadata metadata,
            MembershipListener membership,
            Supplier<Endpoint> brokerEndpoint,
            FaultHandler faults) {
        this.config = Objects.requireNonNull(config);
        this.metadata = Objects.requireNonNull(metadata);
        this.membership = Objects.requireNonNull(membership);
        this.brokerEndpoint = Objects.requireNonNull(brokerEndpoint);
        this.faults = Objects.requireNonNull(faults);
        this.events = Executors.newSingleThreadScheduledExecutor(runnable -> {
            var thread = new Thread(runnable, "kontiki-quorum-events");
            thread.setDaemon(true);
            return thread;
        });
    }

    @Override
    public synchronized void start(LeadershipListener leadershipListener) {
        if (started || closed) {
            throw new IllegalStateException("the metadata log is started once");
        }
        started = true;
        listener = Objects.requireNonNull(leadershipListener);
        var found = VoterStorage.find(config.storageDirectory());
        StartChecks.storageIsWhole(config.storageDirectory(), found);
        storage = found;
        boolean known = found.flatMap(VoterStorage::quorumId).isPresent();
        if (!known && config.founders().isEmpty()) {
            return;
        }
        var present = found.orElseGet(() -> VoterStorage.draw(config.storageDirectory()));
        if (!known && config.founders().size() == 1) {
            var founders = List.of(own(present));
            present = present.in(Peers.quorumId(config.clusterId(), founders)).among(founders);
            known = true;
        }
        open(present);
        // A founder that joins again after a loss learns in the same way whom it can follow until it is added.
        if (!votes() && config.founders().size() > 1) {
            var formation = new Formation(config, own(present), greeting(), Greetings::ask);
            member.orElseThrow().every(ROUND_MILLIS, () -> guarded(() -> form(formation)));
        }
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
        var tracker = new LeadershipTracker(events, listener, new MembershipEvents(), faults);
        var own = own(present);
        boolean isMember = present.voters().stream().anyMatch(own::sameMember);
        boolean single = isMember && present.voters().size() == 1;
        var opened = Member.open(
                config,
                single,
                own,
                present.quorumId().map(id -> Peers.group(id, isMember ? present.voters() : List.of())),
                new QuorumStateMachine(metadata, tracker, faults),
                tracker,
                this::greeting);
        member = Optional.of(opened);
        if (present.quorumId().isPresent() && !present.opened()) {
            keep(storage.orElseThrow().asOpened());
        }
        opened.every(RatisProperties.snapshots(config, single).interval().toMillis(), this::takeSnapshot);
        if (isMember) {
            events.execute(() -> membership.onVoting(present.voters()));
        }
    }

    private void keep(VoterStorage changed) {
        storage = Optional.of(changed.save());
    }

    private synchronized void form(Formation formation) {
        if (closed || member.isEmpty() || votes()) {
            return;
        }
        var outcome = formation.round();
        if (outcome instanceof Formation.Formed formed) {
            if (quorumId().isPresent()) {
                return; // The leader has added it, and will tell it more.
            }
            LOG.info("Metadata quorum {} is formed by {}", formed.quorumId(), formed.voters());
            keep(storage.orElseThrow().in(formed.quorumId()).among(formed.voters()));
            member.orElseThrow().enter(Peers.group(formed.quorumId(), formed.voters()));
            keep(storage.orElseThrow().asOpened());
            events.execute(() -> membership.onVoting(formed.voters()));
        } else if (outcome instanceof Formation.Outside outside) {
            LOG.warn(
                    "The metadata quorum was formed by {} without this broker's storage, {}: broker {} has joined later, or has"
                            + " lost its metadata log. It serves without a vote. To let it vote: \"kontiki quorum replace {}\""
                            + " if \"kontiki quorum status\" shows it as a voter, else \"kontiki quorum add {}\"",
                    outside.voters(),
                    own(storage.orElseThrow()).memberId(),
                    config.nodeId(),
                    config.nodeId(),
                    config.nodeId());
            closeMember();
            events.execute(() -> membership.onOutside(outside.brokers()));
        }
    }

    /** What this voter tells others on the Raft port. */
    private VoterGreeting greeting() {
        var endpoint = brokerEndpoint.get();
        var present = storage.orElseThrow();
        var greeting = VoterGreeting.newBuilder()
                .setClusterId(config.clusterId())
                .setVoter(VoterMessages.message(own(present)))
                .setBrokerHost(endpoint.host())
                .setBrokerPort(endpoint.port());
        present.quorumId().ifPresent(id -> greeting.setQuorumId(UuidBytes.toBytes(id)));
        present.voters().forEach(voter -> greeting.addVoters(VoterMessages.message(voter)));
        return greeting.build();
    }

    /** Of Ratis, on the thread of the events. */
    private final class MembershipEvents implements LeadershipTracker.Members {
        @Override
        public void votersChanged() {
            noteVoters();
        }

        @Override
        public void closedItself() {
            membership.onClosed();
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
        if (votes()) {
            membership.onVoting(present);
        }
    }

    @Override
    public Optional<UUID> quorumId() {
        return storage.flatMap(VoterStorage::quorumId);
    }

    @Override
    public List<QuorumVoter> voters() {
        // What Ratis has comes a moment before what is stored.
        return member.flatMap(Member::seat)
                .map(seat -> Peers.voters(seat.division().getRaftConf().getCurrentPeers()))
                .filter(present -> !present.isEmpty())
                .orElseGet(() -> storage.map(VoterStorage::voters).orElse(List.of()));
    }

    @Override
    public Optional<QuorumVoter> own() {
        return storage.map(this::own);
    }

    @Override
    public synchronized QuorumVoter join(UUID quorumId) {
        if (!started || closed) {
            throw new QuorumStartException("the metadata log is not open");
        }
        if (!config.fixedEndpoint()) {
            throw new QuorumStartException(
                    "its Raft listener takes any free port at each start; set quorum.listener, such"
                            + " as :9393, and restart it");
        }
        var present = storage.orElseGet(() -> VoterStorage.draw(config.storageDirectory()));
        if (present.quorumId().isPresent() && !present.quorumId().get().equals(quorumId)) {
            throw new QuorumStartException("the metadata log in " + config.storageDirectory() + " is of quorum "
                    + present.quorumId().get() + ", not " + quorumId + "; stop the broker and move it away");
        }
        if (member.isEmpty()) {
            open(present.in(quorumId));
        }
        return own(storage.orElseThrow());
    }

    @Override
    public synchronized boolean leave(String storageId) {
        if (closed
                || storage.filter(present -> present.storageId().equals(storageId))
                        .isEmpty()) {
            return false;
        }
        LOG.info("The storage {} of broker {} leaves the metadata quorum", storageId, config.nodeId());
        closeMember();
        storage.orElseThrow().delete();
        storage = Optional.empty();
        return true;
    }

    private boolean closeMember() {
        var open = member;
        member = Optional.empty();
        return open.map(Member::close).orElse(true);
    }

    @Override
    public List<Integer> silentVoters() {
        return status().leading()
                ? member.flatMap(Member::seat)
                        .map(seat -> seat.changes().silent())
                        .orElse(List.of())
                : List.of();
    }

    @Override
    public CompletableFuture<CommandReply> add(QuorumVoter voter) {
        return change(changes -> changes.add(voter));
    }

    @Override
    public CompletableFuture<CommandReply> remove(int brokerId) {
        return change(changes -> changes.remove(brokerId));
    }

    @Override
    public CompletableFuture<CommandReply> replace(QuorumVoter voter) {
        return change(changes -> changes.replace(voter));
    }

    @Override
    public CompletableFuture<CommandReply> transfer(int brokerId) {
        return change(changes -> changes.transfer(brokerId));
    }

    @Override
    public CompletableFuture<CommandReply> handOver() {
        return change(VoterChanges::handOver);
    }

    private CompletableFuture<CommandReply> change(Function<VoterChanges, CompletableFuture<CommandReply>> change) {
        if (!status().leading()) {
            return CompletableFuture.completedFuture(VoterChanges.refusal(
                    ErrorReason.ERROR_REASON_NOT_LEADER, "this broker does not lead the metadata quorum"));
        }
        if (!config.fixedEndpoint()) {
            return CompletableFuture.completedFuture(VoterChanges.refusal(
                    ErrorReason.ERROR_REASON_INVALID_ARGUMENT,
                    "the Raft listener of broker " + config.nodeId() + ", the only voter, takes any free port at each"
                            + " start; set quorum.listener there, such as :9393, and restart it, before others vote"));
        }
        return member.flatMap(Member::seat)
                .map(seat -> change.apply(seat.changes()))
                .orElseThrow();
    }

    @Override
    public CompletableFuture<Submission> submit(Command command) {
        var open = member;
        var seat = open.flatMap(Member::seat);
        if (seat.isEmpty() || closed) {
            return CompletableFuture.completedFuture(
                    Submission.refused(ErrorReason.ERROR_REASON_QUORUM_UNAVAILABLE, "the metadata log is not open"));
        }
        var bytes = command.toByteArray();
        // A leader that is given more than its buffers hold steps down (seen in Ratis), so it must not get there.
        if (bytes.length > COMMAND_BYTES_MAX) {
            return CompletableFuture.completedFuture(Submission.refused(
                    ErrorReason.ERROR_REASON_INVALID_ARGUMENT,
                    "command of " + bytes.length + " bytes exceeds the limit of " + COMMAND_BYTES_MAX));
        }
        var server = open.get().server();
        var request = RaftClientRequest.newBuilder()
                .setClientId(open.get().clientId())
                .setServerId(server.getId())
                .setGroupId(seat.get().division().getMemberId().getGroupId())
                .setCallId(open.get().nextCallId())
                .setMessage(Message.valueOf(UnsafeByteOperations.unsafeWrap(bytes)))
                .setType(RaftClientRequest.writeRequestType())
                .build();
        try {
            return server.submitClientRequestAsync(request).handle(Outcomes::of);
        } catch (IOException | RuntimeException e) {
            return CompletableFuture.completedFuture(Outcomes.of(e));
        }
    }

    /** Takes a snapshot unless nothing was applied since the last; gives its index, or -1 if that failed. */
    CompletableFuture<Long> takeSnapshot() {
        var open = member;
        var seat = open.flatMap(Member::seat);
        if (seat.isEmpty()) {
            return CompletableFuture.completedFuture(-1L);
        }
        var request = SnapshotManagementRequest.newCreate(
                open.get().clientId(),
                open.get().server().getId(),
                seat.get().division().getMemberId().getGroupId(),
                open.get().nextCallId(),
                SNAPSHOT_MILLIS_MAX,
                1);
        try {
            return open.get().server().snapshotManagementAsync(request).handle(RatisMetadataLog::snapshotIndex);
        } catch (RuntimeException e) {
            return CompletableFuture.completedFuture(snapshotIndex(null, e));
        }
    }

    private static long snapshotIndex(RaftClientReply reply, Throwable error) {
        if (error != null || !reply.isSuccess()) {
            LOG.warn("No metadata snapshot could be taken", error != null ? error : reply.getException());
            return -1;
        }
        return reply.getLogIndex();
    }

    @Override
    public void suspectLeader(int leaderId) {
        if (!closed) {
            member.flatMap(Member::seat).ifPresent(seat -> seat.election().suspect(leaderId));
        }
    }

    @Override
    public QuorumStatus status() {
        var seat = member.flatMap(Member::seat);
        if (seat.isEmpty() || closed) {
            return QuorumStatus.idle(closed ? LifeCycle.CLOSED : LifeCycle.STARTING);
        }
        var division = seat.get().division();
        var info = division.getInfo();
        var leader = info.getLeaderId();
        return new QuorumStatus(
                lifeCycle(info.getLifeCycleState()),
                info.getCurrentTerm(),
                leader == null ? OptionalInt.empty() : OptionalInt.of(Peers.number(leader)),
                info.isAlive() && info.isLeaderReady(),
                info.getLastAppliedIndex(),
                division.getRaftLog().getLastCommittedIndex());
    }

    private static LifeCycle lifeCycle(org.apache.ratis.util.LifeCycle.State state) {
        return switch (state) {
            case NEW, STARTING -> LifeCycle.STARTING;
            case RUNNING, PAUSING, PAUSED -> LifeCycle.RUNNING;
            case EXCEPTION, CLOSING, CLOSED -> LifeCycle.CLOSED;
        };
    }

    private void guarded(Runnable step) {
        try {
            step.run();
        } catch (RuntimeException | Error e) {
            faults.onFault("The metadata quorum cannot be formed", e);
        }
    }

    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        closed = true;
        boolean wasOpen = member.isPresent();
        if (closeMember() && wasOpen) {
            keep(storage.orElseThrow().stopped());
        }
        // What was handed over before still runs, so that the listener hears of the loss.
        events.shutdown();
        try {
            if (!events.awaitTermination(10, TimeUnit.SECONDS)) {
                LOG.warn("A listener of the metadata log does not return");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
