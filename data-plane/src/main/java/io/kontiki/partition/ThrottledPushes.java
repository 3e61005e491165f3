package io.kontiki.partition;

import io.kontiki.metadata.TopicPartition;
import io.kontiki.replication.Effect;
import io.kontiki.replication.PartitionReplica;
import io.kontiki.replication.ReassignmentThrottle;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Lets the pushes of a partition go, those to replicas that are being added as fast as the broker's throttle lets them
 * (rule M11). Pushes to in-sync replicas and to those that are about to be pass at once (rule L18). Belongs to the
 * partition's event loop.
 */
final class ThrottledPushes {
    /** Sends a push; {@code takenBytes} were taken from the throttle for it, 0 if it does not concern the throttle. */
    interface Sending {
        void send(Effect.PushTo push, int takenBytes);
    }

    private final TopicPartition id;
    private final PartitionReplica replica;
    private final ReassignmentThrottle throttle;
    private final Sending sending;
    /** By follower, at most one each. */
    private final Map<Integer, Effect.PushTo> waiting = new TreeMap<>();

    private long limit;

    ThrottledPushes(TopicPartition id, PartitionReplica replica, ReassignmentThrottle throttle, Sending sending) {
        this.id = id;
        this.replica = replica;
        this.throttle = throttle;
        this.sending = sending;
    }

    void push(Effect.PushTo push, long nowNanos) {
        waiting.remove(push.follower());
        if (push.maxBytes() == 0 || !replica.isThrottled(push.follower(), nowNanos)) {
            sending.send(push, 0);
            return;
        }
        noteLimit(nowNanos);
        int bytes = throttle.pushBytes(push.maxBytes());
        if (throttle.take(id, push.follower(), bytes, nowNanos)) {
            sending.send(push.withMaxBytes(bytes), bytes);
        } else {
            waiting.put(push.follower(), push);
        }
    }

    /** Tries again what waits, as long as its link is there. */
    void onTick(long nowNanos) {
        noteLimit(nowNanos);
        for (Effect.PushTo push : List.copyOf(waiting.values())) {
            if (replica.isPushing(push.follower(), push.link())) {
                push(push, nowNanos);
            } else {
                waiting.remove(push.follower());
            }
        }
    }

    /** Whether {@link #onTick} has nothing to try again. */
    boolean isAtRest() {
        return waiting.isEmpty();
    }

    /** The partition ends here. */
    void stop(long nowNanos) {
        waiting.clear();
        throttle.limit(id, 0, nowNanos);
    }

    private void noteLimit(long nowNanos) {
        long now = replica.throttleBytesPerSecond();
        if (now != limit) {
            limit = now;
            throttle.limit(id, limit, nowNanos);
        }
    }
}
