package io.kontiki.simulation;

import io.kontiki.metadata.TopicPartition;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * One {@code Replicate} stream: ordered in each direction; when it breaks, a tail of what is on its way is lost and each
 * end learns of it by itself, later.
 */
final class SimStream {
    private final class Direction {
        private final SimBroker source;
        private final SimBroker target;
        private final Deque<Consumer<SimBroker>> waiting = new ArrayDeque<>();
        private boolean heldBack;

        Direction(SimBroker source, SimBroker target) {
            this.source = source;
            this.target = target;
        }

        void send(Consumer<SimBroker> message) {
            if (!broken) {
                waiting.add(message);
                scheduler.after(network.delayNanos(), this::deliver);
            }
        }

        /** One delivery was scheduled for each message; each takes the oldest, which keeps the order. */
        private void deliver() {
            if (waiting.isEmpty()) {
                return;
            }
            if (heldBack || network.blocked(source.id(), target.id())) {
                scheduler.afterMillis(5, 20, this::deliver);
                return;
            }
            deliverNow();
        }

        void deliverNow() {
            target.execute(() -> {
                if (!waiting.isEmpty()) {
                    waiting.poll().accept(target);
                }
            });
        }

        boolean goes(int from, int to) {
            return source.id() == from && target.id() == to;
        }

        void cut() {
            if (heldBack) {
                return;
            }
            int kept = (int) scheduler.draw(0, waiting.size());
            while (waiting.size() > kept) {
                waiting.pollLast();
            }
        }
    }

    private final long id;
    private final Scheduler scheduler;
    private final Network network;
    private final Direction toLeader;
    private final Direction toFollower;
    private final Set<TopicPartition> attached = new LinkedHashSet<>();
    private long turnNanos;
    private boolean broken;

    SimStream(long id, Scheduler scheduler, Network network, SimBroker follower, SimBroker leader) {
        this.id = id;
        this.scheduler = scheduler;
        this.network = network;
        this.toLeader = new Direction(follower, leader);
        this.toFollower = new Direction(leader, follower);
    }

    long id() {
        return id;
    }

    SimBroker follower() {
        return toLeader.source;
    }

    SimBroker leader() {
        return toLeader.target;
    }

    /** Partitions that are to be told of its end. */
    Set<TopicPartition> attached() {
        return attached;
    }

    /** When what is to be read for the follower now is read: one after another. */
    long turn() {
        turnNanos = Math.max(turnNanos, scheduler.now() + scheduler.draw(0, Scheduler.MILLI));
        return turnNanos;
    }

    boolean joins(int first, int second) {
        return follower().id() == first && leader().id() == second
                || follower().id() == second && leader().id() == first;
    }

    boolean hasEnd(SimBroker broker) {
        return follower() == broker || leader() == broker;
    }

    void sendToLeader(Consumer<SimBroker> message) {
        toLeader.send(message);
    }

    void sendToFollower(Consumer<SimBroker> message) {
        toFollower.send(message);
    }

    /** What goes that way, also what is sent later, waits until it is let go; nothing of it is lost if the stream breaks. */
    void holdBack(int from, int to) {
        directions(from, to).forEach(direction -> direction.heldBack = true);
    }

    void letGo(int from, int to) {
        directions(from, to).forEach(direction -> direction.heldBack = false);
    }

    void letGo() {
        toLeader.heldBack = false;
        toFollower.heldBack = false;
    }

    /** One message of those held back. */
    void letOneGo(int from, int to) {
        directions(from, to).filter(direction -> direction.heldBack).forEach(Direction::deliverNow);
    }

    private Stream<Direction> directions(int from, int to) {
        return Stream.of(toLeader, toFollower).filter(direction -> direction.goes(from, to));
    }

    void breakNow() {
        if (broken) {
            return;
        }
        broken = true;
        network.forget(this);
        toLeader.cut();
        toFollower.cut();
        learnLater(follower(), broker -> broker.transport().onStreamToLeaderBroken(this), toFollower);
        learnLater(leader(), broker -> broker.transport().onStreamFromFollowerBroken(this), toLeader);
    }

    /** What was received before the end is read before the end. */
    private void learnLater(SimBroker broker, Consumer<SimBroker> event, Direction incoming) {
        scheduler.afterMillis(
                1,
                scheduler.chance(0.2) ? 2_000 : 50,
                () -> broker.execute(() -> {
                    if (incoming.heldBack) {
                        learnLater(broker, event, incoming);
                        return;
                    }
                    while (!incoming.waiting.isEmpty()) {
                        incoming.waiting.poll().accept(broker);
                    }
                    event.accept(broker);
                }));
    }
}
