package io.kontiki.client;

import java.util.List;
import java.util.OptionalInt;

/**
 * The metadata quorum.
 *
 * @param quorumId drawn when it was formed
 * @param term of its leader, as far as known
 * @param leaderId the broker that leads it, as far as known
 * @param members voters, then the other brokers; each by id
 */
public record QuorumDescription(String quorumId, long term, OptionalInt leaderId, List<QuorumMember> members) {
    public QuorumDescription {
        members = List.copyOf(members);
    }
}
