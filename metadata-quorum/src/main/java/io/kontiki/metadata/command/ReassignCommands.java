package io.kontiki.metadata.command;

import io.kontiki.metadata.MetadataImage;
import io.kontiki.metadata.PartitionRegistration;
import io.kontiki.metadata.Reassignment;
import io.kontiki.metadata.TopicPartition;
import io.kontiki.proto.internal.v1.CancelReassign;
import io.kontiki.proto.internal.v1.CommandReply;
import io.kontiki.proto.internal.v1.PartitionReply;
import io.kontiki.proto.internal.v1.Reassign;
import io.kontiki.proto.internal.v1.ReassignPartition;
import io.kontiki.proto.v1.ErrorReason;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * Replicas move to other brokers (rule M11). First the wanted ones are added; they catch up and join the ISR by rule M6; in
 * the step in which the last of them joins, those that are not wanted go ({@link InSyncReplicas}). Until then, as many must
 * be in sync as before, so that neither producers nor the safety of the records notice.
 */
final class ReassignCommands {
    private static final int REPLICAS_MAX = 100;

    private ReassignCommands() {}

    static CommandReply reassign(ImageEdit edit, Reassign command) {
        return PartitionBatch.apply(
                edit,
                command.getPartitionsList(),
                ReassignPartition::getPartition,
                (partition, record, change) -> reassign(edit, partition, record, change));
    }

    private static PartitionReply reassign(
            ImageEdit edit, TopicPartition partition, PartitionRegistration record, ReassignPartition change) {
        var target = change.getTargetList();
        long limit = change.getBytesPerSecondMax();
        var invalid = problem(edit.image(), target, limit);
        if (invalid.isPresent()) {
            return PartitionBatch.refusal(ErrorReason.ERROR_REASON_INVALID_ARGUMENT, invalid.get());
        }
        var moving = record.reassignment();
        boolean sameTarget = target.equals(record.targetReplicas());
        if (sameTarget && (!moving.isUnderWay() || limit == moving.bytesPerSecondMax())) {
            return PartitionBatch.done();
        }
        var stale = PartitionBatch.checkVersion(change.getPartition(), record);
        if (stale.isPresent()) {
            return stale.get();
        }
        if (sameTarget) {
            var limited = moving.withBytesPerSecondMax(limit);
            edit.put(partition, record.withReplicas(record.replicas(), limited).next());
            return PartitionBatch.done();
        }
        int minIsr =
                edit.image().topic(partition.topicId()).orElseThrow().config().minIsr(target.size());
        return move(edit, partition, record, target, plan(record.earlierReplicas(), target, minIsr, limit));
    }

    static CommandReply cancel(ImageEdit edit, CancelReassign command) {
        return PartitionBatch.apply(
                edit, command.getPartitionsList(), Function.identity(), (partition, record, version) -> {
                    if (!record.reassignment().isUnderWay()) {
                        return PartitionBatch.done();
                    }
                    var earlier = record.earlierReplicas();
                    return PartitionBatch.checkVersion(version, record)
                            .orElseGet(() -> move(edit, partition, record, earlier, Reassignment.NONE));
                });
    }

    /**
     * Cancels, too. Where no copy goes that could lead, nothing is at stake: a move that was begun while too few were in
     * sync can be given up as well.
     *
     * @param target the replicas that are wanted in the end
     */
    private static PartitionReply move(
            ImageEdit edit,
            TopicPartition partition,
            PartitionRegistration record,
            List<Integer> target,
            Reassignment moving) {
        var replicas = moving.isUnderWay() ? merged(record.earlierReplicas(), target) : target;
        boolean candidateLeaves = Stream.of(record.isr(), record.elr(), record.lastKnown())
                .flatMap(List::stream)
                .anyMatch(id -> !replicas.contains(id));
        var refused = candidateLeaves ? checkEnoughStay(record, replicas) : Optional.<PartitionReply>empty();
        if (refused.isPresent()) {
            return refused.get();
        }
        edit.put(partition, InSyncReplicas.reassign(record, replicas, moving, edit.image()));
        return PartitionBatch.done();
    }

    /** Those that were being added may be in sync already; without them there must be copies enough. */
    private static Optional<PartitionReply> checkEnoughStay(PartitionRegistration record, List<Integer> replicas) {
        long staying = record.isr().stream().filter(replicas::contains).count();
        return staying >= record.minIsr()
                ? Optional.empty()
                : Optional.of(PartitionBatch.refusal(
                        ErrorReason.ERROR_REASON_NOT_ENOUGH_REPLICAS,
                        "of the replicas " + replicas + ", " + staying + " are in sync, but at least " + record.minIsr()
                                + " must be; in sync are " + record.isr()));
    }

    private static Reassignment plan(List<Integer> earlier, List<Integer> target, int minIsr, long limit) {
        var adding = target.stream().filter(id -> !earlier.contains(id)).toList();
        var removing = earlier.stream().filter(id -> !target.contains(id)).toList();
        return adding.isEmpty() && removing.isEmpty()
                ? Reassignment.NONE
                : new Reassignment(adding, removing, minIsr, limit);
    }

    /**
     * All of both, the wanted ones in their order. One that goes stays behind the one that it follows now, so that it is
     * preferred as before until it goes, and again if the move is cancelled.
     */
    private static List<Integer> merged(List<Integer> earlier, List<Integer> target) {
        var all = new ArrayList<>(target);
        int place = 0;
        for (int id : earlier) {
            if (!all.contains(id)) {
                all.add(place, id);
            }
            place = all.indexOf(id) + 1;
        }
        return all;
    }

    private static Optional<String> problem(MetadataImage image, List<Integer> target, long limit) {
        if (target.isEmpty() || target.size() > REPLICAS_MAX || new HashSet<>(target).size() != target.size()) {
            return Optional.of("replicas " + target + " are not 1 to " + REPLICAS_MAX + " different brokers");
        }
        if (limit < 0) {
            return Optional.of("bytes_per_second_max is " + limit + ", but must be at least 0");
        }
        return target.stream()
                .filter(id -> image.broker(id).isEmpty())
                .findFirst()
                .map(id -> "replica " + id + " is no registered broker");
    }
}
