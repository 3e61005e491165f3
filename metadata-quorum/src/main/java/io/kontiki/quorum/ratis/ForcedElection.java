package io.kontiki.quorum.ratis;

import io.kontiki.metadata.Endpoint;
import io.kontiki.quorum.BrokerProbe;
import io.kontiki.quorum.QuorumVoter;
import io.kontiki.quorum.TcpBrokerProbe;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.apache.ratis.proto.RaftProtos.RaftGroupIdProto;
import org.apache.ratis.proto.RaftProtos.RaftRpcRequestProto;
import org.apache.ratis.proto.RaftProtos.StartLeaderElectionRequestProto;
import org.apache.ratis.server.RaftServer;
import org.apache.ratis.server.protocol.TermIndex;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Campaigns at once when the leader's process is gone: its Raft port refused two connections in a row. It makes on our
 * own server the call by which a leader that departs names its successor; that skips the wait and the pre-vote. Raft
 * allows an election at any time, so a wrong one costs a moment and harms nothing; to keep churn away, voters go one
 * after the other and each at most once per term.
 *
 * <p>This leans on a call that Ratis makes between its own servers, so it is kept here alone, and a test holds it.
 */
final class ForcedElection {
    private static final Logger LOG = LoggerFactory.getLogger(ForcedElection.class);
    private static final long STAGGER_MILLIS = 150;
    private static final long REDIAL_MILLIS = 20;
    private static final int REFUSALS_WANTED = 2;
    private static final int DIALS_MAX = 15;

    private final RaftServer server;
    private final RaftServer.Division division;
    private final ScheduledExecutorService executor;
    // Owned by the executor's thread.
    private long forcedTerm;

    /** @param executor of one thread; a dial of a refusing or live local port takes next to no time, others 500 ms */
    ForcedElection(RaftServer server, RaftServer.Division division, ScheduledExecutorService executor) {
        this.server = server;
        this.division = division;
        this.executor = executor;
    }

    /** Returns at once. */
    void suspect(int leaderId) {
        if (leaderId == own()) {
            return;
        }
        var term = division.getInfo().getCurrentTerm();
        voters().stream()
                .filter(voter -> voter.brokerId() == leaderId)
                .findFirst()
                .ifPresent(voter -> later(() -> dial(leaderId, voter.endpoint(), term, 0, DIALS_MAX), 0));
    }

    /** Several times, since a dying process may lose its connections a moment before its port. */
    private void dial(int leaderId, Endpoint endpoint, long term, int refusals, int dialsLeft) {
        if (dialsLeft == 0 || !stillLeads(leaderId, term)) {
            return;
        }
        var found = TcpBrokerProbe.dial(endpoint);
        if (found == BrokerProbe.Finding.UNKNOWN) {
            return;
        }
        var inARow = found == BrokerProbe.Finding.REFUSED ? refusals + 1 : 0;
        if (inARow < REFUSALS_WANTED) {
            later(() -> dial(leaderId, endpoint, term, inARow, dialsLeft - 1), REDIAL_MILLIS);
        } else {
            later(() -> campaign(leaderId, term), votersBefore(leaderId) * STAGGER_MILLIS);
        }
    }

    /** All notice the death in the same moment, and two who campaign at once can split the votes. */
    private long votersBefore(int leaderId) {
        return voters().stream()
                .filter(voter -> voter.brokerId() < own() && voter.brokerId() != leaderId)
                .count();
    }

    private int own() {
        return Peers.number(server.getId());
    }

    private List<QuorumVoter> voters() {
        return Peers.voters(division.getRaftConf().getCurrentPeers());
    }

    /**
     * Whether that leadership is still what we follow, and no election was forced here in its term. Once another voter
     * campaigns, the term is a higher one and we stay out of it: it may have won already, and a second election would
     * depose it. If it lost, because it lacks an entry that we have, the usual time-out follows.
     */
    private boolean stillLeads(int leaderId, long term) {
        var info = division.getInfo();
        return term > forcedTerm
                && info.isFollower()
                && info.getCurrentTerm() == term
                && info.getLeaderId() != null
                && Peers.number(info.getLeaderId()) == leaderId;
    }

    private void campaign(int leaderId, long term) {
        if (!stillLeads(leaderId, term)) {
            return;
        }
        var leader = division.getInfo().getLeaderId();
        if (leader == null) {
            return;
        }
        forcedTerm = term;
        LOG.info("Voter {}, which led, refuses connections: campaigning after term {}", leaderId, term);
        TermIndex last = division.getRaftLog().getLastEntryTermIndex();
        var request = StartLeaderElectionRequestProto.newBuilder()
                .setServerRequest(RaftRpcRequestProto.newBuilder()
                        .setRequestorId(leader.toByteString())
                        .setReplyId(server.getId().toByteString())
                        .setRaftGroupId(RaftGroupIdProto.newBuilder()
                                .setId(division.getGroup().getGroupId().toByteString())))
                .setLeaderLastEntry(TermIndex.valueOf(term, last == null ? -1 : last.getIndex())
                        .toProto())
                .build();
        try {
            server.startLeaderElection(request);
        } catch (IOException | RuntimeException e) {
            LOG.info("The election could not be forced; the usual time-out follows: {}", e.toString());
        }
    }

    private void later(Runnable step, long delayMillis) {
        if (!executor.isShutdown()) {
            executor.schedule(step, delayMillis, TimeUnit.MILLISECONDS);
        }
    }
}
