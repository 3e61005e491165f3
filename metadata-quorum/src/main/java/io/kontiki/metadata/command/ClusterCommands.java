package io.kontiki.metadata.command;

import io.kontiki.metadata.Excerpt;
import io.kontiki.proto.internal.v1.AllocateProducerIds;
import io.kontiki.proto.internal.v1.AllocateProducerIdsReply;
import io.kontiki.proto.internal.v1.CommandReply;
import io.kontiki.proto.internal.v1.InitializeCluster;
import io.kontiki.proto.v1.ErrorReason;

/** Commands on the cluster as a whole. */
final class ClusterCommands {
    private static final int CLUSTER_ID_LENGTH_MAX = 64;
    private static final int PRODUCER_IDS_MAX = 10_000;

    private ClusterCommands() {}

    static CommandReply initialize(ImageEdit edit, InitializeCluster command) {
        var id = command.getClusterId();
        if (id.isEmpty() || id.length() > CLUSTER_ID_LENGTH_MAX) {
            return Replies.invalid("cluster_id \"" + Excerpt.of(id) + "\" has " + id.length() + " characters, not 1 to "
                    + CLUSTER_ID_LENGTH_MAX);
        }
        if (command.getFeatureLevel() != MetadataState.FEATURE_LEVEL) {
            return Replies.invalid("feature_level is " + command.getFeatureLevel() + "; this version knows only "
                    + MetadataState.FEATURE_LEVEL);
        }
        var present = edit.image().clusterId();
        if (present.isEmpty()) {
            edit.update(image -> image.withCluster(id, command.getFeatureLevel()));
            return Replies.ok();
        }
        return present.equals(id) ? Replies.ok() : wrongCluster(id, present);
    }

    static CommandReply wrongCluster(String told, String present) {
        return Replies.refusal(
                ErrorReason.ERROR_REASON_WRONG_CLUSTER,
                "cluster_id is \"" + Excerpt.of(told) + "\", but this cluster is "
                        + (present.isEmpty() ? "not initialized yet" : "\"" + present + "\""));
    }

    /** Rule D1. A repetition only leaves a gap of ids that nobody uses. */
    static CommandReply allocateProducerIds(ImageEdit edit, AllocateProducerIds command) {
        var stale = BrokerCommands.checkEpoch(edit.image(), command.getBrokerId(), command.getBrokerEpoch());
        if (stale.isPresent()) {
            return stale.get();
        }
        int count = command.getCount();
        long first = edit.image().nextProducerId();
        if (count < 1 || count > PRODUCER_IDS_MAX) {
            return Replies.invalid("count is " + count + ", not 1 to " + PRODUCER_IDS_MAX);
        }
        if (first > Long.MAX_VALUE - count) {
            return Replies.invalid("count is " + count + ", but no producer ids are left above " + first);
        }
        edit.update(image -> image.withNextProducerId(first + count));
        return CommandReply.newBuilder()
                .setAllocateProducerIds(
                        AllocateProducerIdsReply.newBuilder().setFirstId(first).setCount(count))
                .build();
    }
}
