package io.kontiki.quorum;

import io.kontiki.metadata.Endpoint;
import java.util.Objects;

/**
 * A member of the quorum: a broker together with the storage that holds its votes. A storage that is lost, and the one
 * that takes its place, are different members (rule Q5).
 *
 * @param brokerId the broker's number, at least 0
 * @param storageId drawn when the storage was made: letters and digits
 * @param endpoint where other voters reach its Raft listener; a name rather than an address that may change
 */
public record QuorumVoter(int brokerId, String storageId, Endpoint endpoint) {
    public QuorumVoter {
        Objects.requireNonNull(endpoint);
        if (brokerId < 0 || !storageId.matches("[0-9A-Za-z]{1,64}")) {
            throw new IllegalArgumentException("voter " + brokerId + " with storage \"" + storageId
                    + "\": a number from 0 on, and 1 to 64 letters and digits are needed");
        }
    }

    /** Whether it is the same member, wherever it is reached. */
    public boolean sameMember(QuorumVoter other) {
        return brokerId == other.brokerId && storageId.equals(other.storageId);
    }

    /** Its name in the quorum. */
    public String memberId() {
        return brokerId + "-" + storageId;
    }

    @Override
    public String toString() {
        return memberId() + "@" + endpoint;
    }
}
