package io.kontiki.quorum.ratis;

import java.nio.charset.StandardCharsets;
import java.util.TreeMap;
import java.util.UUID;
import org.apache.ratis.protocol.RaftGroup;
import org.apache.ratis.protocol.RaftGroupId;
import org.apache.ratis.protocol.RaftPeer;
import org.apache.ratis.protocol.RaftPeerId;

/** Our names for nodes and the cluster, as Ratis' names. */
final class Peers {
    private Peers() {}

    static RaftPeerId id(int nodeId) {
        return RaftPeerId.valueOf(Integer.toString(nodeId));
    }

    static int number(RaftPeerId id) {
        return Integer.parseInt(id.toString());
    }

    /** The same for the same cluster id, whatever that looks like. */
    static RaftGroupId group(String clusterId) {
        var name = "kontiki metadata quorum of " + clusterId;
        return RaftGroupId.valueOf(UUID.nameUUIDFromBytes(name.getBytes(StandardCharsets.UTF_8)));
    }

    /** Every voter with its name, never a resolved address: names stay while addresses change. */
    static RaftGroup group(QuorumConfig config) {
        var peers = new TreeMap<>(config.voters())
                .entrySet().stream()
                        .map(voter -> RaftPeer.newBuilder()
                                .setId(id(voter.getKey()))
                                .setAddress(voter.getValue().toString())
                                .build())
                        .toList();
        return RaftGroup.valueOf(group(config.clusterId()), peers);
    }
}
