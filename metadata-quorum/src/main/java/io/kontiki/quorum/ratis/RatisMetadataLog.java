package io.kontiki.quorum.ratis;

import io.kontiki.metadata.Endpoint;
import io.kontiki.metadata.LocalMetadata;
import io.kontiki.metadata.LogPosition;
import io.kontiki.proto.internal.v1.Command;
import io.kontiki.proto.internal.v1.CommandReply;
import io.kontiki.proto.v1.ErrorReason;
import io.kontiki.quorum.FaultHandler;
import io.kontiki.quorum.LeadershipListener;
import io.kontiki.quorum.MembershipListener;
import io.kontiki.quorum.MetadataLog;
import io.kontiki.quorum.QuorumMembers;
import io.kontiki.quorum.QuorumStatus;
import io.kontiki.quorum.QuorumStatus.LifeCycle;
import io.kontiki.quorum.QuorumVoter;
import io.kontiki.quorum.Submission;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * The metadata log as one Ratis group of voters, and this broker's place in it. Commands are submitted to the local
 * server, which takes them only if it leads; nothing is forwarded here.
 */
public final class RatisMetadataLog implements MetadataLog, QuorumMembers {
    private static final CommandReply NOT_LEADER =
            VoterChanges.refusal(ErrorReason.ERROR_REASON_NOT_LEADER, "this broker does not lead the metadata quorum");

    private final QuorumConfig config;
    private final MemberLife life;

    /**
     * @param metadata where images are published
     * @param brokerEndpoint where this broker takes gRPC calls; asked once the log is started
     * @param faults told of an entry that cannot be applied and a log that cannot be written: the process must end
     */
    public RatisMetadataLog(
            QuorumConfig config, LocalMetadata metadata, Supplier<Endpoint> brokerEndpoint, FaultHandler faults) {
        this(config, metadata, brokerEndpoint, Greetings::ask, faults);
    }

    RatisMetadataLog(
            QuorumConfig config,
            LocalMetadata metadata,
            Supplier<Endpoint> brokerEndpoint,
            Formation.Ask founders,
            FaultHandler faults) {
        this.config = config;
        this.life = new MemberLife(config, metadata, brokerEndpoint, founders, faults);
    }

    @Override
    public void start(LeadershipListener listener) {
        life.start(listener);
    }

    @Override
    public void listen(MembershipListener listener) {
        life.listen(listener);
    }

    @Override
    public Optional<UUID> quorumId() {
        return life.quorumId();
    }

    @Override
    public List<QuorumVoter> voters() {
        return life.voters();
    }

    @Override
    public Optional<QuorumVoter> own() {
        return life.own();
    }

    @Override
    public QuorumVoter join(UUID quorumId) {
        return life.join(quorumId);
    }

    @Override
    public boolean leave(String storageId) {
        return life.leave(storageId);
    }

    @Override
    public Optional<LogPosition> votersPosition() {
        return seat().flatMap(Member.Seat::votersPosition);
    }

    @Override
    public boolean isChanging() {
        return status().leading()
                && seat().filter(seat -> seat.changes().isChanging()).isPresent();
    }

    @Override
    public List<Integer> silentVoters() {
        return status().leading() ? seat().map(seat -> seat.changes().silent()).orElse(List.of()) : List.of();
    }

    @Override
    public CompletableFuture<CommandReply> add(QuorumVoter voter) {
        return change(
                changes -> config.fixedEndpoint()
                        ? changes.add(voter)
                        // Those that are added could not find this one again after its next start.
                        : CompletableFuture.completedFuture(
                                VoterChanges.refusal(
                                        ErrorReason.ERROR_REASON_INVALID_ARGUMENT,
                                        "the Raft listener of broker " + config.nodeId()
                                                + ", the only voter, takes any free port at each"
                                                + " start; set quorum.listener there, such as :9393, and restart it, before others vote")));
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

    /** Not confirmed before, for it changes nothing that others have decided. */
    @Override
    public CompletableFuture<CommandReply> handOver() {
        return seat().filter(seat -> status().leading())
                .map(seat -> seat.changes().handOver())
                .orElseGet(() -> CompletableFuture.completedFuture(NOT_LEADER));
    }

    /** What is judged here is judged by the voters that this leader knows, so first it must be sure to be one (rule Q11). */
    private CompletableFuture<CommandReply> change(Function<VoterChanges, CompletableFuture<CommandReply>> change) {
        return confirmLeading()
                .thenCompose(leads -> leads
                        ? seat().map(seat -> change.apply(seat.changes()))
                                .orElseGet(() -> CompletableFuture.completedFuture(NOT_LEADER))
                        : CompletableFuture.completedFuture(NOT_LEADER));
    }

    @Override
    public CompletableFuture<Boolean> confirmLeading() {
        var before = status();
        if (!before.leading()) {
            return CompletableFuture.completedFuture(false);
        }
        return life.member()
                .map(member -> member.confirmLeading(before.term()))
                .orElseGet(() -> CompletableFuture.completedFuture(false));
    }

    @Override
    public OptionalLong confirmedNanos(long term) {
        return life.member().map(member -> member.confirmedNanos(term)).orElseGet(OptionalLong::empty);
    }

    @Override
    public CompletableFuture<Submission> submit(Command command) {
        var open = life.member().filter(member -> member.seat().isPresent());
        if (open.isEmpty()) {
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
        return open.get().submit(bytes);
    }

    @Override
    public CompletableFuture<Long> takeSnapshot() {
        return life.member().map(Member::takeSnapshot).orElseGet(() -> CompletableFuture.completedFuture(-1L));
    }

    private Optional<Member.Seat> seat() {
        return life.member().flatMap(Member::seat);
    }

    @Override
    public void suspectLeader(int leaderId) {
        seat().ifPresent(seat -> seat.election().suspect(leaderId));
    }

    /**
     * Drops the idle connections to a voter, whose broker runs anew and may be at another address behind its name. Else they
     * are found dead when somebody is elected, which is a bad time. Does nothing if it is no other voter. Any thread.
     */
    public void reconnect(int brokerId) {
        seat().ifPresent(seat -> seat.watchdog().onRestart(brokerId));
    }

    @Override
    public QuorumStatus status() {
        var seat = seat();
        if (seat.isEmpty()) {
            return QuorumStatus.idle(life.isClosed() ? LifeCycle.CLOSED : LifeCycle.STARTING);
        }
        var division = seat.get().division();
        var info = division.getInfo();
        var leader = info.getLeaderId();
        var snapshot = division.getStateMachine().getLatestSnapshot();
        return new QuorumStatus(
                lifeCycle(info.getLifeCycleState()),
                info.getCurrentTerm(),
                leader == null ? OptionalInt.empty() : OptionalInt.of(Peers.number(leader)),
                info.isAlive() && info.isLeaderReady(),
                info.getLastAppliedIndex(),
                division.getRaftLog().getLastCommittedIndex(),
                snapshot == null ? -1 : snapshot.getIndex());
    }

    private static LifeCycle lifeCycle(org.apache.ratis.util.LifeCycle.State state) {
        return switch (state) {
            case NEW, STARTING -> LifeCycle.STARTING;
            case RUNNING, PAUSING, PAUSED -> LifeCycle.RUNNING;
            case EXCEPTION, CLOSING, CLOSED -> LifeCycle.CLOSED;
        };
    }

    @Override
    public void close() {
        life.close();
    }
}
