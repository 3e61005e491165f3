package io.kontiki.quorum;

import com.google.protobuf.ByteString;
import io.kontiki.metadata.UuidBytes;
import io.kontiki.metadata.command.MetadataState;
import io.kontiki.proto.internal.v1.AllocateProducerIds;
import io.kontiki.proto.internal.v1.Command;
import io.kontiki.proto.internal.v1.InitializeCluster;
import io.kontiki.proto.internal.v1.RegisterBroker;
import io.kontiki.proto.internal.v1.RestartClaim;
import java.util.UUID;

/** Commands for tests of the log that carries them. */
public final class SampleCommands {
    public static final String CLUSTER_ID = "test-cluster";

    private SampleCommands() {}

    public static Command initialize() {
        return Command.newBuilder()
                .setInitializeCluster(InitializeCluster.newBuilder()
                        .setClusterId(CLUSTER_ID)
                        .setFeatureLevel(MetadataState.FEATURE_LEVEL))
                .build();
    }

    public static Command register(int brokerId) {
        return Command.newBuilder()
                .setRegisterBroker(RegisterBroker.newBuilder()
                        .setClusterId(CLUSTER_ID)
                        .setBrokerId(brokerId)
                        .setIncarnation(id(brokerId))
                        .setHost("localhost")
                        .setPort(9392)
                        .setClaim(RestartClaim.RESTART_CLAIM_UNCLEAN)
                        .addDirectoryIds(id(1_000 + brokerId)))
                .build();
    }

    /** Moves {@code nextProducerId} on by {@code count}. */
    public static Command allocate(int brokerId, long brokerEpoch, int count) {
        return Command.newBuilder()
                .setAllocateProducerIds(AllocateProducerIds.newBuilder()
                        .setBrokerId(brokerId)
                        .setBrokerEpoch(brokerEpoch)
                        .setCount(count))
                .build();
    }

    /** A command too large for the log; apply would refuse it anyway. */
    public static Command oversize() {
        return Command.newBuilder()
                .setRegisterBroker(RegisterBroker.newBuilder()
                        .setIncarnation(ByteString.copyFrom(new byte[MetadataLog.COMMAND_BYTES_MAX])))
                .build();
    }

    private static ByteString id(int number) {
        return UuidBytes.toBytes(new UUID(7, number));
    }
}
