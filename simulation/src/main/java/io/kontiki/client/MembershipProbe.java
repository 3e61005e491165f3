package io.kontiki.client;

import io.kontiki.proto.v1.JoinRequest;
import io.kontiki.proto.v1.JoinResponse;
import io.kontiki.proto.v1.PartitionError;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;

/**
 * Lets the simulator drive a {@link Membership}; here, so that the client shows nothing for its sake. Not thread-safe. Times
 * are of the monotonic clock, in nanoseconds.
 */
public final class MembershipProbe {
    /** As of {@link MembershipLoop}. */
    private static final long MIN_BACKOFF_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

    private static final long MAX_BACKOFF_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

    private final Membership membership;
    private final Streams streams;
    private long subscriptions;

    /** Streams to the group, named by numbers that rise; one is open at a time. */
    public interface Streams {
        /** Opens one, and sends its first message. */
        void connect(long link, JoinRequest first);

        /** Sends on the one that is open. */
        void send(JoinRequest request);

        /** Breaks off the one that is open. */
        void cancel();
    }

    /** A partition by name. */
    public record Partition(String topic, int number) implements Comparable<Partition> {
        @Override
        public int compareTo(Partition other) {
            int byTopic = topic.compareTo(other.topic);
            return byTopic != 0 ? byTopic : Integer.compare(number, other.number);
        }
    }

    /**
     * What the consumer sees.
     *
     * @param life changes whenever all partitions are lost
     * @param assignment number of the latest assignment of this life; 0 before the first
     * @param memberEpoch of that
     * @param partitions of that
     * @param heldUntilNanos until then nobody else owns them
     * @param isMember whether it is one, or about to be, or saying good-bye
     * @param gaveUp whether it was refused for good
     */
    public record View(
            int life,
            long assignment,
            int memberEpoch,
            SortedSet<Partition> partitions,
            long heldUntilNanos,
            boolean isMember,
            boolean gaveUp) {}

    /** One that is not subscribed yet. */
    public MembershipProbe(
            String groupId,
            String memberId,
            Optional<String> instanceId,
            int sessionMillis,
            int rebalanceMillis,
            RandomGenerator random,
            Streams streams) {
        var settings = new GroupConfig(
                groupId,
                memberId,
                instanceId,
                Optional.empty(),
                OptionalInt.of(sessionMillis),
                OptionalInt.of(rebalanceMillis),
                true,
                Duration.ofSeconds(5),
                "simulated",
                true);
        this.membership =
                new Membership(settings, random.nextLong(), new Backoff(MIN_BACKOFF_NANOS, MAX_BACKOFF_NANOS, random));
        this.streams = streams;
    }

    /** What the consumer's thread would be told now. */
    public View view() {
        var view = membership.view();
        var partitions = new TreeSet<Partition>();
        view.assignment()
                .ifPresent(assignment -> assignment
                        .partitions()
                        .forEach(each -> partitions.add(new Partition(each.topic(), each.partition()))));
        return new View(
                view.life(),
                view.assignment().map(MembershipView.Assignment::number).orElse(0L),
                view.assignment().map(MembershipView.Assignment::memberEpoch).orElse(0),
                partitions,
                view.heldUntilNanos(),
                view.state() != Membership.State.UNJOINED,
                view.refusal().filter(MembershipView.Refusal::last).isPresent());
    }

    /** Whether its partitions are its own: it has that life, and its session is not over by its own clock. */
    public boolean holds(int life, long nowNanos) {
        var view = membership.view();
        return view.life() == life && view.heldUntilNanos() - nowNanos > 0;
    }

    /** @param topics by name; @param pattern that whole names match, empty for none */
    public void subscribe(Collection<String> topics, String pattern, long nowNanos) {
        run(membership.onSubscribe(++subscriptions, new Subscription(new TreeSet<>(topics), pattern), nowNanos));
    }

    /** The consumer has let go of everything. */
    public void leave(boolean temporarily, long nowNanos) {
        run(membership.onLeave(temporarily, nowNanos));
    }

    /** The consumer owns what that assignment has, and nothing else. */
    public void applied(int life, long assignment, long nowNanos) {
        run(membership.onApplied(life, assignment, nowNanos));
    }

    /** The consumer reads nothing of an earlier life. */
    public void lossNoticed(int life, long nowNanos) {
        run(membership.onLossNoticed(life, nowNanos));
    }

    /** Came on that stream. */
    public void onMessage(long link, JoinResponse response, long nowNanos) {
        run(membership.onMessage(link, response, nowNanos));
    }

    /** That stream is over as the broker wants it. */
    public void onEnd(long link, long nowNanos) {
        run(membership.onLinkEnd(link, Optional.empty(), nowNanos));
    }

    /** That stream failed for a reason that a broker gave. */
    public void onFailed(long link, io.kontiki.proto.v1.ErrorReason reason, String message, long nowNanos) {
        var error = PartitionError.newBuilder().setReason(reason).setMessage(message);
        run(membership.onLinkEnd(link, Optional.of(Errors.of(error.build(), "join")), nowNanos));
    }

    /** That stream broke. */
    public void onBroken(long link, long nowNanos) {
        var error = new KontikiException(ErrorReason.DISCONNECTED, "broken");
        run(membership.onLinkEnd(link, Optional.of(error), nowNanos));
    }

    /** @return how long until it wants to be called again */
    public long onTick(long nowNanos) {
        run(membership.onTick(nowNanos));
        return membership.nextDueNanos(nowNanos);
    }

    private void run(List<Membership.Effect> effects) {
        for (var effect : effects) {
            if (effect instanceof Membership.Connect connect) {
                streams.connect(connect.link(), connect.first());
            } else if (effect instanceof Membership.Send send) {
                streams.send(send.request());
            } else {
                streams.cancel();
            }
        }
    }
}
