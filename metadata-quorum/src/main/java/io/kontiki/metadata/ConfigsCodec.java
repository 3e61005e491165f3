package io.kontiki.metadata;

import io.kontiki.proto.internal.v1.ConfigsRecord;
import java.util.List;
import org.pcollections.PSortedSet;
import org.pcollections.TreePMap;
import org.pcollections.TreePSet;

/** The configuration of brokers as messages. */
final class ConfigsCodec {
    private ConfigsCodec() {}

    /** Without entries if nothing is set there. */
    static ConfigsRecord toRecord(int scope, ConfigsImage configs) {
        return ConfigsRecord.newBuilder()
                .setBrokerId(scope)
                .putAllConfigs(configs.of(scope))
                .build();
    }

    /** @param index of the entry that last changed any */
    static ConfigsImage apply(ConfigsImage before, List<ConfigsRecord> changed, long index) {
        var configs = new ConfigsImage(before.byScope(), index);
        for (var record : changed) {
            configs = configs.with(record.getBrokerId(), TreePMap.from(record.getConfigsMap()), index);
        }
        return configs;
    }

    static PSortedSet<Integer> scopes(List<ConfigsRecord> changed) {
        PSortedSet<Integer> scopes = TreePSet.empty();
        for (var record : changed) {
            scopes = scopes.plus(record.getBrokerId());
        }
        return scopes;
    }
}
