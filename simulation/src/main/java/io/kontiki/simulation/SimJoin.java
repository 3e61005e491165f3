package io.kontiki.simulation;

import io.kontiki.group.Refusal;
import io.kontiki.proto.v1.ErrorReason;
import io.kontiki.proto.v1.JoinRequest;
import io.kontiki.proto.v1.JoinResponse;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * A member's stream to the coordinator of its group, through the broker that it dialled: ordered in each direction. When it
 * breaks, what is on its way is lost, and each end learns of it by itself, later.
 */
final class SimJoin {
    private final long id;
    private final Cluster cluster;
    private final Scheduler scheduler;
    private final Network network;
    private final SimMember member;
    private final long link;
    private final SimBroker entry;
    private final String groupId;
    private final Deque<JoinRequest> up = new ArrayDeque<>();
    private final Deque<Runnable> down = new ArrayDeque<>();
    private Optional<SimBroker> coordinator = Optional.empty();
    private boolean over;

    /** @param link what the member calls it */
    SimJoin(long id, Cluster cluster, SimMember member, long link, SimBroker entry) {
        this.id = id;
        this.cluster = cluster;
        this.scheduler = cluster.scheduler();
        this.network = cluster.network();
        this.member = member;
        this.link = link;
        this.entry = entry;
        this.groupId = member.groupId();
    }

    /** Of all of a run. */
    long id() {
        return id;
    }

    boolean enters(SimBroker broker) {
        return entry == broker;
    }

    boolean joins(int first, int second) {
        int there = coordinator.map(SimBroker::id).orElse(entry.id());
        return entry.id() == first && there == second || entry.id() == second && there == first;
    }

    boolean hasEnd(SimBroker broker) {
        return entry == broker || coordinator.filter(broker::equals).isPresent();
    }

    // ---- To the coordinator

    void send(JoinRequest request) {
        if (!over) {
            up.add(request);
            scheduler.after(network.delayNanos(), this::arrive);
        }
    }

    /** One arrival was scheduled for each message; each takes the oldest, which keeps the order. */
    private void arrive() {
        entry.execute(() -> {
            if (over || up.isEmpty() || coordinator.isEmpty() && !findCoordinator()) {
                return;
            }
            SimBroker there = coordinator.orElseThrow();
            if (network.blocked(entry.id(), there.id())) {
                scheduler.afterMillis(5, 20, this::arrive);
                return;
            }
            JoinRequest request = up.remove();
            there.execute(() -> {
                if (!over) {
                    there.groups().onRequest(this, request);
                }
            });
        });
    }

    private boolean findCoordinator() {
        OptionalInt owner = entry.groups().coordinatorOf(groupId);
        if (owner.isPresent() && owner.getAsInt() == entry.id()) {
            coordinator = Optional.of(entry);
        } else if (owner.isPresent() && network.reachable(entry.id(), owner.getAsInt())) {
            coordinator = cluster.node(owner.getAsInt()).serving();
        }
        if (coordinator.isEmpty()) {
            fail(ErrorReason.ERROR_REASON_NOT_COORDINATOR);
        }
        return coordinator.isPresent();
    }

    // ---- To the member

    void sendToMember(JoinResponse response) {
        toMember(() -> member.onMessage(link, response));
    }

    void endByCoordinator(Optional<Refusal> refusal) {
        toMember(() -> {
            close();
            refusal.ifPresentOrElse(
                    it -> member.onStreamFailed(link, it.reason(), it.message()), () -> member.onStreamEnd(link));
        });
    }

    private void toMember(Runnable message) {
        if (!over) {
            down.add(message);
            scheduler.after(network.delayNanos(), this::comeBack);
        }
    }

    private void comeBack() {
        entry.execute(() -> {
            if (over || down.isEmpty()) {
                return;
            }
            if (network.blocked(coordinator.orElseThrow().id(), entry.id())) {
                scheduler.afterMillis(5, 20, this::comeBack);
                return;
            }
            Runnable message = down.remove();
            member.execute(() -> {
                if (!over) {
                    message.run();
                }
            });
        });
    }

    // ---- The end

    private void close() {
        over = true;
        up.clear();
        down.clear();
        network.forget(this);
    }

    /** The broker that the member dialled has none to pass it on to. */
    private void fail(ErrorReason reason) {
        close();
        scheduler.after(
                network.delayNanos(),
                () -> member.execute(() -> member.onStreamFailed(link, reason, "not coordinated there")));
    }

    /** As far as the broker that relays it knows, another one coordinates the group. */
    void onSlots() {
        boolean moved = coordinator.isPresent()
                && coordinator.get() != entry
                && entry.groups().coordinatorOf(groupId).orElse(0)
                        != coordinator.get().id();
        if (moved) {
            tellCoordinator();
            fail(ErrorReason.ERROR_REASON_NOT_COORDINATOR);
        }
    }

    /** By the member. */
    void cancel() {
        endAll();
    }

    /** Between the brokers, or as one of them is gone. */
    void breakNow() {
        boolean relayTellsOf = entry.running();
        if (endAll()) {
            scheduler.afterMillis(
                    1,
                    scheduler.chance(0.1) ? 2_000 : 50,
                    () -> member.execute(() -> {
                        if (relayTellsOf) {
                            member.onStreamFailed(link, ErrorReason.ERROR_REASON_NOT_COORDINATOR, "lost");
                        } else {
                            member.onStreamBroken(link);
                        }
                    }));
        }
    }

    /** Between the member and the broker that it dialled. */
    void breakAtMember() {
        if (endAll()) {
            scheduler.afterMillis(1, 50, () -> member.execute(() -> member.onStreamBroken(link)));
        }
    }

    private boolean endAll() {
        boolean wasOpen = !over;
        if (wasOpen) {
            close();
            tellCoordinator();
        }
        return wasOpen;
    }

    private void tellCoordinator() {
        coordinator.ifPresent(there -> scheduler.afterMillis(
                0,
                scheduler.chance(0.1) ? 2_000 : 20,
                () -> there.execute(() -> there.groups().onGone(this))));
    }
}
