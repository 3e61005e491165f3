package io.kontiki.client;

import io.kontiki.client.Membership.Cancel;
import io.kontiki.client.Membership.Connect;
import io.kontiki.client.Membership.Effect;
import io.kontiki.client.Membership.Send;
import io.kontiki.proto.v1.JoinRequest;
import io.kontiki.proto.v1.JoinResponse;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;

/**
 * Drives a {@link Membership} on a thread of its own, so that heartbeats go out however long the consumer's thread is busy.
 * Methods may be called from any thread.
 */
final class MembershipLoop implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(MembershipLoop.class.getName());
    private static final long MIN_BACKOFF_NANOS = TimeUnit.MILLISECONDS.toNanos(20);
    private static final long MAX_BACKOFF_NANOS = TimeUnit.MILLISECONDS.toNanos(500);
    private static final long LONGEST_WAIT_NANOS = TimeUnit.SECONDS.toNanos(10);

    private final GroupConfig settings;
    private final Membership membership;
    private final MetadataTracker tracker;
    private final Channels channels;
    private final Runnable onChange;
    private final EventLoop loop;
    private volatile MembershipView view;
    private Optional<JoinStream> stream = Optional.empty();
    private CompletableFuture<Void> left = CompletableFuture.completedFuture(null);
    private int dials;

    /** @param onChange called when the view is another one; must not block */
    MembershipLoop(
            GroupConfig settings,
            MetadataTracker tracker,
            Channels channels,
            RandomGenerator random,
            Runnable onChange) {
        this.settings = settings;
        this.tracker = tracker;
        this.channels = channels;
        this.onChange = onChange;
        this.dials = random.nextInt(1 << 16);
        this.membership =
                new Membership(settings, random.nextLong(), new Backoff(MIN_BACKOFF_NANOS, MAX_BACKOFF_NANOS, random));
        this.view = membership.view();
        this.loop = new EventLoop("kontiki-group", this::step, () -> stream.ifPresent(s -> s.cancel("closed")));
        loop.start();
    }

    MembershipView view() {
        return view;
    }

    void subscribe(long number, Subscription subscription) {
        loop.post(() -> run(membership.onSubscribe(number, subscription, System.nanoTime())));
    }

    /** See {@link Membership#onApplied}. */
    void applied(int life, long assignment) {
        loop.post(() -> run(membership.onApplied(life, assignment, System.nanoTime())));
    }

    /** See {@link Membership#onLossNoticed}. */
    void lossNoticed(int life) {
        loop.post(() -> run(membership.onLossNoticed(life, System.nanoTime())));
    }

    /** Leaves the group; done when the group knows, or nothing more can be done about it. */
    CompletableFuture<Void> leave(boolean temporarily) {
        var done = new CompletableFuture<Void>();
        loop.post(() -> {
            left = done;
            run(membership.onLeave(temporarily, System.nanoTime()));
        });
        return done;
    }

    private long step() {
        run(membership.onTick(System.nanoTime()));
        return Math.min(LONGEST_WAIT_NANOS, membership.nextDueNanos(System.nanoTime()));
    }

    private void run(List<Effect> effects) {
        effects.forEach(this::run);
        var now = membership.view();
        if (!now.equals(view)) {
            log(view, now);
            view = now;
            onChange.run();
        }
        if (now.state() != Membership.State.LEAVING) {
            left.complete(null);
        }
    }

    private void run(Effect effect) {
        if (effect instanceof Connect connect) {
            connect(connect.link(), connect.first());
        } else if (effect instanceof Send send) {
            stream.ifPresent(s -> s.send(send.request()));
        } else if (effect instanceof Cancel cancel) {
            stream.ifPresent(s -> s.cancel(cancel.why()));
            stream = Optional.empty();
        } else {
            throw new AssertionError(effect);
        }
    }

    /** Through another broker each time: the last one may be what is wrong. */
    private void connect(long link, JoinRequest first) {
        var brokers = tracker.candidates();
        var address = brokers.get(Math.floorMod(dials++, brokers.size()));
        stream = Optional.empty();
        try {
            stream = Optional.of(JoinStream.open(channels.to(address), address, new Posting(link)));
            stream.get().send(first);
        } catch (KontikiException e) {
            loop.post(() -> run(membership.onLinkEnd(link, Optional.of(e), System.nanoTime())));
        }
    }

    private void log(MembershipView before, MembershipView now) {
        if (before.state() != now.state()) {
            boolean bad = now.state() == Membership.State.FENCED;
            LOG.log(
                    bad ? System.Logger.Level.WARNING : System.Logger.Level.DEBUG,
                    () -> "group " + settings.groupId() + ", member " + settings.memberId() + ": "
                            + before.state() + " -> " + now.state()
                            + now.assignment()
                                    .map(a -> ", epoch " + a.memberEpoch() + ", " + a.partitions())
                                    .orElse(""));
        }
    }

    /** Breaks off what is under way. */
    @Override
    public void close() {
        loop.stop();
    }

    /** Moves what happens on a stream to the loop. */
    private final class Posting implements JoinStream.Listener {
        private final long link;

        private Posting(long link) {
            this.link = link;
        }

        @Override
        public void onMessage(JoinResponse response) {
            loop.post(() -> run(membership.onMessage(link, response, System.nanoTime())));
        }

        @Override
        public void onEnd(Optional<KontikiException> error) {
            loop.post(() -> run(membership.onLinkEnd(link, error, System.nanoTime())));
        }
    }
}
