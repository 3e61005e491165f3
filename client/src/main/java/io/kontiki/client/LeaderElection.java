package io.kontiki.client;

import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * What an election by hand came to, for one partition.
 *
 * @param leader the leader now, if there is one
 * @param leaderEpoch number of its leadership
 * @param failure why the partition does not have the leader that was asked for; empty if it has
 * @param held after an unclean election, or while it waits: what the replicas told that they hold
 * @param lostFromOffset after an unclean election: the new leader's end, where what is lost begins
 * @param lostToOffset after an unclean election: behind the last record that any replica told of; the same as {@code
 *     lostFromOffset} if nothing is known to be lost
 * @param notHeard after an unclean election: brokers that had every acknowledged record when they left, and whose logs
 *     nobody has heard of; if there are any, more may be lost, and nobody knows how much. While it waits: for whom
 */
public record LeaderElection(
        OptionalInt leader,
        int leaderEpoch,
        Optional<KontikiException> failure,
        List<Held> held,
        long lostFromOffset,
        long lostToOffset,
        List<Integer> notHeard) {
    public LeaderElection {
        held = List.copyOf(held);
        notHeard = List.copyOf(notHeard);
    }

    /**
     * What one replica holds.
     *
     * @param brokerId its broker
     * @param lastEpoch leader epoch of its last batch; empty if its log is
     * @param endOffset behind its last record
     * @param highWatermark below this it knows all to be committed
     * @param logLost whether it runs without a log of the partition
     */
    public record Held(int brokerId, OptionalInt lastEpoch, long endOffset, long highWatermark, boolean logLost) {}
}
