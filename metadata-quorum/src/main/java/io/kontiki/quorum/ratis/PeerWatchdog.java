package io.kontiki.quorum.ratis;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.apache.ratis.protocol.RaftPeerId;
import org.apache.ratis.server.RaftServer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Drops connections between voters over which nothing comes through, so that the next use dials and resolves anew.
 * Ratis sets no keepalive on them: when a node vanishes without a word, it would write into the old connection until
 * the kernel gives up, long after the node is back. Looks at progress as well as contact, since log and heartbeats use
 * two connections and one alone can be dead.
 *
 * <p>It also has a leader give up that hears from too few voters: Ratis itself looks only while nobody wants anything from
 * it, so that a busy leader without followers stays one, refuses nothing and is asked by all. So does one that sends
 * nothing to one of the voters. A leader that missed an answer appends an entry that changes nothing, see {@link LostAnswers}.
 */
final class PeerWatchdog implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(PeerWatchdog.class);
    private static final long LOOK_MILLIS = 500;
    private static final long STALLED_NANOS = TimeUnit.SECONDS.toNanos(2);
    private static final long LEADERLESS_NANOS = TimeUnit.SECONDS.toNanos(3);
    private static final long ALONE_MILLIS_MAX = 3_000;
    private static final long RESET_INTERVAL_NANOS = TimeUnit.SECONDS.toNanos(3);

    private final RaftServer server;
    private final RaftServer.Division division;
    private final Runnable stepDown;
    private final Runnable appendEmpty;
    private final LostAnswers lostAnswers = new LostAnswers();
    // Changed by the scheduler's thread only.
    private final Map<RaftPeerId, Peer> peers = new ConcurrentHashMap<>();
    private long leaderSeenNanos = System.nanoTime();

    private static final class Peer {
        // A reset can block for 10 s, since it waits for the old connections to end.
        final ExecutorService resets;
        long resetNanos = System.nanoTime() - RESET_INTERVAL_NANOS;
        long match = -1;
        long followedNanos = System.nanoTime();
        long progressNanos = System.nanoTime();

        Peer(RaftPeerId id) {
            this.resets = Executors.newSingleThreadExecutor(runnable -> {
                var thread = new Thread(runnable, "kontiki-quorum-reset-" + id);
                thread.setDaemon(true);
                return thread;
            });
        }
    }

    /**
     * @param stepDown has this voter lead no more; returns at once
     * @param appendEmpty appends an entry that changes nothing; returns at once
     */
    PeerWatchdog(RaftServer server, RaftServer.Division division, Runnable stepDown, Runnable appendEmpty) {
        this.server = server;
        this.division = division;
        this.stepDown = stepDown;
        this.appendEmpty = appendEmpty;
    }

    void start(ScheduledExecutorService scheduler) {
        scheduler.scheduleWithFixedDelay(this::look, LOOK_MILLIS, LOOK_MILLIS, TimeUnit.MILLISECONDS);
    }

    /**
     * A voter's broker runs anew: an idle connection was to its last run, perhaps at another address. A leader's are in use;
     * what is wrong with them, it finds itself. Any thread.
     */
    void onRestart(int brokerId) {
        if (division.getInfo().isLeader()) {
            return;
        }
        peers.keySet().stream().filter(id -> Peers.number(id) == brokerId).forEach(id -> drop(id, "it runs anew"));
    }

    private void look() {
        try {
            var now = System.nanoTime();
            followMembers();
            if (division.getInfo().isLeader()) {
                leaderSeenNanos = now;
                lookAtFollowers(now);
                lookAtMajority();
                lookForForgotten(now);
                lookForLostAnswers(now);
            } else {
                lostAnswers.clear();
                lookForLeader(now);
            }
        } catch (RuntimeException e) {
            // The division changes its role while we look; the next look is soon.
            LOG.debug("Could not look at the other voters", e);
        }
    }

    private void lookForLeader(long now) {
        peers.values().forEach(peer -> peer.followedNanos = now);
        if (division.getInfo().getLeaderId() != null) {
            leaderSeenNanos = now;
        } else if (now - leaderSeenNanos > LEADERLESS_NANOS) {
            peers.keySet().forEach(id -> reset(id, now, "no leader is known"));
        }
    }

    private void lookAtMajority() {
        var role = division.getInfo().getRoleInfoProto();
        if (role.getRoleElapsedTimeMs() < ALONE_MILLIS_MAX) {
            return; // Nobody may have had the time to answer yet.
        }
        var heard = role.getLeaderInfo().getFollowerInfoList().stream()
                // One that is about to be added is no voter yet.
                .filter(follower ->
                        peers.containsKey(RaftPeerId.valueOf(follower.getId().getId())))
                .filter(follower -> follower.getLastRpcElapsedTimeMs() <= ALONE_MILLIS_MAX)
                .count();
        if (2 * (1 + heard) <= 1 + peers.size()) {
            LOG.warn(
                    "This voter leads no more: {} of {} others have answered in the last {} ms",
                    heard,
                    peers.size(),
                    ALONE_MILLIS_MAX);
            stepDown.run();
        }
    }

    private void followMembers() {
        var ids = new HashSet<RaftPeerId>();
        division.getRaftConf().getCurrentPeers().forEach(peer -> ids.add(peer.getId()));
        ids.remove(server.getId());
        peers.keySet().stream()
                .filter(id -> !ids.contains(id))
                .forEach(id -> peers.get(id).resets.shutdown());
        peers.keySet().retainAll(ids);
        ids.forEach(id -> peers.computeIfAbsent(id, Peer::new));
    }

    private void lookAtFollowers(long now) {
        var info = division.getInfo();
        // Both lists are in the same order.
        var matches = info.getFollowerMatchIndices();
        var followers = info.getRoleInfoProto().getLeaderInfo().getFollowerInfoList();
        var committed = division.getRaftLog().getLastCommittedIndex();
        for (int i = 0; i < Math.min(matches.length, followers.size()); i++) {
            var id = RaftPeerId.valueOf(followers.get(i).getId().getId());
            var peer = peers.get(id);
            if (peer == null) {
                continue;
            }
            peer.followedNanos = now;
            if (matches[i] != peer.match || matches[i] >= committed) {
                peer.match = matches[i];
                peer.progressNanos = now;
            }
            var silentNanos = TimeUnit.MILLISECONDS.toNanos(followers.get(i).getLastRpcElapsedTimeMs());
            if (silentNanos > STALLED_NANOS) {
                reset(id, now, "it is silent");
            } else if (now - peer.progressNanos > STALLED_NANOS) {
                reset(id, now, "it stays at index " + peer.match);
            }
        }
    }

    /** Decision 22. */
    private void lookForForgotten(long now) {
        peers.entrySet().stream()
                .filter(peer -> now - peer.getValue().followedNanos > STALLED_NANOS)
                .findFirst()
                .ifPresent(peer -> {
                    LOG.warn("This voter leads no more, as it sends nothing to voter {}", peer.getKey());
                    stepDown.run();
                });
    }

    /** Also of one that is about to be added, for that waits for its answer. */
    private void lookForLostAnswers(long now) {
        var info = division.getInfo();
        // Both lists are in the same order.
        var matches = info.getFollowerMatchIndices();
        var followers = info.getRoleInfoProto().getLeaderInfo().getFollowerInfoList();
        var answering = new HashMap<RaftPeerId, Long>();
        for (int i = 0; i < Math.min(matches.length, followers.size()); i++) {
            if (TimeUnit.MILLISECONDS.toNanos(followers.get(i).getLastRpcElapsedTimeMs()) <= STALLED_NANOS) {
                answering.put(RaftPeerId.valueOf(followers.get(i).getId().getId()), matches[i]);
            }
        }
        var last = division.getRaftLog().getLastEntryTermIndex();
        if (last != null && lostAnswers.isEntryDue(answering, last.getIndex(), now)) {
            LOG.debug("Appending an entry, as of {} some voter is said to have no more than {}", last, answering);
            appendEmpty.run();
        }
    }

    private void reset(RaftPeerId id, long now, String why) {
        var peer = peers.get(id);
        if (now - peer.resetNanos < RESET_INTERVAL_NANOS) {
            return;
        }
        peer.resetNanos = now;
        drop(id, why);
    }

    private void drop(RaftPeerId id, String why) {
        var peer = peers.get(id);
        if (peer == null) {
            return; // It votes no more.
        }
        LOG.debug("Dropping the connections to voter {}: {}", id, why);
        try {
            peer.resets.execute(() -> server.getServerRpc().handleException(id, null, true));
        } catch (RejectedExecutionException e) {
            LOG.debug("Voter {} votes no more", id);
        }
    }

    @Override
    public void close() {
        peers.values().forEach(peer -> peer.resets.shutdownNow());
    }
}
