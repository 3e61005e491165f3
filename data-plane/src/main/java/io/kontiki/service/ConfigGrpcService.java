package io.kontiki.service;

import io.grpc.BindableService;
import io.grpc.ManagedChannel;
import io.grpc.stub.StreamObserver;
import io.kontiki.metadata.ConfigsImage;
import io.kontiki.metadata.DynamicKey;
import io.kontiki.metadata.Endpoint;
import io.kontiki.metadata.LocalMetadata;
import io.kontiki.proto.v1.AlterConfigsRequest;
import io.kontiki.proto.v1.AlterConfigsResponse;
import io.kontiki.proto.v1.BrokerConfigEntry;
import io.kontiki.proto.v1.ConfigServiceGrpc;
import io.kontiki.proto.v1.ConfigServiceGrpc.ConfigServiceStub;
import io.kontiki.proto.v1.DescribeConfigsRequest;
import io.kontiki.proto.v1.DescribeConfigsResponse;
import io.kontiki.proto.v1.ErrorReason;
import io.kontiki.quorum.Proposer;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;

/**
 * Shows the configuration of this broker, asks others for theirs, and has the controller change what is dynamic. Each broker
 * answers for itself, since nobody else knows its file. Any thread.
 */
public final class ConfigGrpcService extends ConfigServiceGrpc.ConfigServiceImplBase {
    /** The configuration of this broker. Any thread. */
    public interface Settings {
        /** Every key with its value in force, in the order of the documentation. */
        List<BrokerConfigEntry> entries();

        /** Why a key is none of a broker, for people; empty if it is one. */
        Optional<String> unknown(String key);
    }

    private final int brokerId;
    private final LocalMetadata metadata;
    private final ProposedChanges changes;
    private final OtherBrokers<ConfigServiceStub> others;
    private final Settings settings;

    /** @param channels gives the shared channel to a broker */
    public ConfigGrpcService(
            int brokerId,
            LocalMetadata metadata,
            Proposer proposer,
            Function<Endpoint, ManagedChannel> channels,
            Settings settings) {
        this.brokerId = brokerId;
        this.metadata = metadata;
        this.changes = new ProposedChanges(metadata, proposer);
        this.others = new OtherBrokers<>(channels, ConfigServiceGrpc::newStub);
        this.settings = settings;
    }

    /** To be added to a server. */
    public BindableService service() {
        return CallOrigin.read(this);
    }

    @Override
    public void describeConfigs(DescribeConfigsRequest request, StreamObserver<DescribeConfigsResponse> out) {
        var image = RequestLimits.ready(metadata.current());
        RequestLimits.configKeys("keys", request.getKeysList());
        for (var key : request.getKeysList()) {
            settings.unknown(key).ifPresent(problem -> refuse("keys", problem));
        }
        if (request.hasBrokerId() && request.getBrokerId() != brokerId) {
            UnaryAnswer.send(
                    others.ask(image, request.getBrokerId(), (stub, answer) -> stub.describeConfigs(request, answer)),
                    out);
            return;
        }
        var wanted = new TreeSet<>(request.getKeysList());
        var response = DescribeConfigsResponse.newBuilder().setBrokerId(brokerId);
        settings.entries().stream()
                .filter(entry -> wanted.isEmpty() || wanted.contains(entry.getKey()))
                .forEach(response::addConfigs);
        out.onNext(response.build());
        out.onCompleted();
    }

    @Override
    public void alterConfigs(AlterConfigsRequest request, StreamObserver<AlterConfigsResponse> out) {
        if (request.hasBrokerId() && request.getBrokerId() < 0) {
            throw RequestLimits.refused(
                    ErrorReason.ERROR_REASON_INVALID_ARGUMENT,
                    "broker_id",
                    "broker_id is " + request.getBrokerId() + ", but must be 0 or above");
        }
        int scope = request.hasBrokerId() ? request.getBrokerId() : ConfigsImage.CLUSTER;
        RequestLimits.configs("set_configs", request.getSetConfigsMap());
        RequestLimits.configKeys("remove_configs", request.getRemoveConfigsList());
        requireDynamic("set_configs", request.getSetConfigsMap().keySet());
        var there = metadata.current().configs().of(scope);
        requireDynamic(
                "remove_configs",
                request.getRemoveConfigsList().stream()
                        .filter(key -> !there.containsKey(key))
                        .toList());
        var plain = request.toBuilder()
                .putAllSetConfigs(plain(request.getSetConfigsMap()))
                .build();
        changes.propose(
                proposal -> proposal.setAlterConfigs(plain),
                made -> {
                    var configs = new TreeMap<>(made.image().configs().of(scope));
                    if (plain.getValidateOnly()) {
                        configs.putAll(plain.getSetConfigsMap());
                        configs.keySet().removeAll(plain.getRemoveConfigsList());
                    }
                    return AlterConfigsResponse.newBuilder()
                            .putAllConfigs(configs)
                            .build();
                },
                out);
    }

    /** The controller knows only the keys that are dynamic; here it is known what others are. */
    private void requireDynamic(String field, Collection<String> keys) {
        for (var key : new TreeSet<>(keys)) {
            if (DynamicKey.find(key).isEmpty()) {
                refuse(
                        field,
                        settings.unknown(key)
                                .orElse(key + " is read at the start only: change it in the file of each broker, and"
                                        + " restart the broker"));
            }
        }
    }

    private static Map<String, String> plain(Map<String, String> configs) {
        var plain = new TreeMap<>(configs);
        plain.replaceAll((key, value) ->
                DynamicKey.find(key).map(known -> known.plain(value)).orElse(value));
        return plain;
    }

    private static void refuse(String field, String message) {
        throw RequestLimits.refused(ErrorReason.ERROR_REASON_INVALID_CONFIG, field, message);
    }
}
