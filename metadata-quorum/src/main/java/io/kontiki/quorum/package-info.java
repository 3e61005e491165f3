/**
 * Agreement on the cluster's metadata. {@link io.kontiki.quorum.MetadataLog} is the port to the replicated log of
 * commands; {@link io.kontiki.quorum.ControllerHost} runs the controller while this node leads that log; everybody else
 * reaches the controller through a {@link io.kontiki.quorum.Proposer}. May depend on {@code metadata} and
 * {@code controller}, and knows neither Ratis nor gRPC.
 */
package io.kontiki.quorum;
