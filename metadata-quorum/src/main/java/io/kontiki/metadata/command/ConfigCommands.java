package io.kontiki.metadata.command;

import io.kontiki.metadata.ConfigsImage;
import io.kontiki.proto.internal.v1.AlterConfigs;
import io.kontiki.proto.internal.v1.CommandReply;
import io.kontiki.proto.v1.ErrorReason;
import org.pcollections.TreePMap;

/** Commands on the configuration of brokers. */
final class ConfigCommands {
    private ConfigCommands() {}

    static CommandReply alter(ImageEdit edit, AlterConfigs command, long index) {
        int scope = command.hasBrokerId() ? command.getBrokerId() : ConfigsImage.CLUSTER;
        var before = edit.image().configs().of(scope);
        var after = before.plusAll(TreePMap.from(command.getSetConfigsMap())).minusAll(command.getRemoveConfigsList());
        var refused = ConfigRules.checkScope(edit.image(), scope).or(() -> ConfigRules.checkSizes(after));
        if (refused.isPresent()) {
            return refused.get();
        }
        if (after.equals(before)) {
            return Replies.ok();
        }
        long changed = edit.image().configs().index();
        if (command.getAssumedIndex() < changed) {
            return Replies.refusal(
                    ErrorReason.ERROR_REASON_CONCURRENT_CHANGE,
                    "the configuration of brokers was changed at index " + changed + ", but the command was planned at "
                            + command.getAssumedIndex());
        }
        edit.putConfigs(scope, after, index);
        return Replies.ok();
    }
}
