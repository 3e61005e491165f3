package io.kontiki.client;

import java.util.OptionalLong;

/**
 * A broker as the metadata quorum has it.
 *
 * @param brokerId its number
 * @param role what it is to the quorum
 * @param memberId name of a voter in the quorum, which another storage of the same broker does not have; empty if it does
 *     not vote
 * @param address where other voters reach a voter, host:port; empty if it does not vote
 * @param imageIndex index of the metadata log that its image has reached; empty if it did not answer
 * @param imageDigest of its image at that index, equal for all brokers at one index; empty if it did not answer
 * @param problem what is wrong with it; empty if nothing is
 */
public record QuorumMember(
        int brokerId,
        Role role,
        String memberId,
        String address,
        OptionalLong imageIndex,
        String imageDigest,
        String problem) {
    /** What a broker is to the quorum. */
    public enum Role {
        /** Leads it, and is the controller. */
        LEADER,
        /** Votes. */
        VOTER,
        /** Follows without a vote. */
        OBSERVER
    }
}
