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
     * This member votes as far as it knows, and has known no leader for some seconds; said again and again. Perhaps the
     * others do not count it, and nobody tells it: what it was added by was overwritten.
     */
    void onLeaderless(QuorumVoter member);

    /**
     * This member closed itself, which it does after it was removed, and after a failure. Without {@link
     * QuorumMembers#leave} it is closed for good.
     */
    void onClosed(QuorumVoter member);
}
