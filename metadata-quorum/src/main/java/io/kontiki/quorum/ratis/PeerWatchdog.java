package io.kontiki.quorum.ratis;

import java.util.HashSet;
import java.util.List;
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
    /** Long enough for a follower that writes slowly, which looks like one whose answer was lost. */
    private static final long UNREADY_MILLIS_MAX = 6_000;

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
     * @param appendEmpty appends an entry that changes nothing; waits while the log takes none, as the disk is slow
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
                var followers = Follower.of(division);
                lookAtFollowers(followers, now);
                lookAtMajority(followers);
                lookForForgotten(now);
                lookForLostAnswers(followers, now);
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

    private void lookAtMajority(List<Follower> followers) {
        if (division.getInfo().getRoleInfoProto().getRoleElapsedTimeMs() < ALONE_MILLIS_MAX) {
            return; // Nobody may have had the time to answer yet.
        }
        var heard = followers.stream()
                // One that is about to be added is no voter yet.
                .filter(follower -> peers.containsKey(follower.id()))
                .filter(follower -> follower.silentNanos() <= TimeUnit.MILLISECONDS.toNanos(ALONE_MILLIS_MAX))
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

    private void lookAtFollowers(List<Follower> followers, long now) {
        var committed = division.getRaftLog().getLastCommittedIndex();
        for (var follower : followers) {
            var peer = peers.get(follower.id());
            if (peer == null) {
                continue; // One that is about to be added is no voter yet.
            }
            peer.followedNanos = now;
            if (follower.match() != peer.match || follower.match() >= committed) {
                peer.match = follower.match();
                peer.progressNanos = now;
            }
            if (follower.silentNanos() > STALLED_NANOS) {
                reset(follower.id(), now, "it is silent");
            } else if (now - peer.progressNanos > STALLED_NANOS) {
                reset(follower.id(), now, "it stays at index " + peer.match);
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

    /** A leader that is not ready takes no entry: it waits for the answer to the first one of its own. */
    private void lookForLostAnswers(List<Follower> followers, long now) {
        if (!lostAnswers.isEntryDue(followers, division.getRaftLog()::getNextIndex, now)) {
            return;
        }
        var info = division.getInfo();
        if (info.isLeaderReady()) {
            LOG.info("An entry without content is to bring answers that were lost: {}", followers);
            appendEmpty.run();
        } else if (info.getRoleInfoProto().getRoleElapsedTimeMs() > UNREADY_MILLIS_MAX) {
            LOG.warn("This voter leads no more: the answers to its first entry were lost: {}", followers);
            stepDown.run();
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
