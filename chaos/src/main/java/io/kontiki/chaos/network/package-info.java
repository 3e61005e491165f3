/**
 * A network of its own for the brokers of a run, to be cut and slowed down. Entry: {@link io.kontiki.chaos.network.Network}.
 */
package io.kontiki.chaos.network;
