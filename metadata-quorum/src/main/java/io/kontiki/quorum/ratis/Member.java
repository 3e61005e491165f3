package io.kontiki.quorum.ratis;

import io.kontiki.metadata.LogPosition;
import io.kontiki.proto.internal.v1.Command;
import io.kontiki.proto.internal.v1.VoterGreeting;
import io.kontiki.quorum.QuorumVoter;
import io.kontiki.quorum.Submission;
import java.io.IOException;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.apache.ratis.protocol.ClientId;
import org.apache.ratis.protocol.GroupManagementRequest;
import org.apache.ratis.protocol.Message;
import org.apache.ratis.protocol.RaftClientReply;
import org.apache.ratis.protocol.RaftClientRequest;
import org.apache.ratis.protocol.RaftGroup;
import org.apache.ratis.protocol.RaftGroupId;
import org.apache.ratis.protocol.SnapshotManagementRequest;
import org.apache.ratis.protocol.TransferLeadershipRequest;
import org.apache.ratis.protocol.exceptions.ServerNotReadyException;
import org.apache.ratis.server.RaftServer;
import org.apache.ratis.server.storage.RaftStorage;
import org.apache.ratis.thirdparty.com.google.protobuf.UnsafeByteOperations;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A storage while it is open: the Ratis server on the Raft port, and its division, which is there once the quorum is
 * known. One thread opens, enters and closes; the rest by any.
 */
final class Member {
    /** What exists once the quorum is known. */
    record Seat(RaftServer.Division division, PeerWatchdog watchdog, ForcedElection election, VoterChanges changes) {
        RaftGroupId group() {
            return division.getMemberId().getGroupId();
        }

        /** As {@link io.kontiki.quorum.QuorumMembers#votersPosition}. */
        Optional<LogPosition> votersPosition() {
            long index = division.getRaftConf().getLogEntryIndex();
            if (index < 0) {
                return Optional.empty();
            }
            return Optional.of(new LogPosition(termOf(index), index));
        }

        private long termOf(long index) {
            try {
                var entry = division.getRaftLog().getTermIndex(index);
                return entry == null ? 0 : entry.getTerm();
            } catch (IllegalStateException closed) {
                return division.getInfo().getCurrentTerm();
            }
        }
    }

    private static final Logger LOG = LoggerFactory.getLogger(Member.class);
    private static final long SNAPSHOT_MILLIS_MAX = 60_000;
    private static final long CONFIRM_MILLIS_MAX = 1_000;
    private static final long CONFIRM_LOOK_MILLIS = 10;
    private static final long STEP_DOWN_MILLIS_MAX = 1_000;

    private final QuorumConfig config;
    private final QuorumVoter own;
    private final RaftServer server;
    private final LeadershipTracker tracker;
    private final VoterContacts contacts;
    private final ClientId clientId;
    private final AtomicLong callIds = new AtomicLong();
    private final ScheduledThreadPoolExecutor timers;
    private volatile Optional<Seat> seat = Optional.empty();

    private Member(
            QuorumConfig config,
            QuorumVoter own,
            RaftServer server,
            LeadershipTracker tracker,
            VoterContacts contacts,
            ClientId clientId) {
        this.config = config;
        this.own = own;
        this.server = server;
        this.tracker = tracker;
        this.contacts = contacts;
        this.clientId = clientId;
        timers = new ScheduledThreadPoolExecutor(1, runnable -> {
            var thread = new Thread(runnable, "kontiki-quorum-timers");
            thread.setDaemon(true);
            return thread;
        });
        timers.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
    }

    /**
     * @param single whether it is the only voter now
     * @param group empty if the quorum is not known yet
     */
    static Member open(
            QuorumConfig config,
            boolean single,
            QuorumVoter own,
            Optional<RaftGroup> group,
            QuorumStateMachine machine,
            LeadershipTracker tracker,
            Supplier<VoterGreeting> greeting) {
        RaftServer server = null;
        try {
            var contacts = new VoterContacts();
            var properties = RatisProperties.of(config, single);
            var parameters = Greetings.answeredWith(greeting);
            contacts.listen(properties, parameters);
            var builder = RaftServer.newBuilder()
                    .setServerId(Peers.id(own))
                    // Opens what is there, and formats where nothing is: the checks before tell which is right.
                    .setOption(RaftStorage.StartupOption.RECOVER)
                    .setProperties(properties)
                    .setParameters(parameters)
                    .setStateMachine(machine);
            group.ifPresent(builder::setGroup);
            server = builder.build();
            server.start();
            var member = new Member(config, own, server, tracker, contacts, machine.submitter());
            if (group.isPresent()) {
                member.sit(group.get(), single);
            }
            return member;
        } catch (IOException | RuntimeException e) {
            tracker.closing();
            if (server != null) {
                ServerClosing.closeAll(server);
            }
            throw StartChecks.notOpened(config, e);
        }
    }

    /** The quorum is known now. */
    void enter(RaftGroup group) {
        try {
            server.groupManagement(
                    GroupManagementRequest.newAdd(clientId, server.getId(), callIds.incrementAndGet(), group));
            sit(group, false);
        } catch (IOException e) {
            throw StartChecks.notOpened(config, e);
        }
    }

    private void sit(RaftGroup group, boolean single) throws IOException {
        var division = server.getDivision(group.getGroupId());
        var watchdog = new PeerWatchdog(server, division, () -> stepDown(division), this::appendEmpty);
        seat = Optional.of(new Seat(
                division,
                watchdog,
                new ForcedElection(server, division, timers),
                new VoterChanges(server, division, own, callIds::incrementAndGet)));
        tracker.attach(division);
        watchdog.start(timers);
    }

    /** Repeats a step until the member is closed; the steps of all timers run one after the other. */
    void every(long millis, Runnable step) {
        timers.scheduleWithFixedDelay(step, millis, millis, TimeUnit.MILLISECONDS);
    }

    QuorumVoter own() {
        return own;
    }

    Optional<Seat> seat() {
        return seat;
    }

    /** Appends a command if this member leads. Never completes exceptionally. */
    CompletableFuture<Submission> submit(byte[] command) {
        return request(RaftClientRequest.writeRequestType(), Message.valueOf(UnsafeByteOperations.unsafeWrap(command)))
                .handle(Outcomes::of);
    }

    /** Each member refuses it when it is applied, and nothing has changed. */
    private void appendEmpty() {
        submit(Command.getDefaultInstance().toByteArray());
    }

    /** As {@link io.kontiki.quorum.MetadataLog#confirmedNanos}. */
    OptionalLong confirmedNanos(long term) {
        if (seat.isEmpty()) {
            return OptionalLong.empty();
        }
        var division = seat.get().division();
        var voters = division.getRaftConf();
        var confirmed = contacts.majorityNanos(voters.getCurrentPeers(), voters.getPreviousPeers(), server.getId());
        var info = division.getInfo();
        return info.isAlive() && info.isLeader() && info.getCurrentTerm() == term ? confirmed : OptionalLong.empty();
    }

    /** Whether a majority confirms within a second that this member leads in that term (rule Q11). */
    CompletableFuture<Boolean> confirmLeading(long term) {
        var answer =
                new CompletableFuture<Boolean>().completeOnTimeout(false, CONFIRM_MILLIS_MAX, TimeUnit.MILLISECONDS);
        awaitConfirmation(term, System.nanoTime(), answer);
        return answer;
    }

    private void awaitConfirmation(long term, long askedNanos, CompletableFuture<Boolean> answer) {
        var confirmed = confirmedNanos(term);
        if (confirmed.isPresent() && confirmed.getAsLong() - askedNanos >= 0) {
            answer.complete(true);
        } else if (!answer.isDone()) {
            contacts.ask();
            try {
                timers.schedule(
                        () -> awaitConfirmation(term, askedNanos, answer), CONFIRM_LOOK_MILLIS, TimeUnit.MILLISECONDS);
            } catch (RejectedExecutionException e) {
                answer.complete(false);
            }
        }
    }

    private CompletableFuture<RaftClientReply> request(RaftClientRequest.Type type, Message message) {
        if (seat.isEmpty()) {
            return CompletableFuture.failedFuture(new ServerNotReadyException("the quorum is not known yet"));
        }
        var request = RaftClientRequest.newBuilder()
                .setClientId(clientId)
                .setServerId(server.getId())
                .setGroupId(seat.get().group())
                .setCallId(callIds.incrementAndGet())
                .setMessage(message)
                .setType(type)
                .build();
        try {
            return server.submitClientRequestAsync(request);
        } catch (IOException | RuntimeException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    /** Takes a snapshot unless nothing was applied since the last; gives its index, or -1 if that failed. */
    CompletableFuture<Long> takeSnapshot() {
        if (seat.isEmpty()) {
            return CompletableFuture.completedFuture(-1L);
        }
        var request = SnapshotManagementRequest.newCreate(
                clientId, server.getId(), seat.get().group(), callIds.incrementAndGet(), SNAPSHOT_MILLIS_MAX, 1);
        try {
            return server.snapshotManagementAsync(request).handle(Member::snapshotIndex);
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

    /** Leads no more; what is under way ends with an unknown outcome. Returns at once. */
    private void stepDown(RaftServer.Division division) {
        try {
            server.transferLeadershipAsync(new TransferLeadershipRequest(
                    clientId,
                    server.getId(),
                    division.getMemberId().getGroupId(),
                    callIds.incrementAndGet(),
                    null,
                    STEP_DOWN_MILLIS_MAX));
        } catch (IOException | RuntimeException e) {
            LOG.info("The leadership could not be given up: {}", e.toString());
        }
    }

    /** Whether all of it is closed in order when this returns. */
    boolean close() {
        timers.shutdown();
        tracker.closing();
        seat.ifPresent(open -> open.watchdog().close());
        return ServerClosing.close(server, seat.map(Seat::division), config);
    }
}
