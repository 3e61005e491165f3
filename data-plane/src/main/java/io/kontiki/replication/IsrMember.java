package io.kontiki.replication;

/**
 * A member of a proposed ISR.
 *
 * @param brokerId the broker
 * @param brokerEpoch epoch of the run of it that the leader talks to
 */
public record IsrMember(int brokerId, long brokerEpoch) {}
