package io.kontiki.replication;

/**
 * Names the attachment of one follower replica to one leadership (rule F1). Messages of another link are dropped.
 *
 * @param leaderEpoch the leadership
 * @param linkId rises with each attach of the follower's run
 */
public record Link(int leaderEpoch, long linkId) {}
