package io.kontiki.quorum.ratis;

import io.kontiki.proto.internal.v1.VoterGreeting;
import io.kontiki.quorum.QuorumVoter;
import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.apache.ratis.protocol.ClientId;
import org.apache.ratis.protocol.GroupManagementRequest;
import org.apache.ratis.protocol.RaftGroup;
import org.apache.ratis.server.RaftServer;
import org.apache.ratis.server.storage.RaftStorage;

/**
 * A storage while it is open: the Ratis server on the Raft port, and its division, which is there once the quorum is
 * known. One thread opens, enters and closes; the rest by any.
 */
final class Member {
    /** What exists once the quorum is known. */
    record Seat(RaftServer.Division division, PeerWatchdog watchdog, ForcedElection election, VoterChanges changes) {}

    private final QuorumConfig config;
    private final QuorumVoter own;
    private final RaftServer server;
    private final LeadershipTracker tracker;
    private final ClientId clientId = ClientId.randomId();
    private final AtomicLong callIds = new AtomicLong();
    private final ScheduledExecutorService timers;
    private volatile Optional<Seat> seat = Optional.empty();

    private Member(QuorumConfig config, QuorumVoter own, RaftServer server, LeadershipTracker tracker) {
        this.config = config;
        this.own = own;
        this.server = server;
        this.tracker = tracker;
        this.timers = Executors.newSingleThreadScheduledExecutor(runnable -> {
            var thread = new Thread(runnable, "kontiki-quorum-timers");
            thread.setDaemon(true);
            return thread;
        });
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
            var builder = RaftServer.newBuilder()
                    .setServerId(Peers.id(own))
                    // Opens what is there, and formats where nothing is: the checks before tell which is right.
                    .setOption(RaftStorage.StartupOption.RECOVER)
                    .setProperties(RatisProperties.of(config, single))
                    .setParameters(Greetings.answeredWith(greeting))
                    .setStateMachine(machine);
            group.ifPresent(builder::setGroup);
            server = builder.build();
            server.start();
            var member = new Member(config, own, server, tracker);
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
        var watchdog = new PeerWatchdog(server, division);
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

    RaftServer server() {
        return server;
    }

    Optional<Seat> seat() {
        return seat;
    }

    ClientId clientId() {
        return clientId;
    }

    long nextCallId() {
        return callIds.incrementAndGet();
    }

    /** Whether all of it is closed in order when this returns. */
    boolean close() {
        timers.shutdownNow();
        tracker.closing();
        seat.ifPresent(open -> open.watchdog().close());
        return ServerClosing.close(server, seat.map(Seat::division), config);
    }
}
