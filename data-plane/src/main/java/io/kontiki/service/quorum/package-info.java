/**
 * The quorum's calls between brokers, over gRPC. {@link io.kontiki.service.quorum.QuorumGrpcService} serves them on a
 * voter; {@link io.kontiki.service.quorum.QuorumClient}, {@link io.kontiki.service.quorum.HeartbeatSession} and
 * {@link io.kontiki.service.quorum.ImageWatcher} are a broker's side. Handlers never block; the broker's side lives on
 * one scheduler thread.
 */
package io.kontiki.service.quorum;
