package io.kontiki.quorum.ratis;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import org.apache.ratis.RaftConfigKeys;
import org.apache.ratis.conf.Parameters;
import org.apache.ratis.conf.RaftProperties;
import org.apache.ratis.grpc.GrpcFactory;
import org.apache.ratis.proto.RaftProtos.AppendEntriesReplyProto;
import org.apache.ratis.proto.RaftProtos.AppendEntriesReplyProto.AppendResult;
import org.apache.ratis.proto.RaftProtos.AppendEntriesRequestProto;
import org.apache.ratis.proto.RaftProtos.LogEntryProto;
import org.apache.ratis.protocol.RaftPeer;
import org.apache.ratis.protocol.RaftPeerId;
import org.apache.ratis.rpc.RpcFactory;
import org.apache.ratis.rpc.RpcType;
import org.apache.ratis.server.RaftServer;
import org.apache.ratis.server.leader.FollowerInfo;
import org.apache.ratis.server.leader.LeaderState;
import org.apache.ratis.server.leader.LogAppender;
import org.apache.ratis.server.protocol.TermIndex;

/**
 * When the others last confirmed that this voter leads. What counts is when a request was made, not when its answer was
 * read: an answer can lie in a buffer while this process, or the network, stands still. A voter that took a request of
 * this leader votes for another one only afterwards, so nobody else led before the time of which a majority tells.
 *
 * <p>Ratis keeps times of answers, of which the public ones are those of their arrival, and counts refusals among them.
 * So this listens between its appenders and its leader. Thread-safe.
 */
final class VoterContacts {
    private static final String FACTORY = "kontiki.quorum.rpc.factory";

    private final Map<RaftPeerId, Contact> byVoter = new ConcurrentHashMap<>();

    /** Has a Ratis server tell what its followers answer; the parameters are whole but for this. */
    void listen(RaftProperties properties, Parameters parameters) {
        var factory = new GrpcFactory(parameters) {
            @Override
            public LogAppender newLogAppender(RaftServer.Division server, LeaderState leader, FollowerInfo follower) {
                return follow(server, leader, follower, super::newLogAppender);
            }
        };
        parameters.put(FACTORY, factory, RpcFactory.class);
        RaftConfigKeys.Rpc.setType(properties, new Rpc());
    }

    /**
     * Latest time, of System.nanoTime, at or after which a majority of the voters took a request of this leader, or of both
     * majorities while the voters change; empty if there is none.
     *
     * @param previous voters before the change that goes on, or none
     */
    OptionalLong majorityNanos(Collection<RaftPeer> present, Collection<RaftPeer> previous, RaftPeerId own) {
        long now = System.nanoTime();
        long age = majorityAge(present, own, now);
        if (!previous.isEmpty()) {
            age = Math.max(age, majorityAge(previous, own, now));
        }
        return age == Long.MAX_VALUE ? OptionalLong.empty() : OptionalLong.of(now - age);
    }

    private long majorityAge(Collection<RaftPeer> voters, RaftPeerId own, long now) {
        if (voters.isEmpty()) {
            return Long.MAX_VALUE;
        }
        var ages = new ArrayList<Long>();
        voters.forEach(voter -> ages.add(voter.getId().equals(own) ? 0 : age(voter.getId(), now)));
        ages.sort(null);
        return ages.get(ages.size() / 2);
    }

    private long age(RaftPeerId voter, long now) {
        var contact = byVoter.get(voter);
        var confirmed = contact == null ? OptionalLong.empty() : contact.confirmed;
        return confirmed.isEmpty() ? Long.MAX_VALUE : Math.max(0, now - confirmed.getAsLong());
    }

    /** Asks all of them now, rather than when the next heartbeat is due. */
    void ask() {
        byVoter.values().forEach(Contact::ask);
    }

    /** Makes an appender whose leader tells this of what its follower answers. */
    LogAppender follow(RaftServer.Division server, LeaderState leader, FollowerInfo follower, Appenders make) {
        var contact = new Contact(leader);
        var appender = make.of(server, contact, follower);
        contact.appender = appender;
        byVoter.put(follower.getId(), contact);
        return appender;
    }

    interface Appenders {
        LogAppender of(RaftServer.Division server, LeaderState leader, FollowerInfo follower);
    }

    /** How Ratis comes by the factory; made by its name. */
    static final class Rpc implements RpcType {
        @Override
        public String name() {
            return Rpc.class.getName();
        }

        @Override
        public RpcFactory newFactory(Parameters parameters) {
            return parameters.get(FACTORY, RpcFactory.class);
        }
    }

    /** The leader as the appender of one follower sees it; of one appender, whose requests have rising numbers. */
    private static final class Contact implements LeaderState {
        /** Beyond that the oldest are forgotten: a follower that is silent is asked on and on. */
        private static final int UNANSWERED_MAX = 1_000;

        private final LeaderState leader;
        private final ConcurrentSkipListMap<Long, Long> madeNanos = new ConcurrentSkipListMap<>();
        private volatile OptionalLong confirmed = OptionalLong.empty();
        private volatile LogAppender appender;

        Contact(LeaderState leader) {
            this.leader = leader;
        }

        void ask() {
            appender.triggerHeartbeat();
        }

        @Override
        public AppendEntriesRequestProto newAppendEntriesRequestProto(
                FollowerInfo follower, List<LogEntryProto> entries, TermIndex previous, long callId) {
            madeNanos.put(callId, System.nanoTime());
            // Numbers rise by one.
            madeNanos.headMap(callId - UNANSWERED_MAX, true).clear();
            return leader.newAppendEntriesRequestProto(follower, entries, previous, callId);
        }

        @Override
        public void onAppendEntriesReply(LogAppender from, AppendEntriesReplyProto reply) {
            // One that lacks entries follows, too; one that knows of a higher term does not.
            if (reply.getResult() == AppendResult.SUCCESS || reply.getResult() == AppendResult.INCONSISTENCY) {
                confirm(reply.getServerReply().getCallId());
            }
            leader.onAppendEntriesReply(from, reply);
        }

        /** Heartbeats overtake the entries before them; what comes late tells nothing more. */
        private synchronized void confirm(long callId) {
            var made = madeNanos.get(callId);
            if (made != null) {
                confirmed = OptionalLong.of(made);
                madeNanos.headMap(callId, true).clear();
            }
        }

        @Override
        public void restart(LogAppender from) {
            leader.restart(from);
        }

        @Override
        public void checkHealth(FollowerInfo follower) {
            leader.checkHealth(follower);
        }

        @Override
        public boolean onFollowerTerm(FollowerInfo follower, long term) {
            return leader.onFollowerTerm(follower, term);
        }

        @Override
        public void onFollowerCommitIndex(FollowerInfo follower, long index) {
            leader.onFollowerCommitIndex(follower, index);
        }

        @Override
        public void onFollowerSuccessAppendEntries(FollowerInfo follower) {
            leader.onFollowerSuccessAppendEntries(follower);
        }

        @Override
        public boolean isFollowerBootstrapping(FollowerInfo follower) {
            return leader.isFollowerBootstrapping(follower);
        }
    }
}
