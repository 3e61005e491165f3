package io.kontiki.quorum.ratis;

import io.kontiki.quorum.FaultHandler;
import io.kontiki.quorum.LeadershipListener;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.apache.ratis.protocol.RaftPeerId;
import org.apache.ratis.server.RaftServer;

/**
 * Turns Ratis' notifications into a sequence of leadership events on one thread. A notification only prompts a look at
 * the division's state, since notifications of one change come from several threads in no certain order; only losing
 * the leadership is taken as it comes, for the state still shows a leader at that moment.
 */
final class LeadershipTracker implements QuorumStateMachine.Events {
    private static final long LOOK_MILLIS = 100;
    private static final long LEADERLESS_NANOS = TimeUnit.SECONDS.toNanos(5);

    private final ScheduledExecutorService executor;
    private final LeadershipListener listener;
    private final FaultHandler faults;
    private final Members members;
    private volatile RaftServer.Division division;
    private volatile boolean closing;
    private volatile ScheduledFuture<?> looks;
    // Owned by the executor's thread. A term is told at most once; 0 stands for none.
    private long leadingTerm;
    private long lostTerm;
    private long leaderTerm;
    private RaftPeerId leader;
    private long leaderSeenNanos;

    /** Told of what concerns the membership, on the executor's thread. */
    interface Members {
        void votersChanged();

        /** For so long already; told once in that time. */
        void leaderless();

        void closedItself();
    }

    /** @param executor of one thread, that of the listener's calls */
    LeadershipTracker(
            ScheduledExecutorService executor, LeadershipListener listener, Members members, FaultHandler faults) {
        this.executor = executor;
        this.listener = listener;
        this.members = members;
        this.faults = faults;
    }

    /** From now on the division can be looked at. */
    void attach(RaftServer.Division started) {
        division = started;
        leaderSeenNanos = System.nanoTime();
        looks = executor.scheduleWithFixedDelay(this::look, 0, LOOK_MILLIS, TimeUnit.MILLISECONDS);
    }

    /** The division is about to be closed on purpose. */
    void closing() {
        closing = true;
        if (looks != null) {
            looks.cancel(false);
        }
    }

    @Override
    public void leadershipChanged() {
        hand(this::look);
    }

    @Override
    public void leadershipLost() {
        hand(this::lost);
    }

    @Override
    public void closed() {
        hand(this::lost);
        if (!closing) {
            hand(members::closedItself);
        }
    }

    @Override
    public void votersChanged() {
        hand(members::votersChanged);
    }

    private void hand(Runnable event) {
        try {
            executor.execute(() -> {
                try {
                    event.run();
                } catch (RuntimeException | Error e) {
                    faults.onFault("A change of the metadata quorum's leadership could not be followed", e);
                }
            });
        } catch (RejectedExecutionException e) {
            // Closed; the listener was told that the leadership is lost.
        }
    }

    private void look() {
        var current = division;
        if (current == null || closing) {
            return;
        }
        var info = current.getInfo();
        var term = info.getCurrentTerm();
        var ready = info.isLeaderReady() && info.isAlive();
        var known = info.getLeaderId();
        if (info.getCurrentTerm() != term) {
            // Changed under our eyes; the notification of that comes next.
            return;
        }
        if (leadingTerm != 0 && (!ready || leadingTerm != term)) {
            lost();
        }
        if (known != null && (term != leaderTerm || !known.equals(leader))) {
            leaderTerm = term;
            leader = known;
            listener.onLeaderKnown(Peers.number(known));
        }
        lookForLeader(known);
        if (ready && leadingTerm == 0 && term > lostTerm) {
            leadingTerm = term;
            listener.onLeading(term);
        }
    }

    private void lookForLeader(RaftPeerId known) {
        var now = System.nanoTime();
        if (known != null) {
            leaderSeenNanos = now;
        } else if (now - leaderSeenNanos > LEADERLESS_NANOS) {
            leaderSeenNanos = now;
            members.leaderless();
        }
    }

    private void lost() {
        if (leadingTerm != 0) {
            lostTerm = leadingTerm;
            leadingTerm = 0;
            listener.onLeadershipLost();
        }
    }
}
