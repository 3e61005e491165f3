/**
 * The gRPC services of {@code kontiki.v1}: each checks the sizes of what it is given, hands it over and encodes the
 * answer; no decision of the protocol is taken here. {@link io.kontiki.service.ServiceErrors} is the one place where an
 * error becomes a gRPC status. Handlers run on gRPC's threads and never block.
 */
package io.kontiki.service;
