package io.kontiki.client;

import io.kontiki.client.MembershipView.Assignment;
import io.kontiki.client.OffsetCalls.Asker;
import java.time.Duration;
import java.util.Set;
import java.util.SortedSet;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * The consumer's part in its group: makes what the membership is told true for the fetcher, tells the listener, and commits.
 * Belongs to the consumer's thread.
 */
final class Subscriber implements Fetcher.Turn {
    private static final System.Logger LOG = System.getLogger(Subscriber.class.getName());
    private static final Duration DEFAULT_REBALANCE_TIMEOUT = Duration.ofSeconds(60);

    private final GroupConfig settings;
    private final Duration requestTimeout;
    private final Fetcher fetcher;
    private final ConsumerCommits commits;
    private final MembershipLoop membership;

    private Subscription subscription = Subscription.NONE;
    private long subscriptions;
    private RebalanceListener listener = RebalanceListener.NONE;
    private int life;
    private long applied;
    private int memberEpoch;
    private long refusalTold;
    /** Of the last membership that this consumer ended; done when the group knows. */
    private CompletableFuture<Void> left = CompletableFuture.completedFuture(null);

    Subscriber(
            GroupConfig settings,
            ConsumerConfig config,
            ClientConfig client,
            Fetcher fetcher,
            MetadataTracker tracker,
            Channels channels) {
        this.settings = settings;
        this.requestTimeout = client.requestTimeout();
        this.fetcher = fetcher;
        var offsets = new OffsetCalls(
                new AnyBroker(channels, tracker::candidates, client.requestTimeout(), client.connectTimeout()));
        this.commits = new ConsumerCommits(settings, requestTimeout, fetcher, offsets, this::asker);
        this.membership = new MembershipLoop(settings, tracker, channels, new SplittableRandom(), fetcher::nudge);
        fetcher.startWith(new GroupStarts(offsets, this::asker, config.resetPolicy(), requestTimeout));
    }

    ConsumerCommits commits() {
        return commits;
    }

    String memberId() {
        return settings.memberId();
    }

    Set<String> topicNames() {
        return Set.copyOf(subscription.topics());
    }

    private boolean isSubscribed() {
        return !subscription.isEmpty();
    }

    void requireNoSubscription() {
        if (isSubscribed()) {
            throw new IllegalStateException("the consumer subscribes to topics; unsubscribe first");
        }
    }

    void subscribe(Subscription wanted, RebalanceListener told) {
        if (!isSubscribed() && !fetcher.partitions().isEmpty()) {
            throw new IllegalStateException("partitions are assigned; unsubscribe first");
        }
        listener = told;
        subscription = wanted;
        subscriptions++;
        membership.subscribe(subscriptions, wanted);
    }

    // ---- What happens in a poll

    @Override
    public void take() {
        if (isSubscribed()) {
            takeChanges();
        }
        commits.commitIfDue();
    }

    private void takeChanges() {
        var failures = new Failures();
        var view = membership.view();
        while (view.subscriptionNumber() == subscriptions && isNews(view)) {
            if (view.life() != life) {
                lose(view.life(), failures);
            } else {
                apply(view.assignment().orElseThrow(), failures);
            }
            view = membership.view();
        }
        failures.rethrow();
        tellRefusal(view);
    }

    private boolean isNews(MembershipView view) {
        return view.life() != life
                || view.assignment().filter(a -> a.number() != applied).isPresent();
    }

    /** Whether nobody else can own by now what this member reads. */
    @Override
    public boolean mayRead() {
        if (!isSubscribed()) {
            return true;
        }
        var view = membership.view();
        return view.life() == life && view.heldUntilNanos() - System.nanoTime() > 0;
    }

    private void tellRefusal(MembershipView view) {
        var refusal = view.refusal();
        if (refusal.isPresent() && view.subscriptionNumber() == subscriptions) {
            boolean news = refusal.get().number() != refusalTold;
            refusalTold = refusal.get().number();
            if (news || refusal.get().last()) {
                var error = refusal.get().error();
                throw new KontikiException(
                        error.reason(), "group " + settings.groupId() + ": " + error.getMessage(), error);
            }
        }
    }

    private void lose(int newLife, Failures failures) {
        var lost = owned();
        letGo(lost, new TreeSet<>());
        life = newLife;
        applied = 0;
        memberEpoch = 0;
        if (!lost.isEmpty()) {
            LOG.log(System.Logger.Level.WARNING, "group {0}: lost {1}", settings.groupId(), lost);
            failures.collect(() -> listener.onLost(lost));
        }
        membership.lossNoticed(newLife);
    }

    private void apply(Assignment assignment, Failures failures) {
        var owned = owned();
        var revoked = new TreeSet<>(owned);
        revoked.removeAll(assignment.partitions());
        if (!revoked.isEmpty()) {
            revoke(revoked, timeToLetGo(), failures);
        }
        var kept = new TreeSet<>(owned);
        kept.removeAll(revoked);
        letGo(revoked, kept);
        applied = assignment.number();
        memberEpoch = assignment.memberEpoch();
        membership.applied(life, applied);
        if (membership.view().life() == life) {
            var added = new TreeSet<>(assignment.partitions());
            added.removeAll(owned);
            fetcher.assign(assignment.partitions());
            if (!added.isEmpty()) {
                failures.collect(() -> listener.onAssigned(added));
            }
        }
    }

    private SortedSet<TopicPartition> owned() {
        return new TreeSet<>(fetcher.partitions().keySet());
    }

    private void letGo(SortedSet<TopicPartition> gone, SortedSet<TopicPartition> kept) {
        fetcher.assign(kept);
        commits.forget(gone);
    }

    /** Leaves time for the listener. */
    private Duration timeToLetGo() {
        var rebalance = settings.rebalanceTimeoutMillis().isPresent()
                ? Duration.ofMillis(settings.rebalanceTimeoutMillis().getAsInt())
                : DEFAULT_REBALANCE_TIMEOUT;
        var half = rebalance.dividedBy(2);
        return half.compareTo(requestTimeout) < 0 ? half : requestTimeout;
    }

    /** All that happens before partitions are let go: their next owner starts at what is committed then. */
    private void revoke(SortedSet<TopicPartition> revoked, Duration timeout, Failures failures) {
        commits.settle(revoked, timeout);
        if (isSubscribed()) {
            failures.collect(() -> listener.onRevoked(revoked));
        }
        commits.awaitAll(timeout);
    }

    /** On whose behalf, by what this thread has applied: a later epoch would claim what an earlier life has read. */
    private Asker asker() {
        return isSubscribed()
                ? new Asker(settings.groupId(), settings.memberId(), memberEpoch)
                : Asker.outsideOf(settings.groupId());
    }

    // ---- The end

    /** Leaves for good. */
    void unsubscribe(Duration timeout) {
        var failures = new Failures();
        leave(false, timeout, failures);
        failures.rethrow();
    }

    private void leave(boolean temporarily, Duration timeout, Failures failures) {
        var owned = owned();
        if (!owned.isEmpty()) {
            if (isSubscribed() && membership.view().life() != life) {
                failures.collect(() -> listener.onLost(owned));
            } else {
                revoke(owned, timeout, failures);
            }
            letGo(owned, new TreeSet<>());
        }
        if (isSubscribed()) {
            subscription = Subscription.NONE;
            memberEpoch = 0;
            left = membership.leave(temporarily);
        }
    }

    void close(Duration timeout) {
        long deadlineNanos = System.nanoTime() + timeout.toNanos();
        var failures = new Failures();
        try {
            leave(settings.instanceId().isPresent(), timeout.dividedBy(2), failures);
            // Also of an unsubscribe before: cut off now, the group would keep the member until its session time-out.
            awaitLeft(left, deadlineNanos - System.nanoTime());
        } finally {
            membership.close();
            commits.close();
        }
        failures.rethrow();
    }

    /** The group is told nothing. */
    void abandon() {
        membership.close();
        commits.close();
    }

    private static void awaitLeft(CompletableFuture<Void> goodBye, long nanos) {
        try {
            goodBye.get(Math.max(0, nanos), TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            LOG.log(System.Logger.Level.DEBUG, "left without an answer of the group");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException e) {
            throw new AssertionError("never completed so", e);
        }
    }
}
