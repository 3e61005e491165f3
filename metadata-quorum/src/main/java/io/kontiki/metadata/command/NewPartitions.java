package io.kontiki.metadata.command;

import io.kontiki.metadata.MetadataImage;
import io.kontiki.metadata.PartitionRegistration;
import io.kontiki.metadata.TopicConfig;
import io.kontiki.proto.internal.v1.CommandReply;
import io.kontiki.proto.internal.v1.Replicas;
import io.kontiki.proto.v1.ErrorReason;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import org.pcollections.PVector;
import org.pcollections.TreePVector;

/** Partitions as they are born (rule M5): in sync is who is usable, and the first of them leads. */
final class NewPartitions {
    private NewPartitions() {}

    /** A refusal if an assignment cannot be: empty, a broker twice or unknown, or none of its brokers usable. */
    static Optional<CommandReply> check(MetadataImage image, List<Replicas> assignments) {
        int factor = assignments.isEmpty() ? 0 : assignments.get(0).getBrokerIdsCount();
        for (var assignment : assignments) {
            var ids = assignment.getBrokerIdsList();
            if (ids.isEmpty() || ids.size() != factor || new HashSet<>(ids).size() != ids.size()) {
                return Optional.of(Replies.refusal(
                        ErrorReason.ERROR_REASON_INVALID_REPLICATION_FACTOR,
                        "replicas " + ids + " are not " + factor + " different brokers, at least 1"));
            }
            for (int id : ids) {
                if (image.broker(id).isEmpty()) {
                    return Optional.of(Replies.invalid("replica " + id + " is no registered broker"));
                }
            }
            if (ids.stream().noneMatch(image::usable)) {
                return Optional.of(Replies.refusal(
                        ErrorReason.ERROR_REASON_NOT_ENOUGH_REPLICAS,
                        "of the replicas " + ids + " none is a usable broker now"));
            }
        }
        return Optional.empty();
    }

    /** @param assignments as {@link #check} lets through */
    static PVector<PartitionRegistration> make(MetadataImage image, List<Replicas> assignments, TopicConfig config) {
        var partitions = new ArrayList<PartitionRegistration>(assignments.size());
        for (var assignment : assignments) {
            var replicas = assignment.getBrokerIdsList();
            var isr = replicas.stream().filter(image::usable).toList();
            int minIsr = config.minIsr(replicas.size());
            partitions.add(PartitionRegistration.created(replicas, isr, minIsr, config.flushMode()));
        }
        return TreePVector.from(partitions);
    }
}
