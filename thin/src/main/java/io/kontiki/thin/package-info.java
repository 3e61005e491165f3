/**
 * The thin tier: services for programs that have generated stubs and nothing of ours. The broker is their client: what
 * they ask for, it does with the Java client against its own cluster (decision 20), so routing, retries and membership of
 * groups exist once. Entry type: {@link io.kontiki.thin.ThinTier}. Depends on the client, the contracts and gRPC only.
 */
package io.kontiki.thin;
