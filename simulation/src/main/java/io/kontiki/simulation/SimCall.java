package io.kontiki.simulation;

import io.kontiki.proto.v1.ErrorReason;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * A call of a member about its group: through one broker after the other, until it has an answer that stands or its time is
 * over. What is on its way of an attempt that was given up may arrive at any time.
 */
final class SimCall {
    private static final long ATTEMPT_NANOS = 1_000 * Scheduler.MILLI;

    private final Cluster cluster;
    private final Scheduler scheduler;
    private final SimMember member;
    private final SimGroups.Call event;
    private final long deadlineNanos;
    private final Consumer<Optional<SimGroups.Answer>> done;
    private long attempts;
    private boolean over;

    /** @param done told once: empty if the time is over; never if the member dies */
    SimCall(
            Cluster cluster,
            SimMember member,
            SimGroups.Call event,
            long timeoutMillis,
            Consumer<Optional<SimGroups.Answer>> done) {
        this.cluster = cluster;
        this.scheduler = cluster.scheduler();
        this.member = member;
        this.event = event;
        this.deadlineNanos = scheduler.now() + timeoutMillis * Scheduler.MILLI;
        this.done = done;
    }

    void attempt() {
        if (over || !member.running()) {
            return;
        }
        if (scheduler.now() >= deadlineNanos) {
            finish(Optional.empty());
            return;
        }
        long number = ++attempts;
        long patience = Math.min(ATTEMPT_NANOS, deadlineNanos - scheduler.now());
        scheduler.after(patience, () -> again(number));
        cluster.anyBroker()
                .ifPresent(broker -> scheduler.after(cluster.network().delayNanos(), () -> {
                    broker.execute(() -> {
                        if (broker.serving()) {
                            broker.groups().call(member.groupId(), event, told -> answer(number, told));
                        }
                    });
                }));
    }

    private void again(long number) {
        member.execute(() -> {
            if (attempts == number) {
                attempt();
            }
        });
    }

    private void answer(long number, SimGroups.Answer told) {
        if (cluster.losesAnswer()) {
            return;
        }
        scheduler.after(
                cluster.network().delayNanos(),
                () -> member.execute(() -> {
                    if (over || attempts != number) {
                        return;
                    }
                    if (mayRepeat(told.refusal())) {
                        scheduler.afterMillis(20, 200, () -> again(number));
                    } else {
                        finish(Optional.of(told));
                    }
                }));
    }

    private static boolean mayRepeat(ErrorReason reason) {
        return switch (reason) {
            case ERROR_REASON_NOT_COORDINATOR,
                    ERROR_REASON_LEASE_EXPIRED,
                    ERROR_REASON_QUORUM_UNAVAILABLE,
                    ERROR_REASON_CONCURRENT_CHANGE,
                    ERROR_REASON_OVERLOADED -> true;
            default -> false;
        };
    }

    private void finish(Optional<SimGroups.Answer> told) {
        over = true;
        done.accept(told);
    }
}
