package io.kontiki.controller;

import io.kontiki.metadata.ConfigsImage;
import io.kontiki.metadata.MetadataImage;
import io.kontiki.metadata.command.ConfigRules;
import io.kontiki.proto.internal.v1.AlterConfigs;
import io.kontiki.proto.internal.v1.Command;
import io.kontiki.proto.v1.AlterConfigsRequest;

/** Judges what users ask of the configuration of brokers. */
final class ConfigPlanner {
    private ConfigPlanner() {}

    static Prepared alter(AlterConfigsRequest request, MetadataImage image, Command.Builder stamped) {
        int scope = request.hasBrokerId() ? request.getBrokerId() : ConfigsImage.CLUSTER;
        var refused = ConfigRules.checkScope(image, scope)
                .or(() -> ConfigRules.checkMeaning(
                        image, scope, request.getSetConfigsMap(), request.getRemoveConfigsList()));
        if (refused.isPresent()) {
            return new Prepared.Refuse(refused.get());
        }
        if (request.getValidateOnly()) {
            return Prepared.done(image);
        }
        var command = AlterConfigs.newBuilder()
                .putAllSetConfigs(request.getSetConfigsMap())
                .addAllRemoveConfigs(request.getRemoveConfigsList())
                .setAssumedIndex(image.position().index());
        if (request.hasBrokerId()) {
            command.setBrokerId(request.getBrokerId());
        }
        return new Prepared.Submit(stamped.setAlterConfigs(command).build());
    }
}
