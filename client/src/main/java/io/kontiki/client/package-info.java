/**
 * The Java client: {@link io.kontiki.client.Producer} writes records, {@link io.kontiki.client.Consumer} reads them,
 * {@link io.kontiki.client.Admin} creates, changes and shows topics. All three talk to the brokers directly, follow
 * leader changes by themselves and fail with {@link io.kontiki.client.KontikiException}. Depends on the contracts, the
 * record batch, gRPC and the JDK only; it logs through {@link java.lang.System.Logger}.
 *
 * <p>Inside, protocol decisions (which batch goes out next, what an answer means for it, where a fetch goes on) are made
 * in classes without I/O and with the time passed in; {@code Transport} and the classes ending in {@code Stream} carry
 * them to gRPC.
 */
package io.kontiki.client;
