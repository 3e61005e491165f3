package io.kontiki.service.quorum;

import io.grpc.ManagedChannel;

/**
 * A connection that failed waits up to two minutes before gRPC dials again, longer than a session. We have our own
 * waits, so each try of ours dials.
 */
final class Redial {
    private Redial() {}

    static ManagedChannel now(ManagedChannel channel) {
        channel.resetConnectBackoff();
        return channel;
    }
}
