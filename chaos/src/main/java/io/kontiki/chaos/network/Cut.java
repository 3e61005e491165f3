package io.kontiki.chaos.network;

/**
 * Packets that are lost without a word: those from one node to another.
 *
 * @param from a broker, or {@link Network#CLIENTS}
 * @param to as {@code from}
 * @param traffic which of them
 */
public record Cut(int from, int to, Traffic traffic) {
    /** Kinds of packets. */
    public enum Traffic {
        ALL,
        /** To and from the port of gRPC: replication, heartbeats and clients. */
        GRPC,
        /** To and from the port of the metadata quorum. */
        QUORUM
    }
}
