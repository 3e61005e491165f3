package io.kontiki.client;

import io.grpc.ClientInterceptor;
import io.grpc.ManagedChannel;

/** Where connections come from: TCP in production, the same process in tests. Thread-safe. */
interface Transport {
    /**
     * A new channel to this address; it connects when first used. The caller shuts it down.
     *
     * @param listener hears all calls on it
     */
    ManagedChannel open(HostPort address, ClientInterceptor listener);
}
