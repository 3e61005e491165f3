package io.kontiki.simulation;

import io.kontiki.client.MembershipProbe;
import io.kontiki.metadata.TopicPartition;
import io.kontiki.proto.v1.ErrorReason;
import io.kontiki.proto.v1.JoinRequest;
import io.kontiki.proto.v1.JoinResponse;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.Optional;
import java.util.TreeSet;

/**
 * A process that is a member of a group: the client's own membership, and a consumer that reads, commits and lets go in its
 * polls.
 */
final class SimMember implements MembershipProbe.Streams {
    static final int SESSION_MILLIS = 4_000;
    static final int REBALANCE_MILLIS = 3_000;
    private static final long WAIT_NANOS_MAX = 10_000 * Scheduler.MILLI;

    /**
     * Who it is.
     *
     * @param instanceId of a static member
     * @param pattern of the topics that it reads
     */
    record Seat(String groupId, Optional<String> instanceId, String pattern, long pollMillis) {}

    private final Cluster cluster;
    private final Scheduler scheduler;
    private final Seat seat;
    private final String id;
    private final MembershipProbe membership;
    private final MemberReads reads;
    private final Deque<Runnable> whilePaused = new ArrayDeque<>();
    private Optional<SimJoin> stream = Optional.empty();
    private boolean running = true;
    private boolean paused;
    private boolean leaving;
    private boolean lettingGo;
    private boolean calm;
    private int life;
    private long applied;
    private int memberEpoch;
    private long wakeNanos = Long.MAX_VALUE;

    SimMember(Cluster cluster, Seat seat, String id) {
        this.cluster = cluster;
        this.scheduler = cluster.scheduler();
        this.seat = seat;
        this.id = id;
        this.reads = new MemberReads(cluster, this);
        this.membership = new MembershipProbe(
                seat.groupId(), id, seat.instanceId(), SESSION_MILLIS, REBALANCE_MILLIS, scheduler.random(), this);
    }

    String id() {
        return id;
    }

    String groupId() {
        return seat.groupId();
    }

    /** Of a static member. */
    Optional<String> instanceId() {
        return seat.instanceId();
    }

    /** As of the assignment that it has made true. */
    int epoch() {
        return memberEpoch;
    }

    // ---- The process

    void start() {
        cluster.groupChecks().begin(this);
        membership.subscribe(new TreeSet<>(), seat.pattern(), scheduler.now());
        wake();
        scheduler.afterMillis(1, seat.pollMillis(), this::pollAndAgain);
    }

    boolean running() {
        return running;
    }

    boolean paused() {
        return paused;
    }

    /** Dies without a word. */
    void crash() {
        if (running) {
            running = false;
            whilePaused.clear();
            stream.ifPresent(SimJoin::cancel);
            cluster.groupChecks().end(this);
        }
    }

    void pause() {
        paused = true;
    }

    void resume() {
        paused = false;
        while (!paused && running && !whilePaused.isEmpty()) {
            whilePaused.poll().run();
        }
    }

    /** Every event of the process goes through here. */
    void execute(Runnable event) {
        if (!running) {
            return;
        }
        if (paused) {
            whilePaused.add(event);
        } else {
            cluster.groupChecks().count();
            event.run();
        }
    }

    void loseStream() {
        stream.ifPresent(SimJoin::breakAtMember);
    }

    /** Commits what it has read, says good-bye, and ends; a static member may say that it comes back. */
    void leave(boolean temporarily) {
        execute(() -> {
            if (!leaving) {
                leaving = true;
                reads.commitAll(() -> {
                    reads.letGoOfAll();
                    memberEpoch = 0;
                    membership.leave(temporarily, scheduler.now());
                    wake();
                });
            }
        });
    }

    /** From now on it commits all that it reads. */
    void calmDown() {
        calm = true;
    }

    // ---- Its stream

    @Override
    public void connect(long link, JoinRequest first) {
        Optional<SimBroker> broker = cluster.anyBroker();
        stream = broker.map(entry -> cluster.network().open(cluster, this, link, entry));
        stream.ifPresentOrElse(
                it -> it.send(first), () -> scheduler.afterMillis(1, 50, () -> execute(() -> onStreamBroken(link))));
    }

    @Override
    public void send(JoinRequest request) {
        stream.ifPresent(it -> it.send(request));
    }

    @Override
    public void cancel() {
        stream.ifPresent(SimJoin::cancel);
        stream = Optional.empty();
    }

    void onMessage(long link, JoinResponse response) {
        membership.onMessage(link, response, scheduler.now());
        wake();
    }

    void onStreamEnd(long link) {
        membership.onEnd(link, scheduler.now());
        wake();
    }

    void onStreamFailed(long link, ErrorReason reason, String message) {
        if (reason == ErrorReason.ERROR_REASON_UNKNOWN_MEMBER) {
            cluster.events().note(Event.MEMBER_FENCED);
        }
        membership.onFailed(link, reason, message, scheduler.now());
        wake();
    }

    void onStreamBroken(long link) {
        membership.onBroken(link, scheduler.now());
        wake();
    }

    /** When the membership wants it. */
    private void wake() {
        if (!running) {
            return;
        }
        long wait = Math.min(membership.onTick(scheduler.now()), WAIT_NANOS_MAX);
        long due = scheduler.now() + Math.max(wait, Scheduler.MILLI);
        if (due < wakeNanos) {
            wakeNanos = due;
            scheduler.after(
                    due - scheduler.now(),
                    () -> execute(() -> {
                        if (wakeNanos == due) {
                            wakeNanos = Long.MAX_VALUE;
                            wake();
                        }
                    }));
        }
    }

    // ---- Its consumer

    private void pollAndAgain() {
        if (running) {
            execute(this::poll);
            scheduler.afterMillis(seat.pollMillis() / 2, seat.pollMillis() * 3 / 2, this::pollAndAgain);
        }
    }

    private void poll() {
        MembershipProbe.View view = membership.view();
        boolean left = leaving && !view.isMember();
        if (left || view.gaveUp()) {
            crash();
        } else if (!leaving && !lettingGo) {
            takeChanges(view);
            if (!lettingGo) {
                reads.poll(membership.holds(life, scheduler.now()), calm);
            }
        }
    }

    private void takeChanges(MembershipProbe.View view) {
        if (view.life() != life) {
            reads.letGoOfAll();
            life = view.life();
            applied = 0;
            memberEpoch = 0;
            membership.lossNoticed(life, scheduler.now());
            wake();
        } else if (view.assignment() != applied) {
            lettingGo = true;
            reads.commitAllBut(view.partitions(), () -> {
                lettingGo = false;
                apply(view);
            });
        }
    }

    private void apply(MembershipProbe.View assigned) {
        reads.letGoOfAllBut(assigned.partitions());
        applied = assigned.assignment();
        memberEpoch = assigned.memberEpoch();
        membership.applied(assigned.life(), applied, scheduler.now());
        if (membership.view().life() == life) {
            reads.add(assigned.partitions());
        }
        wake();
        cluster.groupChecks().onBelief(this);
    }

    // ---- What it believes

    /** What it reads, as nobody else can own it: while its session lasts by its own clock. */
    Collection<TopicPartition> owned() {
        return believes() ? reads.partitions() : new TreeSet<>();
    }

    boolean believes() {
        return running && membership.holds(life, scheduler.now());
    }

    /** Whether it has read more than it has asked to commit. */
    boolean owesCommits() {
        return reads.owesCommits();
    }

    /** Whether it has read, committed and been told all that there is. */
    boolean isDone() {
        MembershipProbe.View view = membership.view();
        return running
                && view.life() == life
                && view.assignment() == applied
                && applied != 0
                && believes()
                && reads.isDone();
    }

    @Override
    public String toString() {
        return "member " + id + " of " + seat + (running ? "" : ", dead") + (paused ? ", paused" : "")
                + (leaving ? ", leaving" : "") + ", life " + life + ", assignment " + applied + " in epoch "
                + memberEpoch
                + ", " + reads + "; told " + membership.view();
    }
}
