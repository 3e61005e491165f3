package io.kontiki.client;

import io.grpc.Channel;
import io.grpc.Deadline;
import io.kontiki.proto.v1.AddedReplica;
import io.kontiki.proto.v1.CancelReassignmentsRequest;
import io.kontiki.proto.v1.ElectLeadersRequest;
import io.kontiki.proto.v1.ElectLeadersRequest.Election;
import io.kontiki.proto.v1.ElectedLeader;
import io.kontiki.proto.v1.HeldOffsets;
import io.kontiki.proto.v1.ListReassignmentsRequest;
import io.kontiki.proto.v1.PartitionError;
import io.kontiki.proto.v1.PartitionName;
import io.kontiki.proto.v1.PartitionResult;
import io.kontiki.proto.v1.PartitionServiceGrpc;
import io.kontiki.proto.v1.ReassignPartitionsRequest;
import io.kontiki.proto.v1.ReassignedPartition;
import io.kontiki.proto.v1.Reassignment;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** The calls about who leads partitions and who holds them. Calls block. Thread-safe. */
final class PartitionCalls {
    /** What a request may name at most. */
    private static final int PARTITIONS_MAX = 1000;

    private final AnyBroker anyBroker;

    PartitionCalls(AnyBroker anyBroker) {
        this.anyBroker = anyBroker;
    }

    /** See {@link Admin#electLeaders}. */
    Map<TopicPartition, LeaderElection> electPreferred(Set<TopicPartition> partitions) {
        return elect(partitions, Election.ELECTION_PREFERRED, Set.of());
    }

    /** See {@link Admin#electLeadersUncleanly}. */
    Map<TopicPartition, LeaderElection> electUnclean(Set<TopicPartition> partitions, Set<Integer> without) {
        return elect(partitions, Election.ELECTION_UNCLEAN, without);
    }

    private Map<TopicPartition, LeaderElection> elect(
            Set<TopicPartition> partitions, Election election, Set<Integer> without) {
        var elected = new TreeMap<TopicPartition, LeaderElection>();
        for (List<TopicPartition> part : WireValues.parts(new TreeSet<>(partitions), PARTITIONS_MAX)) {
            var request = ElectLeadersRequest.newBuilder()
                    .addAllPartitions(names(part))
                    .setElection(election)
                    .addAllWithout(new TreeSet<>(without))
                    .build();
            anyBroker
                    .change((channel, deadline) -> partitions(channel, deadline).electLeaders(request))
                    .getPartitionsList()
                    .forEach(answer -> elected.put(partition(answer.getPartition()), election(answer)));
        }
        return elected;
    }

    private static LeaderElection election(ElectedLeader answer) {
        return new LeaderElection(
                answer.hasLeader() ? OptionalInt.of(answer.getLeader()) : OptionalInt.empty(),
                answer.getLeaderEpoch(),
                answer.hasError()
                        ? failure(
                                answer.getError(),
                                "electing a leader of "
                                        + answer.getPartition().getTopic() + ":"
                                        + answer.getPartition().getPartition())
                        : Optional.empty(),
                answer.getHeldList().stream().map(PartitionCalls::held).toList(),
                answer.getLostFromOffset(),
                answer.getLostToOffset(),
                answer.getNotHeardList());
    }

    private static LeaderElection.Held held(HeldOffsets held) {
        return new LeaderElection.Held(
                held.getBrokerId(),
                held.hasLastEpoch() ? OptionalInt.of(held.getLastEpoch()) : OptionalInt.empty(),
                held.getEndOffset(),
                held.getHighWatermark(),
                held.getLogLost());
    }

    /** See {@link Admin#reassignPartitions}. */
    Map<TopicPartition, Optional<KontikiException>> reassign(
            Map<TopicPartition, List<Integer>> replicas, OptionalLong bytesPerSecondMax, boolean validateOnly) {
        var sorted = new TreeMap<>(replicas);
        var results = new TreeMap<TopicPartition, Optional<KontikiException>>();
        for (List<TopicPartition> part : WireValues.parts(sorted.keySet(), PARTITIONS_MAX)) {
            var request = ReassignPartitionsRequest.newBuilder().setValidateOnly(validateOnly);
            bytesPerSecondMax.ifPresent(request::setMaxBytesPerSecond);
            part.forEach(partition -> request.addPartitions(ReassignedPartition.newBuilder()
                    .setPartition(name(partition))
                    .addAllReplicas(sorted.get(partition))));
            var built = request.build();
            anyBroker
                    .change((channel, deadline) -> partitions(channel, deadline).reassignPartitions(built))
                    .getPartitionsList()
                    .forEach(result -> addTo(results, result, "moving replicas of "));
        }
        return results;
    }

    /** See {@link Admin#cancelReassignments}. */
    Map<TopicPartition, Optional<KontikiException>> cancel(Set<TopicPartition> partitions) {
        var results = new TreeMap<TopicPartition, Optional<KontikiException>>();
        var parts = partitions.isEmpty()
                ? List.of(List.<TopicPartition>of())
                : WireValues.parts(new TreeSet<>(partitions), PARTITIONS_MAX);
        for (List<TopicPartition> part : parts) {
            var request = CancelReassignmentsRequest.newBuilder()
                    .addAllPartitions(names(part))
                    .build();
            anyBroker
                    .change((channel, deadline) -> partitions(channel, deadline).cancelReassignments(request))
                    .getPartitionsList()
                    .forEach(result -> addTo(results, result, "putting back replicas of "));
        }
        return results;
    }

    private static void addTo(
            Map<TopicPartition, Optional<KontikiException>> results, PartitionResult result, String what) {
        var partition = partition(result.getPartition());
        results.put(partition, result.hasError() ? failure(result.getError(), what + partition) : Optional.empty());
    }

    /** See {@link Admin#listReassignments}. */
    Map<TopicPartition, ReassignmentInfo> list() {
        var request = ListReassignmentsRequest.getDefaultInstance();
        var all = new TreeMap<TopicPartition, ReassignmentInfo>();
        anyBroker
                .read((channel, deadline) -> partitions(channel, deadline).listReassignments(request))
                .getReassignmentsList()
                .forEach(reassignment -> all.put(partition(reassignment.getPartition()), info(reassignment)));
        return all;
    }

    private static ReassignmentInfo info(Reassignment reassignment) {
        var progress = new TreeMap<Integer, ReassignmentInfo.Progress>();
        for (AddedReplica added : reassignment.getProgressList()) {
            progress.put(
                    added.getBrokerId(),
                    new ReassignmentInfo.Progress(added.getCopiedBytes(), added.getTotalBytes(), added.getOffsetLag()));
        }
        return new ReassignmentInfo(
                List.copyOf(reassignment.getReplicasList()),
                List.copyOf(reassignment.getAddingList()),
                List.copyOf(reassignment.getRemovingList()),
                List.copyOf(reassignment.getIsrList()),
                reassignment.hasMaxBytesPerSecond()
                        ? OptionalLong.of(reassignment.getMaxBytesPerSecond())
                        : OptionalLong.empty(),
                Map.copyOf(progress));
    }

    private static Optional<KontikiException> failure(PartitionError error, String what) {
        return Optional.of(Errors.of(error, what));
    }

    private static List<PartitionName> names(List<TopicPartition> partitions) {
        return partitions.stream().map(PartitionCalls::name).toList();
    }

    private static PartitionName name(TopicPartition partition) {
        return PartitionName.newBuilder()
                .setTopic(partition.topic())
                .setPartition(partition.partition())
                .build();
    }

    private static TopicPartition partition(PartitionName name) {
        return new TopicPartition(name.getTopic(), name.getPartition());
    }

    private static PartitionServiceGrpc.PartitionServiceBlockingStub partitions(Channel channel, Deadline deadline) {
        return PartitionServiceGrpc.newBlockingStub(channel).withDeadline(deadline);
    }
}
