package io.kontiki.simulation;

import io.kontiki.metadata.MetadataImage;
import io.kontiki.metadata.TopicPartition;
import io.kontiki.proto.internal.v1.ProposeRequest;
import io.kontiki.proto.internal.v1.ProposeResponse;
import io.kontiki.proto.v1.CancelReassignmentsRequest;
import io.kontiki.proto.v1.ElectLeadersRequest;
import io.kontiki.proto.v1.PartitionName;
import io.kontiki.proto.v1.ReassignPartitionsRequest;
import io.kontiki.proto.v1.ReassignedPartition;
import io.kontiki.proto.v1.UnregisterBrokerRequest;
import java.util.List;
import java.util.Optional;

/** What people ask of the cluster about replicas; judged by the product's controller. */
final class Operator {
    private final Quorum quorum;
    private Optional<ProposeResponse> told = Optional.empty();

    Operator(Quorum quorum) {
        this.quorum = quorum;
    }

    /** Moves a partition to those brokers, the preferred leader first (rule M11). */
    void reassign(TopicPartition partition, List<Integer> replicas) {
        name(partition)
                .ifPresent(name -> ask(ProposeRequest.newBuilder()
                        .setReassignPartitions(ReassignPartitionsRequest.newBuilder()
                                .addPartitions(ReassignedPartition.newBuilder()
                                        .setPartition(name)
                                        .addAllReplicas(replicas)))));
    }

    /** Back to where it was. */
    void cancelReassignment(TopicPartition partition) {
        name(partition)
                .ifPresent(name -> ask(ProposeRequest.newBuilder()
                        .setCancelReassignments(
                                CancelReassignmentsRequest.newBuilder().addPartitions(name))));
    }

    /** The first of the replicas is to lead (rule M8). */
    void electPreferred(TopicPartition partition) {
        elect(partition, ElectLeadersRequest.newBuilder().setElection(ElectLeadersRequest.Election.ELECTION_PREFERRED));
    }

    /**
     * Whoever tells to hold most is to lead, where nobody holds all (rule M9).
     *
     * @param without brokers that are not waited for
     */
    void electUnclean(TopicPartition partition, List<Integer> without) {
        elect(
                partition,
                ElectLeadersRequest.newBuilder()
                        .setElection(ElectLeadersRequest.Election.ELECTION_UNCLEAN)
                        .addAllWithout(without));
    }

    private void elect(TopicPartition partition, ElectLeadersRequest.Builder request) {
        name(partition)
                .ifPresent(name -> ask(ProposeRequest.newBuilder().setElectLeaders(request.addPartitions(name))));
    }

    /** The broker does not come back (rule M12). */
    void unregister(int broker) {
        ask(ProposeRequest.newBuilder()
                .setUnregisterBroker(UnregisterBrokerRequest.newBuilder().setBrokerId(broker)));
    }

    private Optional<PartitionName> name(TopicPartition partition) {
        MetadataImage image = quorum.image();
        return image.topic(partition.topicId())
                .map(topic -> PartitionName.newBuilder()
                        .setTopic(topic.name())
                        .setPartition(partition.partition())
                        .build());
    }

    /** The last answer that arrived; empty before, and if its outcome is unknown. */
    Optional<ProposeResponse> told() {
        return told;
    }

    private void ask(ProposeRequest.Builder request) {
        told = Optional.empty();
        quorum.propose(0, request, answer -> told = answer);
    }
}
