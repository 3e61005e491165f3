package io.kontiki.benchmark.allocation;

import io.kontiki.metadata.LocalMetadata;
import io.kontiki.metadata.MetadataDelta;
import io.kontiki.metadata.MetadataImage;
import io.kontiki.metadata.UuidBytes;
import io.kontiki.metadata.command.Applied;
import io.kontiki.metadata.command.MetadataState;
import io.kontiki.proto.internal.v1.Command;
import io.kontiki.proto.internal.v1.CommandReply;
import io.kontiki.proto.internal.v1.CreateTopic;
import io.kontiki.proto.internal.v1.InitializeCluster;
import io.kontiki.proto.internal.v1.ProposeRequest;
import io.kontiki.proto.internal.v1.ProposeResponse;
import io.kontiki.proto.internal.v1.RegisterBroker;
import io.kontiki.proto.internal.v1.Replicas;
import io.kontiki.proto.internal.v1.RestartClaim;
import io.kontiki.proto.internal.v1.UnfenceBroker;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;

/** The metadata of brokers in one process: the state machine of the quorum, applied at once. Any thread. */
final class Quorum {
    private static final String CLUSTER_ID = "allocation";

    private final List<LocalMetadata> followers = new ArrayList<>();
    private MetadataImage image = MetadataImage.EMPTY;

    Quorum() {
        apply(Command.newBuilder()
                .setInitializeCluster(InitializeCluster.newBuilder()
                        .setClusterId(CLUSTER_ID)
                        .setFeatureLevel(MetadataState.FEATURE_LEVEL))
                .build());
    }

    private synchronized CommandReply apply(Command command) {
        Applied applied =
                MetadataState.apply(image, command, 1, image.position().index() + 1);
        image = applied.image();
        followers.forEach(follower -> follower.publish(applied.delta(), applied.image()));
        return applied.reply();
    }

    /**
     * A broker is there, though not yet to lead.
     *
     * @param metadata hears of all changes from now on
     * @return the epoch of its registration
     */
    synchronized long register(int broker, int port, UUID directory, LocalMetadata metadata) {
        CommandReply reply = apply(Command.newBuilder()
                .setRegisterBroker(RegisterBroker.newBuilder()
                        .setClusterId(CLUSTER_ID)
                        .setBrokerId(broker)
                        .setIncarnation(UuidBytes.toBytes(UUID.randomUUID()))
                        .setHost("memory")
                        .setPort(port)
                        .setClaim(RestartClaim.RESTART_CLAIM_DURABLE)
                        .addDirectoryIds(UuidBytes.toBytes(directory)))
                .build());
        followers.add(metadata);
        metadata.publish(MetadataDelta.full(image), image);
        return reply.getRegisterBroker().getBrokerEpoch();
    }

    synchronized void unfence(int broker, long epoch) {
        apply(Command.newBuilder()
                .setUnfenceBroker(UnfenceBroker.newBuilder()
                        .setBrokerId(broker)
                        .setBrokerEpoch(epoch)
                        .setAssumedIndex(image.position().index()))
                .build());
    }

    /** A topic of one partition. */
    synchronized UUID createTopic(String topic, Map<String, String> configs, List<Integer> replicas) {
        UUID id = UUID.randomUUID();
        apply(Command.newBuilder()
                .setCreateTopic(CreateTopic.newBuilder()
                        .setTopicId(UuidBytes.toBytes(id))
                        .setName(topic)
                        .setAssumedIndex(image.position().index())
                        .putAllConfigs(configs)
                        .addPartitions(Replicas.newBuilder().addAllBrokerIds(replicas)))
                .build());
        return id;
    }

    /** As the real one does, it answers on another thread than the caller's. */
    CompletableFuture<ProposeResponse> propose(ProposeRequest request) {
        Command.Builder command = Command.newBuilder().setTimestampMs(System.currentTimeMillis());
        switch (request.getRequestCase()) {
            case ALTER_PARTITIONS -> command.setAlterPartitions(request.getAlterPartitions());
            case ASSIGN_DIRECTORIES -> command.setAssignDirectories(request.getAssignDirectories());
            default -> throw new IllegalStateException("nobody here asks the quorum for " + request.getRequestCase());
        }
        return CompletableFuture.supplyAsync(() -> proposed(command.build()));
    }

    private synchronized ProposeResponse proposed(Command command) {
        return ProposeResponse.newBuilder()
                .setReply(apply(command))
                .setIndex(image.position().index())
                .build();
    }
}
