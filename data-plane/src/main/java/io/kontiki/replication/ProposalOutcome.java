package io.kontiki.replication;

/** What became of a proposed ISR. */
public sealed interface ProposalOutcome {
    /**
     * The quorum's record holds the proposed ISR.
     *
     * @param leaderEpoch of the record after the command: a later one than the proposal's, if that ended a move (rule M11)
     */
    record Accepted(int leaderEpoch) implements ProposalOutcome {}

    /**
     * The command was applied and refused, in the leader epoch that it was made in.
     *
     * @param partitionEpoch version of the record after the command, as its reply names it
     */
    record Refused(int partitionEpoch) implements ProposalOutcome {}

    /**
     * The record is of another leader epoch. That epoch may have come of this very proposal, if it ended a move and this
     * answers a second copy of it (rule M11).
     */
    record Fenced(int leaderEpoch) implements ProposalOutcome {}

    /** Anything else, such as a timeout, a lost connection, or an answer that names no version. It may still be applied. */
    record Unknown() implements ProposalOutcome {}

    /** That of the record, where it is told because it may be news; else -1. */
    default int leaderEpoch() {
        return -1;
    }
}
