package io.kontiki.replication;

import io.kontiki.metadata.PartitionRegistration;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Who led a partition before its present leader, and may have a lease still without knowing that it is replaced (rule L13). A
 * lease is over one session after the replacement was seen here at the latest. Not every record may be seen: an image can
 * take several steps at once (rule Q8), and a log may be opened late. Then any broker may have led.
 */
final class FormerLeaders {
    private final long sessionNanos;
    private final Map<Integer, Long> replacedAt = new TreeMap<>();
    private boolean anyMayHaveLed;
    private long anyReplacedAt;

    FormerLeaders(long sessionNanos) {
        this.sessionNanos = sessionNanos;
    }

    /** The first record that is seen; a partition is born in epoch 0. */
    void onFirst(PartitionRegistration record, long nowNanos) {
        if (record.leaderEpoch() > 0) {
            noteAny(nowNanos);
        }
    }

    void onNext(PartitionRegistration before, PartitionRegistration record, long nowNanos) {
        replacedAt.values().removeIf(at -> isOver(at, nowNanos));
        if (record.leaderEpoch() > before.leaderEpoch() + 1) {
            noteAny(nowNanos);
        }
        if (record.leaderEpoch() > before.leaderEpoch() && before.hasLeader()) {
            replacedAt.put(before.leader(), nowNanos);
        }
    }

    private void noteAny(long nowNanos) {
        anyMayHaveLed = true;
        anyReplacedAt = nowNanos;
    }

    /** @param registered ids of the brokers that there are */
    Set<Integer> mayHaveALease(Set<Integer> registered, long nowNanos) {
        Set<Integer> leaders = new TreeSet<>();
        replacedAt.forEach((id, at) -> {
            if (!isOver(at, nowNanos)) {
                leaders.add(id);
            }
        });
        if (anyMayHaveLed && !isOver(anyReplacedAt, nowNanos)) {
            leaders.addAll(registered);
        }
        return leaders;
    }

    private boolean isOver(long replacedAtNanos, long nowNanos) {
        return nowNanos - replacedAtNanos > sessionNanos;
    }
}
