package io.kontiki.quorum.ratis;

import io.kontiki.metadata.Endpoint;
import io.kontiki.quorum.QuorumVoter;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.ratis.protocol.RaftGroup;
import org.apache.ratis.protocol.RaftGroupId;
import org.apache.ratis.protocol.RaftPeer;
import org.apache.ratis.protocol.RaftPeerId;
import org.apache.ratis.server.RaftConfiguration;

/** Our names for voters and the quorum, as Ratis' names. */
final class Peers {
    private Peers() {}

    static RaftPeerId id(QuorumVoter voter) {
        return RaftPeerId.valueOf(voter.memberId());
    }

    static int number(RaftPeerId id) {
        var text = id.toString();
        return Integer.parseInt(text.substring(0, text.indexOf('-')));
    }

    /** With its name, never a resolved address: names stay while addresses change. */
    static RaftPeer peer(QuorumVoter voter) {
        return RaftPeer.newBuilder()
                .setId(id(voter))
                .setAddress(voter.endpoint().toString())
                .build();
    }

    static QuorumVoter voter(RaftPeer peer) {
        var id = peer.getId().toString();
        return new QuorumVoter(
                number(peer.getId()), id.substring(id.indexOf('-') + 1), Endpoint.parse(peer.getAddress()));
    }

    /** By broker id. */
    static List<QuorumVoter> voters(Collection<RaftPeer> peers) {
        return peers.stream()
                .map(Peers::voter)
                .sorted(Comparator.comparingInt(QuorumVoter::brokerId))
                .toList();
    }

    /** All that vote, by broker id: while that changes, before and after, for either may decide. */
    static List<QuorumVoter> voters(RaftConfiguration configuration) {
        return voters(Stream.concat(configuration.getCurrentPeers().stream(), configuration.getPreviousPeers().stream())
                .distinct()
                .toList());
    }

    /** Of the quorum that these storages form. Others, though of the same brokers, form another one. */
    static UUID quorumId(String clusterId, Collection<QuorumVoter> founders) {
        var name = founders.stream()
                .map(QuorumVoter::memberId)
                .sorted()
                .collect(Collectors.joining(",", "kontiki metadata quorum of " + clusterId + " by ", ""));
        return UUID.nameUUIDFromBytes(name.getBytes(StandardCharsets.UTF_8));
    }

    static RaftGroup group(UUID quorumId, Collection<QuorumVoter> voters) {
        return RaftGroup.valueOf(
                RaftGroupId.valueOf(quorumId), voters.stream().map(Peers::peer).toList());
    }
}
