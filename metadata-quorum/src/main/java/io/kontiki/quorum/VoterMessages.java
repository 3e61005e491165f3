package io.kontiki.quorum;

import io.kontiki.metadata.Endpoint;

/** Voters as they travel between brokers (quorum.proto). */
public final class VoterMessages {
    private VoterMessages() {}

    public static io.kontiki.proto.internal.v1.QuorumVoter message(QuorumVoter voter) {
        return io.kontiki.proto.internal.v1.QuorumVoter.newBuilder()
                .setBrokerId(voter.brokerId())
                .setStorageId(voter.storageId())
                .setHost(voter.endpoint().host())
                .setPort(voter.endpoint().port())
                .build();
    }

    /** @throws IllegalArgumentException if a field is out of its range */
    public static QuorumVoter voter(io.kontiki.proto.internal.v1.QuorumVoter message) {
        return new QuorumVoter(
                message.getBrokerId(), message.getStorageId(), new Endpoint(message.getHost(), message.getPort()));
    }
}
