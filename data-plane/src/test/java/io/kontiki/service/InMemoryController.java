package io.kontiki.service;

import com.google.protobuf.ByteString;
import io.kontiki.controller.Controller;
import io.kontiki.controller.ControllerConfig;
import io.kontiki.controller.Now;
import io.kontiki.controller.Prepared;
import io.kontiki.metadata.LocalMetadata;
import io.kontiki.metadata.UuidBytes;
import io.kontiki.metadata.command.MetadataState;
import io.kontiki.proto.internal.v1.Command;
import io.kontiki.proto.internal.v1.CommandReply;
import io.kontiki.proto.internal.v1.InitializeCluster;
import io.kontiki.proto.internal.v1.ProposeRequest;
import io.kontiki.proto.internal.v1.ProposeResponse;
import io.kontiki.proto.internal.v1.RegisterBroker;
import io.kontiki.proto.internal.v1.UnfenceBroker;
import io.kontiki.quorum.Proposer;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;

/** The real controller and the real apply on a log that commits at once. */
final class InMemoryController implements Proposer {
    static final String CLUSTER = "test";
    private static final long TERM = 1;
    private static final Now NOW = new Now(1_000, 0);

    private final LocalMetadata metadata;
    private final Controller controller;

    InMemoryController(LocalMetadata metadata, int brokers) {
        this.metadata = metadata;
        controller = new Controller(ControllerConfig.defaults(CLUSTER), TERM, metadata.current(), new Random(1), NOW);
        apply(Command.newBuilder()
                .setInitializeCluster(InitializeCluster.newBuilder()
                        .setClusterId(CLUSTER)
                        .setFeatureLevel(MetadataState.FEATURE_LEVEL))
                .build());
        for (int id = 0; id < brokers; id++) {
            register(id);
        }
    }

    private void register(int id) {
        var registered = apply(Command.newBuilder()
                .setRegisterBroker(RegisterBroker.newBuilder()
                        .setClusterId(CLUSTER)
                        .setBrokerId(id)
                        .setIncarnation(uuid())
                        .addDirectoryIds(uuid())
                        .setHost("b" + id)
                        .setPort(9392))
                .build());
        apply(Command.newBuilder()
                .setUnfenceBroker(UnfenceBroker.newBuilder()
                        .setBrokerId(id)
                        .setBrokerEpoch(registered.getRegisterBroker().getBrokerEpoch()))
                .build());
    }

    @Override
    public synchronized CompletableFuture<ProposeResponse> propose(ProposeRequest request) {
        var complete = request.toBuilder().setClusterId(CLUSTER).build();
        var prepared = controller.prepare(complete, metadata.current(), NOW);
        var response = ProposeResponse.newBuilder();
        if (prepared instanceof Prepared.Submit submit) {
            var reply = apply(submit.command());
            response = submit.answer()
                    .of(reply, metadata.current())
                    .setIndex(metadata.current().position().index());
        } else if (prepared instanceof Prepared.Answered answered) {
            response = answered.response().toBuilder();
        } else if (prepared instanceof Prepared.Refuse refuse) {
            response.setReply(refuse.reply());
        } else if (prepared instanceof Prepared.Planned planned) {
            response.setPlannedTopic(planned.topic());
        }
        return CompletableFuture.completedFuture(response.build());
    }

    /** Commits and applies a command. */
    CommandReply apply(Command command) {
        var image = metadata.current();
        var applied = MetadataState.apply(image, command, TERM, image.position().index() + 1);
        metadata.publish(applied.delta(), applied.image());
        return applied.reply();
    }

    private static ByteString uuid() {
        return UuidBytes.toBytes(UUID.randomUUID());
    }
}
