package io.kontiki.service;

import io.kontiki.proto.v1.CancelReassignmentsRequest;
import io.kontiki.proto.v1.ElectLeadersRequest;
import io.kontiki.proto.v1.ErrorReason;
import io.kontiki.proto.v1.PartitionName;
import io.kontiki.proto.v1.ReassignPartitionsRequest;
import io.kontiki.proto.v1.ReassignedPartition;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** What requests about partitions may hold, checked before they go to the controller; each method throws the refusal. */
final class PartitionRequests {
    static final int PARTITIONS_MAX = 1000;
    private static final int REPLICAS_MAX = 100;
    private static final int WITHOUT_MAX = 100;

    private PartitionRequests() {}

    static void check(ElectLeadersRequest request) {
        count("partitions", request.getPartitionsCount(), 1, PARTITIONS_MAX);
        names(request.getPartitionsList());
        require(
                request.getElection() != ElectLeadersRequest.Election.UNRECOGNIZED,
                "election",
                "election " + request.getElectionValue() + " is unknown, but must be preferred or unclean");
        count("without", request.getWithoutCount(), 0, WITHOUT_MAX);
        require(
                request.getWithoutCount() == 0
                        || request.getElection() == ElectLeadersRequest.Election.ELECTION_UNCLEAN,
                "without",
                "without has " + request.getWithoutCount()
                        + " entries, but leaves brokers out of an unclean election only");
    }

    static void check(ReassignPartitionsRequest request) {
        count("partitions", request.getPartitionsCount(), 1, PARTITIONS_MAX);
        names(request.getPartitionsList().stream()
                .map(ReassignedPartition::getPartition)
                .toList());
        request.getPartitionsList()
                .forEach(partition -> count("replicas", partition.getReplicasCount(), 1, REPLICAS_MAX));
        require(
                !request.hasMaxBytesPerSecond() || request.getMaxBytesPerSecond() >= 1,
                "max_bytes_per_second",
                "max_bytes_per_second is " + request.getMaxBytesPerSecond() + ", but must be 1 or above, or unset");
    }

    static void check(CancelReassignmentsRequest request) {
        count("partitions", request.getPartitionsCount(), 0, PARTITIONS_MAX);
        names(request.getPartitionsList());
    }

    private static void names(List<PartitionName> partitions) {
        Set<PartitionName> seen = new HashSet<>();
        for (PartitionName partition : partitions) {
            RequestLimits.topicName(partition.getTopic());
            require(
                    seen.add(partition),
                    "partitions",
                    "partitions names " + partition.getTopic() + "-" + partition.getPartition() + " twice");
        }
    }

    private static void count(String field, int count, int min, int max) {
        require(
                count >= min && count <= max,
                field,
                field + " has " + count + " entries, but must have " + min + " to " + max);
    }

    private static void require(boolean holds, String field, String message) {
        if (!holds) {
            throw RequestLimits.refused(ErrorReason.ERROR_REASON_INVALID_ARGUMENT, field, message);
        }
    }
}
