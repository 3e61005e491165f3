package io.kontiki.client;

/** What {@link Producer.Builder} collected. */
record ProducerConfig(
        Acks acks,
        long lingerNanos,
        int batchBytes,
        long bufferBytes,
        long maxBlockNanos,
        long deliveryNanos,
        int requestTimeoutMillis,
        Compression compression) {
    private static final int MAX_REQUEST_TIMEOUT_MILLIS = 600_000;

    ProducerConfig {
        // The largest limit that the contract allows.
        requestTimeoutMillis = Math.min(requestTimeoutMillis, MAX_REQUEST_TIMEOUT_MILLIS);
    }

    io.kontiki.proto.v1.Acks wireAcks() {
        return switch (acks) {
            case NONE -> io.kontiki.proto.v1.Acks.ACKS_NONE;
            case LEADER -> io.kontiki.proto.v1.Acks.ACKS_LEADER;
            case ALL -> io.kontiki.proto.v1.Acks.ACKS_ALL;
        };
    }
}
