package io.kontiki.client;

import java.util.Optional;

/** What {@link Consumer.Builder} collected. */
record ConsumerConfig(
        Position startAt,
        ResetPolicy resetPolicy,
        int maxPollRecords,
        int fetchMaxBytes,
        long prefetchMaxBytes,
        int fetchMinBytes,
        int fetchMaxWaitMillis,
        boolean checkCrc,
        long requestTimeoutNanos,
        Optional<GroupConfig> group) {}
