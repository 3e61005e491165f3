package io.kontiki.quorum;

import io.kontiki.metadata.Endpoint;
import java.util.List;

/** Told how this broker stands to the quorum. Called on one thread, which it may hold for a moment. */
public interface MembershipListener {
    /** The storage of this broker votes, as of now, among these. */
    void onVoting(List<QuorumVoter> voters);

    /**
     * The quorum was formed, and this broker's storage is none of its members.
     *
     * @param brokers where members take gRPC calls
     */
    void onOutside(List<Endpoint> brokers);

    /**
     * This member closed itself, which it does after it was removed, and after a failure. Without {@link
     * QuorumMembers#leave} it is closed for good.
     */
    void onClosed(QuorumVoter member);
}
