package io.kontiki.quorum;

/**
 * Told who leads the metadata log. Called by one thread at a time, in order, and never by a thread of the log's own:
 * it may call the log back. Calls must not block for long.
 */
public interface LeadershipListener {
    /** This node leads in {@code term} and its image holds every entry of earlier terms. */
    void onLeading(long term);

    /** This node no longer leads. Also called when the log closes. */
    void onLeadershipLost();

    /** Voter {@code leaderId} leads now; it may be this node and may not be ready yet. */
    void onLeaderKnown(int leaderId);
}
