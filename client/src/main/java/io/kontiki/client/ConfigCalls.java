package io.kontiki.client;

import io.grpc.Channel;
import io.grpc.Deadline;
import io.kontiki.proto.v1.AlterConfigsRequest;
import io.kontiki.proto.v1.ConfigServiceGrpc;
import io.kontiki.proto.v1.DescribeConfigsRequest;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeMap;

/** The calls about the configuration of brokers. They block. Thread-safe. */
final class ConfigCalls {
    private final AnyBroker anyBroker;

    ConfigCalls(AnyBroker anyBroker) {
        this.anyBroker = anyBroker;
    }

    /** See {@link Admin#describeConfigs}. */
    List<BrokerConfigEntry> describe(int brokerId, Set<String> keys) {
        var request = DescribeConfigsRequest.newBuilder()
                .setBrokerId(brokerId)
                .addAllKeys(keys)
                .build();
        var answer =
                anyBroker.read((channel, deadline) -> configs(channel, deadline).describeConfigs(request));
        return answer.getConfigsList().stream()
                .map(entry -> entry(answer.getBrokerId(), entry))
                .toList();
    }

    /** See {@link Admin#alterConfigs}. */
    Map<String, String> alter(OptionalInt brokerId, Map<String, String> set, Set<String> remove, boolean validateOnly) {
        var request = AlterConfigsRequest.newBuilder()
                .putAllSetConfigs(set)
                .addAllRemoveConfigs(remove)
                .setValidateOnly(validateOnly);
        brokerId.ifPresent(request::setBrokerId);
        var built = request.build();
        var answer = anyBroker.change(
                (channel, deadline) -> configs(channel, deadline).alterConfigs(built));
        return new TreeMap<>(answer.getConfigsMap());
    }

    private static BrokerConfigEntry entry(int brokerId, io.kontiki.proto.v1.BrokerConfigEntry entry) {
        return new BrokerConfigEntry(
                brokerId,
                entry.getKey(),
                entry.hasValue() ? Optional.of(entry.getValue()) : Optional.empty(),
                switch (entry.getSource()) {
                    case CONFIG_SOURCE_DEFAULT -> ConfigSource.DEFAULT;
                    case CONFIG_SOURCE_FILE -> ConfigSource.FILE;
                    case CONFIG_SOURCE_CLUSTER -> ConfigSource.CLUSTER;
                    case CONFIG_SOURCE_BROKER -> ConfigSource.BROKER;
                    case CONFIG_SOURCE_UNSPECIFIED, UNRECOGNIZED -> ConfigSource.UNKNOWN;
                },
                entry.getOrigin(),
                entry.getDynamic());
    }

    private static ConfigServiceGrpc.ConfigServiceBlockingStub configs(Channel channel, Deadline deadline) {
        return ConfigServiceGrpc.newBlockingStub(channel).withDeadline(deadline);
    }
}
