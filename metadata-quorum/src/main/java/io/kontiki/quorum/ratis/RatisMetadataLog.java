package io.kontiki.quorum.ratis;

import io.kontiki.metadata.LocalMetadata;
import io.kontiki.proto.internal.v1.Command;
import io.kontiki.proto.v1.ErrorReason;
import io.kontiki.quorum.FaultHandler;
import io.kontiki.quorum.LeadershipListener;
import io.kontiki.quorum.MetadataLog;
import io.kontiki.quorum.QuorumStatus;
import io.kontiki.quorum.QuorumStatus.LifeCycle;
import io.kontiki.quorum.Submission;
import java.io.IOException;
import java.time.InstantSource;
import java.util.Objects;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.ratis.protocol.ClientId;
import org.apache.ratis.protocol.Message;
import org.apache.ratis.protocol.RaftClientReply;
import org.apache.ratis.protocol.RaftClientRequest;
import org.apache.ratis.protocol.SnapshotManagementRequest;
import org.apache.ratis.server.RaftServer;
import org.apache.ratis.server.storage.RaftStorage;
import org.apache.ratis.thirdparty.com.google.protobuf.UnsafeByteOperations;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The metadata log as one Ratis group of voters. Commands are submitted to the local server, which takes them only if
 * it leads; nothing is forwarded here.
 */
public final class RatisMetadataLog implements MetadataLog {
    private static final Logger LOG = LoggerFactory.getLogger(RatisMetadataLog.class);
    private static final long SNAPSHOT_MILLIS_MAX = 60_000;

    private final QuorumConfig config;
    private final LocalMetadata metadata;
    private final FaultHandler faults;
    private final ClientId clientId = ClientId.randomId();
    private final AtomicLong callIds = new AtomicLong();
    // Leadership events on one thread, which they may hold for a moment; timers and dials on another.
    private final ScheduledExecutorService events = thread("kontiki-quorum-events");
    private final ScheduledExecutorService timers = thread("kontiki-quorum-timers");
    private volatile Member member;
    private volatile boolean closed;

    /** What exists from start to close. */
    private record Member(
            RaftServer server,
            RaftServer.Division division,
            LeadershipTracker tracker,
            PeerWatchdog watchdog,
            ForcedElection election) {}

    /**
     * @param metadata where images are published; this log is its only source
     * @param faults told of an entry that cannot be applied, a log that cannot be written and a member that closed
     *     itself: the process must end
     */
    public RatisMetadataLog(QuorumConfig config, LocalMetadata metadata, FaultHandler faults) {
        this.config = Objects.requireNonNull(config);
        this.metadata = Objects.requireNonNull(metadata);
        this.faults = Objects.requireNonNull(faults);
    }

    @Override
    public synchronized void start(LeadershipListener listener) {
        if (member != null || closed) {
            throw new IllegalStateException("the metadata log is started once");
        }
        ProcessGuard.install();
        StartChecks.portIsFree(config);
        StartChecks.storageIsOurs(config);
        VoteFile.mendIfEmpty(config, InstantSource.system());
        var tracker = new LeadershipTracker(events, listener, faults);
        RaftServer server = null;
        try {
            server = RaftServer.newBuilder()
                    .setServerId(Peers.id(config.nodeId()))
                    .setGroup(Peers.group(config))
                    // Opens what is there, and formats where nothing is: the check above tells which is right.
                    .setOption(RaftStorage.StartupOption.RECOVER)
                    .setProperties(RatisProperties.of(config))
                    .setStateMachine(new QuorumStateMachine(metadata, tracker, faults))
                    .build();
            server.start();
            attach(server, tracker);
        } catch (IOException | RuntimeException e) {
            tracker.closing();
            if (server != null) {
                ServerClosing.closeAll(server);
            }
            throw StartChecks.notOpened(config, e);
        }
    }

    private void attach(RaftServer server, LeadershipTracker tracker) throws IOException {
        var division = server.getDivision(Peers.group(config.clusterId()));
        var watchdog = new PeerWatchdog(server, division);
        var election = new ForcedElection(config, server, division, timers);
        member = new Member(server, division, tracker, watchdog, election);
        tracker.attach(division);
        if (!config.singleVoter()) {
            watchdog.start(timers);
        }
        var interval = config.snapshotInterval().toMillis();
        timers.scheduleWithFixedDelay(this::takeSnapshot, interval, interval, TimeUnit.MILLISECONDS);
    }

    @Override
    public CompletableFuture<Submission> submit(Command command) {
        var current = member;
        if (current == null || closed) {
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
        var request = RaftClientRequest.newBuilder()
                .setClientId(clientId)
                .setServerId(current.server().getId())
                .setGroupId(current.division().getGroup().getGroupId())
                .setCallId(callIds.incrementAndGet())
                .setMessage(Message.valueOf(UnsafeByteOperations.unsafeWrap(bytes)))
                .setType(RaftClientRequest.writeRequestType())
                .build();
        try {
            return current.server().submitClientRequestAsync(request).handle(Outcomes::of);
        } catch (IOException | RuntimeException e) {
            return CompletableFuture.completedFuture(Outcomes.of(e));
        }
    }

    /** Takes a snapshot unless nothing was applied since the last; gives its index, or -1 if that failed. */
    CompletableFuture<Long> takeSnapshot() {
        var server = member.server();
        var request = SnapshotManagementRequest.newCreate(
                clientId,
                server.getId(),
                Peers.group(config.clusterId()),
                callIds.incrementAndGet(),
                SNAPSHOT_MILLIS_MAX,
                1);
        try {
            return server.snapshotManagementAsync(request).handle(RatisMetadataLog::snapshotIndex);
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
        var current = member;
        if (current != null && !closed) {
            current.election().suspect(leaderId);
        }
    }

    @Override
    public QuorumStatus status() {
        var current = member;
        if (current == null || closed) {
            return QuorumStatus.idle(closed ? LifeCycle.CLOSED : LifeCycle.STARTING);
        }
        var info = current.division().getInfo();
        var leader = info.getLeaderId();
        return new QuorumStatus(
                lifeCycle(info.getLifeCycleState()),
                info.getCurrentTerm(),
                leader == null ? OptionalInt.empty() : OptionalInt.of(Peers.number(leader)),
                info.isAlive() && info.isLeaderReady(),
                info.getLastAppliedIndex(),
                current.division().getRaftLog().getLastCommittedIndex());
    }

    private static LifeCycle lifeCycle(org.apache.ratis.util.LifeCycle.State state) {
        return switch (state) {
            case NEW, STARTING -> LifeCycle.STARTING;
            case RUNNING, PAUSING, PAUSED -> LifeCycle.RUNNING;
            case EXCEPTION, CLOSING, CLOSED -> LifeCycle.CLOSED;
        };
    }

    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        closed = true;
        timers.shutdownNow();
        var current = member;
        if (current != null) {
            current.tracker().closing();
            current.watchdog().close();
            ServerClosing.close(current.server(), current.division(), config);
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

    private static ScheduledExecutorService thread(String name) {
        return Executors.newSingleThreadScheduledExecutor(runnable -> {
            var thread = new Thread(runnable, name);
            thread.setDaemon(true);
            return thread;
        });
    }
}
