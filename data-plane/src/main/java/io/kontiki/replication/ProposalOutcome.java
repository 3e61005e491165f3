package io.kontiki.replication;

/** What became of a proposed ISR. */
public sealed interface ProposalOutcome {
    /**
     * The quorum's record holds the proposed ISR.
     *
     * @param partitionEpoch version of the record after the command
     */
    record Accepted(int partitionEpoch) implements ProposalOutcome {}

    /**
     * The command was applied and refused.
     *
     * @param partitionEpoch version of the record after the command, as its reply names it
     */
    record Refused(int partitionEpoch) implements ProposalOutcome {}

    /** Anything else, such as a timeout, a lost connection, or an answer that names no version. It may still be applied. */
    record Unknown() implements ProposalOutcome {}
}
