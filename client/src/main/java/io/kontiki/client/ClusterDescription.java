package io.kontiki.client;

import java.util.List;
import java.util.OptionalInt;

/**
 * The cluster as a whole.
 *
 * @param clusterId id of the cluster
 * @param metadataVersion index of the metadata log up to which this is true
 * @param brokers by id
 * @param controllerId broker that leads the metadata quorum, as far as known
 * @param voters brokers that vote in the metadata quorum
 * @param topics number of topics
 * @param partitions number of partitions
 * @param offlinePartitions partitions without a leader
 * @param underReplicatedPartitions partitions with fewer in-sync replicas than replicas
 */
public record ClusterDescription(
        String clusterId,
        long metadataVersion,
        List<BrokerInfo> brokers,
        OptionalInt controllerId,
        List<Integer> voters,
        int topics,
        int partitions,
        int offlinePartitions,
        int underReplicatedPartitions) {}
