package io.kontiki.replication;

import io.kontiki.metadata.TopicPartition;
import java.util.Collections;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Bounds what one broker sends to replicas that are being added, over all its partitions (rule M11): a bucket of bytes that
 * fills at the smallest limit of those partitions. Who finds it empty asks again soon, and comes before those that asked
 * later, so that nobody waits for good. Waits for nobody itself and reads no clock. Any thread.
 */
public final class ReassignmentThrottle {
    private static final double NANOS_PER_SECOND = 1e9;
    /** What was not used for so long may be made up for. */
    private static final double BURST_SECONDS = 0.25;
    /** One push takes so long, where it can be cut so small: others come between. */
    private static final double PUSH_SECONDS = 0.1;
    /** Who does not ask again within this has given up. */
    private static final long PATIENCE_NANOS = 1_000_000_000L;

    private record Receiver(TopicPartition partition, int brokerId) {}

    private record Waiting(int bytes, long askedNanos) {}

    private final Map<TopicPartition, Long> limits = new HashMap<>();
    /** The smallest of them. */
    private double limit = Long.MAX_VALUE;

    private final Map<Receiver, Waiting> waiting = new LinkedHashMap<>();
    /** Below 0 after more was sent than was there: a batch is not cut. */
    private double bytesLeft;

    private long filledNanos;

    /** @param nowNanos of a monotonic clock, as in all methods */
    public ReassignmentThrottle(long nowNanos) {
        this.filledNanos = nowNanos;
    }

    /**
     * Notes that replicas of a partition are added under that limit.
     *
     * @param bytesPerSecond at least 1; 0 for none any more
     */
    public synchronized void limit(TopicPartition partition, long bytesPerSecond, long nowNanos) {
        fill(nowNanos);
        if (bytesPerSecond > 0) {
            limits.put(partition, bytesPerSecond);
        } else {
            limits.remove(partition);
            waiting.keySet().removeIf(receiver -> receiver.partition().equals(partition));
        }
        limit = limits.isEmpty() ? Long.MAX_VALUE : Collections.min(limits.values());
    }

    /** How much to send at once, of at most so many bytes; at least 1. */
    public synchronized int pushBytes(int bytesMax) {
        return (int) Math.max(1, Math.min(bytesMax, limit * PUSH_SECONDS));
    }

    /**
     * Takes bytes for a push.
     *
     * @return false if they must not be sent now: ask again soon
     */
    public synchronized boolean take(TopicPartition partition, int brokerId, int bytes, long nowNanos) {
        fill(nowNanos);
        Receiver receiver = new Receiver(partition, brokerId);
        if (isEnoughFor(receiver, nowNanos)) {
            waiting.remove(receiver);
            bytesLeft -= bytes;
            return true;
        }
        waiting.put(receiver, new Waiting(bytes, nowNanos));
        return false;
    }

    /** A push turned out larger or smaller than what was taken for it. */
    public synchronized void sent(int takenBytes, int sentBytes) {
        bytesLeft += takenBytes - sentBytes;
    }

    /**
     * Whether something is left beside what is wanted by those that came before. All event loops share this: it looks at
     * no more of the line than what is there would do for.
     */
    private boolean isEnoughFor(Receiver receiver, long nowNanos) {
        double left = bytesLeft;
        Iterator<Map.Entry<Receiver, Waiting>> line = waiting.entrySet().iterator();
        while (left > 0 && line.hasNext()) {
            Map.Entry<Receiver, Waiting> other = line.next();
            if (other.getKey().equals(receiver)) {
                return true;
            }
            if (nowNanos - other.getValue().askedNanos() > PATIENCE_NANOS) {
                line.remove();
            } else {
                left -= other.getValue().bytes();
            }
        }
        return left > 0;
    }

    private void fill(long nowNanos) {
        double seconds = Math.max(0, nowNanos - filledNanos) / NANOS_PER_SECOND;
        bytesLeft = Math.min(bytesLeft + limit * seconds, limit * BURST_SECONDS);
        filledNanos = nowNanos;
    }
}
