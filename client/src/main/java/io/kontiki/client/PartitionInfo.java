package io.kontiki.client;

import java.util.List;
import java.util.OptionalInt;

/**
 * A partition as the cluster's metadata has it.
 *
 * @param partition its number
 * @param leader id of the leading broker, if there is one now
 * @param leaderEpoch number of the leadership
 * @param partitionEpoch version of this record
 * @param replicas ids of the brokers that hold a copy, the preferred leader first
 * @param isr those in sync
 * @param elr those out of the ISR that still hold every committed record
 * @param minIsr in-sync replicas that an acknowledged write needs
 */
public record PartitionInfo(
        int partition,
        OptionalInt leader,
        int leaderEpoch,
        int partitionEpoch,
        List<Integer> replicas,
        List<Integer> isr,
        List<Integer> elr,
        int minIsr) {}
